"""Write the pages of a tree, in as many processes as there are cores."""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from importers.markdown.memory import encode, path_of
from kb.archive import Archive, PageView
from kb.export.account import link_entries
from kb.export.ledger import Entry
from kb.export.links import Known, SiteResolver, TreeResolver
from kb.export.markdown.beside import beside_of, beside_path
from kb.export.markdown.facts import built_dates, page_facts
from kb.export.markdown.flavour import KINDS
from kb.export.markdown.front import Yaml, front_matter
from kb.export.markdown.manifest import Manifest, PageEntry
from kb.export.markdown.render import Body, body_of
from kb.export.markdown.resume import Left
from kb.export.markdown.words import lost_words, markdown_text
from kb.files import sha256_of
from kb.freshness import code_stamp
from kb.model import PageId
from kb.pool import Load, pooled

CHUNK = 50
"""Pages that a process takes at a time."""
SMALL = 150
"""Fewer pages than this are written without further processes."""
_STYLE = "style:"

Task = tuple[int, list[dict[str, Yaml]]]
"""A page's key in the archive, and the facts of its cases."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What every process knows of the tree that is written."""

    archive: Path
    flavour: str
    known: Known
    anchors: Mapping[PageId, tuple[str, ...]]
    """Places of each page that others link to."""
    names: Mapping[str, Mapping[str, str]]
    """Users' displayed names by wiki."""
    proof: bool
    """Whether the words of each page are looked for in its Markdown."""
    old: Manifest
    old_root: Path
    left: Left
    """What an interrupted run wrote."""
    root: Path


def write_pages(job: Job, tasks: Sequence[Task]) -> Iterator[tuple[str, PageEntry]]:
    """Write each page's file and its memory; path and entry of each, in order."""
    opened = Archive(job.archive)

    def write(task: Task) -> tuple[str, PageEntry]:
        return _write(job, opened.here(), task)

    with opened:
        yield from pooled(write, tasks, Load(len(tasks), SMALL, CHUNK))


def _write(job: Job, archive: Archive, task: Task) -> tuple[str, PageEntry]:
    key, cases = task
    view = archive.view(key)
    kind = KINDS[job.flavour]
    path = f"{kind.content}{job.known.layout.page(view.id)}"
    anchors = job.anchors.get(view.id, ())
    inputs = _digest(code_stamp(), repr(kind.markdown), view.digest, anchors, cases)
    resolver = TreeResolver(job.known, view.id, job.names.get(view.id.wiki, {}))
    for root, pages in ((job.old_root, job.old.pages), (job.left.root, job.left.pages)):
        before = pages.get(path)
        if before is not None and before.inputs == inputs:
            same = resolver.answers(before.asked) == before.answers
            proven = before.words is not None or not job.proof
            if same and proven and _take_over(root, job.root, path, before):
                return path, before
    site = SiteResolver(resolver, kind.url, rooted=kind.static != "")
    links = site if kind.by_address else resolver
    body = body_of(view, kind.markdown, links, site, anchors)
    facts = page_facts(view, job.names.get(view.id.wiki, {}), cases)
    if job.flavour == "hugo":
        facts |= built_dates(view)
    facts = {**kind.front(job.known.layout.page(view.id), view.id), **facts}
    data = f"{front_matter(facts)}{body.text}".encode("utf-8", "replace")
    _put(job.root / path, data)
    _put(job.root / path_of(path), encode(body.memory))
    kept, entries = _account(view, resolver, body)
    beside, lost = beside_of(archive, view)
    at = beside_path(job.known.layout.page(view.id)) if beside else None
    if beside and at:
        _put(job.root / at, beside)
    words = None
    if job.proof:
        words, missing = lost_words(body.plain, markdown_text(body.text))
        lost += [
            Entry("word", view.id.page, word, "dropped", _why(word, body.text), count)
            for word, count in missing.items()
        ]
    asked = sorted(resolver.asked)
    return path, PageEntry(
        page=view.id, inputs=inputs, sha256=_sha256(data), kept=dict(kept),
        entries=[*entries, *lost], in_html=sorted(site.files), asked=asked,
        answers=resolver.answers(asked), beside=at, words=words,
        beside_sha256=_sha256(beside) if beside else None,
    )  # fmt: skip


def _why(word: str, text: str) -> str:
    """Why a word is not as often in what the Markdown shows as in the page's plain text."""
    if word in text:
        return "stands there fewer times: in HTML's own tags, or in contents that the program lists"
    return "not in the Markdown"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _digest(*parts: object) -> str:
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:32]


def _take_over(old_root: Path, root: Path, path: str, before: PageEntry) -> bool:
    """Copy what nothing changed about; False where the old file is not what it was."""
    page = old_root / path
    names = [path, path_of(path), *([before.beside] if before.beside else [])]
    if not all((old_root / name).is_file() for name in names):
        return False
    if sha256_of(page) != before.sha256:
        return False
    for name in names:
        old, new = old_root / name, root / name
        new.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(old, new)
    return True


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _account(
    view: PageView, resolver: TreeResolver, body: Body
) -> tuple[Counter[str], list[Entry]]:
    """How many links are kept, by kind, and what was not kept of the page."""
    where = view.id.page
    kept: Counter[str] = Counter()
    entries = []
    for entry in link_entries(where, resolver.seen, None):
        if isinstance(entry, Entry):
            entries.append(entry)
        else:
            kept[entry[0]] += entry[1]
    for what, count in body.fallbacks.items():
        if what.startswith(_STYLE):
            entries.append(Entry("markup", where, what, "dropped", "looks only", count))
        else:
            why = "stays as HTML or as its source"
            entries.append(Entry("markup", where, what, "changed", why, count))
    return kept, entries
