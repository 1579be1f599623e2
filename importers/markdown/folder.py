"""Read a tree of Markdown, or any folder of it, with its history in git."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from functools import partial
from typing import Any

import msgspec

from importers.base import Options, Source, guarded
from importers.markdown.git_log import GitBlobs, GitLog
from importers.markdown.memory import (
    MOST_MEMORY,
    OBJECTS,
    KnownTree,
    Memory,
    PageObjects,
    read_memory,
    read_tree,
)
from importers.markdown.places import (
    TreeLinks,
    content_root,
    is_page,
    owner_of,
    page_of,
    passed_over,
)
from importers.markdown.restore import source_of, to_source
from importers.markdown.versions import (
    file_states,
    known_version,
    next_version,
    revised_memory,
    revisions,
)
from kb.errors import BAD_JSON, InputError, Problem
from kb.foreign_folder import ForeignFolder
from kb.frontmatter import FrontMatter, fact_moment, fact_text, fact_texts, read_front_matter
from kb.model import AttachmentRevision, Comment, Item, LineOrigin, PageId, PageSeen, Sink, Snapshot
from kb.model import History as HistoryKind

MOST_PAGE = 16_000_000
"""Bytes of a file of Markdown."""
_CHUNK = 1 << 20


class MarkdownFolder(msgspec.Struct):
    """A folder of Markdown: which page each file is, and which page each other file belongs to."""

    root: ForeignFolder
    """The folder that was named; what an export remembers of its pages is here."""
    content: ForeignFolder
    """Where the pages are, within it."""
    known: KnownTree | None
    pages: dict[str, PageId]
    """Page of each file, by its path below ``content``."""
    files: dict[str, PageId]
    """Owner of each other file."""
    problems: list[Problem]

    @property
    def prefix(self) -> str:
        """Return the path from the root to the content folder, with a slash behind it."""
        inner = self.content.root.relative_to(self.root.root).as_posix()
        return "" if inner == "." else f"{inner}/"


def read_folder(source: Source, options: Options, sink: Sink) -> Iterator[Item]:
    """Yield each page with its lines or revisions, its attachments and its comments.

    Raises InputError where there is no Markdown.
    """
    tree = _tree(source, options)
    if not tree.pages:
        raise InputError(
            f"{source.location}: no Markdown here"
            + "".join(f"\n{problem}" for problem in tree.problems[:1]),
            hint="name a folder with some",
        )
    history = GitLog(tree.content.root) if options.history else None
    with history.blobs() if history else nullcontext(GitBlobs(None)) as blobs:
        yield from _pages(tree, options, blobs, history, sink)


def _tree(source: Source, options: Options) -> MarkdownFolder:
    if source.is_url or not (source.path.is_dir() or source.path.is_file()):
        raise InputError(f"{source.location}: no such folder")
    named = source.path
    root, only = (named.parent, named.name) if named.is_file() else (named, None)
    whole = ForeignFolder(root)
    known = read_tree(whole) if only is None else None
    problems = [known] if isinstance(known, Problem) else []
    known = known if isinstance(known, KnownTree) else None
    content = ForeignFolder(content_root(whole) if only is None else root)
    found = list(content.walk(passed_over)) if only is None else [only]
    problems += [one for one in found if isinstance(one, Problem)]
    paths = [
        path for path in found
        if isinstance(path, str) and not (known and path.startswith(f"{OBJECTS}/"))
    ]  # fmt: skip
    tree = MarkdownFolder(whole, content, known, {}, {}, problems)
    made = frozenset(known.made if known else ())
    paths = [path for path in paths if f"{tree.prefix}{path}" not in made]
    files = [path for path in paths if not is_page(path)] if only is None else []
    for path in filter(is_page, paths) if only is None else paths:
        text = _text(path, tree)
        if text is None:
            continue
        facts = read_front_matter(text).facts
        if facts.get("casebook") != "contents":
            tree.pages[path] = page_of(path, facts, options.wiki)
        elif only is None:
            files.append(path)
    _add_files(tree, files)
    return tree


def _add_files(tree: MarkdownFolder, paths: list[str]) -> None:
    """Give files that are no pages to the pages that they belong to."""
    for path in sorted(paths):
        owner = owner_of(f"{tree.prefix}{path}", tree.pages, tree.known) or owner_of(
            path, tree.pages, None
        )
        if owner is not None:
            tree.files[path] = owner
        else:
            detail = "no page beside it: left out"
            tree.problems.append(tree.content.problem(path, "file-of-no-page", detail))


def _text(path: str, tree: MarkdownFolder) -> str | None:
    """Read a page's file; None, and a problem, where it cannot be had."""
    try:
        data = tree.content.read(path, MOST_PAGE)
    except OSError as error:
        tree.problems.append(tree.content.problem_of(path, error))
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        detail = f"not UTF-8 at byte {error.start}: read as Latin-1"
        tree.problems.append(tree.content.problem(path, "not-utf-8", detail))
        return data.decode("latin-1")


