"""Read a tree of Markdown, or any folder of it, with its history in git."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from importers.base import Options, Source
from importers.markdown.git_log import GitBlobs, GitLog
from importers.markdown.memory import (
    OBJECTS,
    KnownTree,
    Memory,
    PageObjects,
    read_memory,
    read_tree,
)
from importers.markdown.places import TreeLinks, content_root, files_in, is_page, owner_of, page_of
from importers.markdown.restore import source_of, to_source
from importers.markdown.versions import (
    file_states,
    known_version,
    next_version,
    revised_memory,
    revisions,
)
from kb.errors import InputError, Problem
from kb.frontmatter import FrontMatter, fact_moment, fact_text, fact_texts, read_front_matter
from kb.model import AttachmentRevision, Comment, Item, LineOrigin, PageId, PageSeen, Sink, Snapshot
from kb.model import History as HistoryKind

_CHUNK = 1 << 20


class MarkdownFolder(msgspec.Struct):
    """A folder of Markdown: which page each file is, and which page each other file belongs to."""

    root: Path
    """The folder that was named; what an export remembers of its pages is here."""
    content: Path
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
        inner = self.content.relative_to(self.root).as_posix()
        return "" if inner == "." else f"{inner}/"


def read_folder(source: Source, options: Options, sink: Sink) -> Iterator[Item]:
    """Yield each page with its lines or revisions, its attachments and its comments.

    Raises InputError where there is no Markdown.
    """
    tree = _tree(source, options)
    if not tree.pages:
        raise InputError(f"{source.location}: no Markdown here", hint="name a folder with some")
    history = GitLog(tree.content) if options.history else None
    with history.blobs() if history else nullcontext(GitBlobs(None)) as blobs:
        yield from _pages(tree, options, blobs, history, sink)


def _tree(source: Source, options: Options) -> MarkdownFolder:
    if source.is_url or not source.path.exists():
        raise InputError(f"{source.location}: no such folder")
    path = source.path
    root, only = (path.parent, path.name) if path.is_file() else (path, None)
    known = read_tree(root) if only is None else None
    content = content_root(root) if only is None else root
    found = list(files_in(content)) if only is None else [only]
    if known is not None:
        found = [path for path in found if not path.startswith(f"{OBJECTS}/")]
    tree = MarkdownFolder(root, content, known, {}, {}, [])
    prefix = tree.prefix
    made = set(known.made if known else ())
    for path_ in found:
        if is_page(path_) and f"{prefix}{path_}" not in made:
            front = read_front_matter(_text(content / path_, tree))
            if front.facts.get("casebook") != "contents":
                tree.pages[path_] = page_of(path_, front.facts, options.wiki)
    for path_ in found:
        if path_ in tree.pages or f"{prefix}{path_}" in made or only is not None:
            continue
        owner = owner_of(f"{prefix}{path_}", tree.pages, known) or owner_of(path_, tree.pages, None)
        if owner is None:
            where = str(content / path_)
            tree.problems.append(
                Problem(where=where, code="file-of-no-page", detail="no page beside it: left out")
            )
        else:
            tree.files[path_] = owner
    return tree


def _text(path: Path, tree: MarkdownFolder) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        detail = f"not UTF-8 at byte {error.start}: read as Latin-1"
        tree.problems.append(Problem(where=str(path), code="not-utf-8", detail=detail))
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
            yield Problem(where=str(tree.content / path), code="page-twice", detail=detail)
        elif _wanted(page, options):
            seen.add(page)
            yield from _page(tree, path, page, links, blobs, history)
            if not page.locale and options.attachments:
                yield from _attachments(tree, page, files.get(page, []), links, sink)
    yield from tree.problems


def _page(
    tree: MarkdownFolder,
    path: str,
    page: PageId,
    links: TreeLinks,
    blobs: GitBlobs,
    history: GitLog | None,
) -> Iterator[Item]:
    text = _text(tree.content / path, tree)
    front = read_front_matter(text)
    about = _about(front.facts)
    memory = read_memory(tree.root, f"{tree.prefix}{path}")
    changes = history.of(path) if history else []
    states = list(file_states(changes, blobs, text))
    find = links.finder(path)
    version = known_version(about.get("version"))
    yield _seen(page, front, about, _history(memory, about, bool(changes)), text)
    if memory is not None:
        yield from revised_memory(
            memory, states, version, partial(source_of, memory=memory, find=find)
        )
    elif changes:
        yield from revisions(states, version, lambda body: to_source(body, find).split("\n"))
    else:
        lines = to_source(front.body, find).split("\n")
        yield Snapshot(lines=tuple(lines), origins=(LineOrigin(None),) * len(lines))
    if front.problem:
        where = str(tree.content / path)
        yield Problem(where=where, code="bad-front-matter", detail=front.problem, page=page.page)
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
    file = tree.root / known.beside
    try:
        found = msgspec.json.decode(file.read_bytes(), type=PageObjects)
    except (OSError, msgspec.DecodeError) as error:
        yield Problem(where=str(file), code="bad-objects", detail=str(error), page=page.page)
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
            number=own if type(own) is int else number, text=item["text"],
            author=fact_text(item.get("author")), date=fact_moment(item.get("date")),
            reply_to=reply_to if type(reply_to) is int else None,
            selection=fact_text(item.get("selection")),
            resolved=resolved if isinstance(resolved, bool) else None,
        )  # fmt: skip


def _attachments(
    tree: MarkdownFolder, page: PageId, paths: list[str], links: TreeLinks, sink: Sink
) -> Iterator[Item]:
    for path in paths:
        with (tree.content / path).open("rb") as file:
            sha256 = sink.put(iter(lambda: file.read(_CHUNK), b""))
        size = (tree.content / path).stat().st_size
        before = tree.known.files.get(f"{tree.prefix}{path}") if tree.known else None
        if before is None or before.sha256 != sha256:
            version = next_version(before.version) if before else "1.1"
            name = links.name_of(path)
            yield AttachmentRevision(name=name, version=version, sha256=sha256, size=size)
        else:
            yield AttachmentRevision(
                name=before.name, version=before.version, sha256=sha256, size=size,
                author=before.author, date=before.date, comment=before.comment,
                mimetype=before.mimetype,
            )  # fmt: skip
