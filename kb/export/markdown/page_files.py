"""Write the pages of a tree, in as many processes as there are cores."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import msgspec

from importers.markdown.memory import MOST_MEMORY, encode_memory, memory_path
from kb.archive import Archive, PageView
from kb.export.markdown.flavour import TREE_FORMATS, TreeFormat
from kb.export.markdown.manifest import EarlierTree, TreePage
from kb.export.markdown.page_data import built_dates, objects_of, objects_path, page_facts
from kb.export.markdown.page_text import RenderedPage, render_page
from kb.export.markdown.word_proof import lost_words, markdown_text
from kb.export.report import Fate, Loss, link_losses
from kb.export.tree_links import LinkTargets, SiteResolver, TreeResolver
from kb.foreign_folder import ForeignFolder
from kb.freshness import code_stamp
from kb.frontmatter import Yaml, write_front_matter
from kb.model import PageId
from kb.pool import Load, pooled

CHUNK: Final = 50
"""Pages that a process takes at a time."""
SMALL: Final = 150
"""Fewer pages than this are written without further processes."""
_LOOKS: Final[tuple[Fate, str]] = ("dropped", "looks only")
_MISSING: Final[tuple[Fate, str]] = ("dropped", "not in the Markdown")
_FEWER: Final[tuple[Fate, str]] = (
    "dropped",
    "stands there fewer times: in HTML's own tags, or in contents that the program lists",
)
_AS_HTML: Final[tuple[Fate, str]] = ("changed", "stays as HTML or as its source")

PageTask: TypeAlias = tuple[int, list[dict[str, Yaml]]]
"""A page's key in the archive, and the facts of its cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeJob:
    """What every process knows of the tree that is written."""

    archive: Path
    flavour: str
    targets: LinkTargets
    anchors: Mapping[PageId, tuple[str, ...]]
    """Places of each page that others link to."""
    names: Mapping[str, Mapping[str, str]]
    """Users' displayed names by wiki."""
    proof: bool
    """Whether the words of each page are looked for in its Markdown."""
    earlier: tuple[EarlierTree, ...]
    """What the last run wrote, and one that was interrupted."""
    root: Path


def write_pages(job: TreeJob, tasks: Sequence[PageTask]) -> Iterator[tuple[str, TreePage]]:
    """Write the files of each page. Yield path and entry of each, in order."""
    opened = Archive(job.archive)

    def write(task: PageTask) -> tuple[str, TreePage]:
        return _write(job, opened.here(), task)

    with opened:
        yield from pooled(write, tasks, Load(tasks=len(tasks), pays=SMALL, batch=CHUNK))


def _write(job: TreeJob, archive: Archive, task: PageTask) -> tuple[str, TreePage]:
    key, cases = task
    view = archive.view(key)
    tree = TREE_FORMATS[job.flavour]
    path = f"{tree.content}{job.targets.layout.page(view.id)}"
    anchors = job.anchors.get(view.id, ())
    made_of = (code_stamp(), repr(tree.markdown), view.digest, anchors, cases)
    inputs = _sha256(msgspec.json.encode(made_of))[:32]
    resolver = TreeResolver(job.targets, view.id, job.names.get(view.id.wiki, {}))
    before = _taken_over(job, resolver, path, inputs)
    if before is not None:
        return path, before
    site = SiteResolver(resolver, tree.url, rooted=tree.static != "")
    links = site if tree.by_address else resolver
    made = render_page(view, tree.markdown, links, site, anchors)
    data = f"{_front_matter(job, tree, view, cases)}{made.text}".encode("utf-8", "replace")
    write_bytes(job.root / path, data)
    memory = encode_memory(made.memory)
    write_bytes(job.root / memory_path(path), memory)
    kept, losses = _account(view, resolver, made)
    objects, lost = objects_of(archive, view)
    at = objects_path(job.targets.layout.page(view.id)) if objects else None
    if objects and at:
        write_bytes(job.root / at, objects)
    words, missing = _missing_words(view, made) if job.proof else (None, [])
    asked = sorted(resolver.asked)
    return path, TreePage(
        page=view.id, inputs=inputs, sha256=_sha256(data), memory_sha256=_sha256(memory),
        kept=dict(kept), losses=[*losses, *lost, *missing], in_html=sorted(site.files), asked=asked,
        answers=resolver.answers(asked), objects=at, words=words,
        objects_sha256=_sha256(objects) if objects else None,
    )  # fmt: skip


def _front_matter(
    job: TreeJob, tree: TreeFormat, view: PageView, cases: list[dict[str, Yaml]]
) -> str:
    facts = page_facts(view, job.names.get(view.id.wiki, {}), cases)
    if job.flavour == "hugo":
        facts |= built_dates(view)
    return write_front_matter({**tree.front(job.targets.layout.page(view.id), view.id), **facts})


def _missing_words(view: PageView, made: RenderedPage) -> tuple[int, list[Loss]]:
    """Return how many words the page has, and those that its Markdown does not show."""
    words, missing = lost_words(made.plain, markdown_text(made.text))
    return words, [
        Loss("word", view.id.page, word, *(_FEWER if word in made.text else _MISSING), count)
        for word, count in missing.items()
    ]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _taken_over(job: TreeJob, resolver: TreeResolver, path: str, inputs: str) -> TreePage | None:
    """Copy the files of a page that nothing changed about. None where it must be rendered."""
    for root, pages in job.earlier:
        before = pages.get(path)
        if before is not None and before.inputs == inputs:
            same = resolver.answers(before.asked) == before.answers
            proven = before.words is not None or not job.proof
            if same and proven and _copy(root, job.root, path, before):
                return before
    return None


def _copy(old_root: Path, root: Path, path: str, before: TreePage) -> bool:
    """Copy a page's files; False where an old file is not what it was."""
    names = [path, memory_path(path), *([before.objects] if before.objects else [])]
    old = ForeignFolder(old_root)
    try:
        contents = [old.read(name, MOST_MEMORY) for name in names]
    except OSError:
        return False
    if [_sha256(data) for data in contents[:2]] != [before.sha256, before.memory_sha256]:
        return False
    for name, data in zip(names, contents, strict=True):
        write_bytes(root / name, data)
    return True


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file and the folders that it stands in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _account(
    view: PageView, resolver: TreeResolver, made: RenderedPage
) -> tuple[Counter[str], list[Loss]]:
    """Return how many links are kept, by kind, and what was not kept of the page."""
    where = view.id.page
    kept, losses = link_losses(where, resolver.seen, None)
    for what, count in made.fallbacks.items():
        fate = _LOOKS if what.startswith("style:") else _AS_HTML
        losses.append(Loss("markup", where, what, *fate, count))
    return kept, losses