def _wanted(page: PageId, options: Options) -> bool:
    def hit(patterns: tuple[str, ...]) -> bool:
        return any(fnmatch.fnmatchcase(page.page, pattern) for pattern in patterns)

    chosen = (*options.spaces, *options.pages)
    return (not chosen or hit(chosen)) and not hit(options.exclude)


def _pages(
    tree: MarkdownFolder, options: Options, blobs: GitBlobs, history: GitLog | None, sink: Sink
) -> Iterator[Item]:
    files: dict[PageId, list[str]] = {}
    for path, owner in tree.files.items():
        files.setdefault(owner, []).append(path)
    links = TreeLinks(tree.pages, tree.files, tree.known, tree.prefix)
    seen: set[PageId] = set()
    for path, page in sorted(tree.pages.items(), key=lambda item: (item[1], item[0])):
        if page in seen:
            detail = f"a second file for {page.page}: left out"
            yield tree.content.problem(path, "page-twice", detail)
        elif _wanted(page, options):
            seen.add(page)
            records = _page(tree, path, page, links, blobs, history)
            yield from guarded(records, f"{tree.content.root}/{path}", page.page)
            if not page.locale and options.attachments:
                yield from _attachments(tree, page, files.get(page, []), links, sink)
    yield from tree.problems
    yield from blobs.problems
    yield from history.problems if history else ()


def _page(
    tree: MarkdownFolder,
    path: str,
    page: PageId,
    links: TreeLinks,
    blobs: GitBlobs,
    history: GitLog | None,
) -> Iterator[Item]:
    text = _text(path, tree)
    if text is None:
        return
    front = read_front_matter(text)
    about = _about(front.facts)
    memory = read_memory(tree.root, f"{tree.prefix}{path}")
    if isinstance(memory, Problem):
        tree.problems.append(msgspec.structs.replace(memory, page=page.page))
        memory = None
    changes = history.of(path) if history else []
    states = partial(file_states, changes, blobs, text, str(tree.content.root / path))
    find = links.finder(path)
    version = known_version(about.get("version"))
    yield _seen(page, front, about, _history(memory, about, bool(changes)), text)
    if memory is not None:
        yield from revised_memory(
            memory, states, version, partial(source_of, memory=memory, find=find)
        )
    elif changes:
        yield from revisions(states(), version, lambda body: to_source(body, find).split("\n"))
    else:
        lines = to_source(front.body, find).split("\n")
        yield Snapshot(lines=tuple(lines), origins=(LineOrigin(None),) * len(lines))
    if front.problem:
        said = tree.content.problem(path, "bad-front-matter", front.problem)
        yield msgspec.structs.replace(said, page=page.page)
    yield from _comments(about.get("comments"))
    yield from _objects(tree, f"{tree.prefix}{path}", page)


def _about(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what an export says of the page in the wiki; empty where no export wrote the file."""
    said = facts.get("wiki")
    return said if isinstance(said, dict) else {}


def _history(memory: Memory | None, about: Mapping[str, Any], committed: bool) -> HistoryKind:
    if memory is not None:
        return "latest" if about.get("history") == "latest" else "lines"
    return "complete" if committed else "latest"


def _seen(
    page: PageId, front: FrontMatter, about: Mapping[str, Any], history: HistoryKind, text: str
) -> PageSeen:
    facts = front.facts
    empty = frozenset(fact_texts(about.get("empty")))
    parent, creator, url, syntax = (
        "" if key in empty else fact_text(about.get(key))
        for key in ("parent", "creator", "url", "syntax")
    )
    hidden = about.get("hidden")
    return PageSeen(
        id=page, history=history,
        title=_title(facts, about, empty),
        syntax=syntax if about else "xwiki/2.1", parent=parent, creator=creator, url=url,
        hidden=hidden if isinstance(hidden, bool) else None,
        created=fact_moment(about.get("created") or facts.get("date")),
        modified=fact_moment(about.get("modified") or facts.get("lastmod")),
        tags=tuple(fact_texts(facts.get("tags"))) if "tags" in facts else None,
        raw=text.encode("utf-8", "replace"),
    )  # fmt: skip


def _title(facts: Mapping[str, Any], about: Mapping[str, Any], empty: frozenset[str]) -> str | None:
    """Return the title; None where the export made it up because the wiki had none."""
    if about.get("untitled"):
        return None
    shown, exact = fact_text(facts.get("title")), about.get("title")
    if isinstance(exact, str) and " ".join(exact.split()) == shown:
        return exact
    return "" if "title" in empty else shown


def _objects(tree: MarkdownFolder, path: str, page: PageId) -> Iterator[Item]:
    """Yield the page's objects and class, where the tree has them."""
    known = tree.known.pages.get(path) if tree.known else None
    if known is None or known.beside is None:
        return
    try:
        data = tree.root.read(known.beside, MOST_MEMORY)
        found = msgspec.json.decode(data, type=PageObjects)
    except OSError as error:
        said = tree.root.problem_of(known.beside, error)
        yield msgspec.structs.replace(said, page=page.page)
        return
    except BAD_JSON as error:
        said = tree.root.problem(known.beside, "bad-objects", str(error))
        yield msgspec.structs.replace(said, page=page.page)
        return
    if found.class_ is not None:
        yield found.class_
    yield from found.objects


def _comments(said: object) -> Iterator[Comment]:
    for number, item in enumerate(said if isinstance(said, list) else []):
        if not isinstance(item, dict) or not isinstance(item.get("text"), str):
            continue
        own, reply_to, resolved = (item.get(key) for key in ("number", "reply_to", "resolved"))
        yield Comment(
            number=number if (own := _count(own)) is None else own, text=item["text"],
            author=fact_text(item.get("author")), date=fact_moment(item.get("date")),
            reply_to=_count(reply_to),
            selection=fact_text(item.get("selection")),
            resolved=resolved if isinstance(resolved, bool) else None,
        )  # fmt: skip


def _count(value: object) -> int | None:
    """Return a comment's number; None for what is none, or none that an archive can hold."""
    return value if type(value) is int and 0 <= value < 1 << 31 else None


def _attachments(
    tree: MarkdownFolder, page: PageId, paths: list[str], links: TreeLinks, sink: Sink
) -> Iterator[Item]:
    for path in paths:
        try:
            with tree.content.open(path) as file:
                sha256 = sink.put(iter(partial(file.read, _CHUNK), b""))
                size = file.tell()
        except OSError as error:
            said = tree.content.problem_of(path, error)
            yield msgspec.structs.replace(said, page=page.page)
            continue
        before = tree.known.files.get(f"{tree.prefix}{path}") if tree.known else None
        if before is None or before.sha256 != sha256:
            version = next_version(known_version(before.version)) if before else "1.1"
            name = links.name_of(path)
            yield AttachmentRevision(name=name, version=version, sha256=sha256, size=size)
        else:
            yield AttachmentRevision(
                name=before.name, version=before.version, sha256=sha256, size=size,
                author=before.author, date=before.date, comment=before.comment,
                mimetype=before.mimetype,
            )  # fmt: skip
