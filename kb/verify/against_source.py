"""Compare the archive with a source, page by page, version by version, as its importer reads it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, Literal

import msgspec

from kb.archive import Archive, PageView, RevisionView
from kb.errors import Problem
from kb.model import (
    AttachmentRevision,
    Comment,
    Item,
    PageId,
    PageSeen,
    Revision,
    RevisionSeen,
    Snapshot,
    WikiObject,
)
from kb.times import same_moment

Verdict = Literal["same", "missing", "different", "unreadable", "unknown"]
"""missing: the source has it and the archive not; unreadable: it is damaged in the source itself;
unknown: a server could not say."""

_NOTES: Final = frozenset({
    "stray-entry", "no-package-list", "bad-package-list", "head-differs", "markup-in-text",
})  # fmt: skip
"""Problems that keep nothing of a file from being compared."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One page, version, file, comment or object of the source, and how the archive has it."""

    page: str
    locale: str = ""
    what: str
    """`page`, `version 3.1`, `file a.png 1.2`, `comment 4`, `object A.B[0]`, `lines`."""
    verdict: Verdict
    why: str = ""

    def __str__(self) -> str:
        where = f"{self.page} ({self.locale})" if self.locale else self.page
        return f"{self.verdict}: {where}: {self.what}" + (f": {self.why}" if self.why else "")


class NothingKnown:
    """kb.model.Known of an archive that has nothing: the source is read whole."""

    def versions(self, page: PageId) -> frozenset[str]:
        """No versions."""
        return frozenset()

    def attachment_versions(self, page: PageId, name: str) -> frozenset[str]:
        """No files."""
        return frozenset()

    def fetch_state(self, key: str) -> str | None:
        """No state."""
        return None

    def fetch_states(self, prefix: str) -> Iterator[tuple[str, str]]:
        """No states."""
        return iter(())


class DigestSink:
    """kb.model.Sink that keeps nothing but the digest."""

    def put(self, chunks: Iterable[bytes]) -> str:
        """The sha256 of the bytes in hex."""
        digest = hashlib.sha256()
        for chunk in chunks:
            digest.update(chunk)
        return digest.hexdigest()


def compare(archive: Archive, items: Iterable[Item], *, live: bool = False) -> Iterator[Finding]:
    """Say how the archive has each record that a source's importer yields, in its order.

    A ``live`` source is a server: what it does not tell, it may tell later.
    """
    page: _SourcePage | None = None
    for item in items:
        if isinstance(item, PageSeen):
            view = archive.page(item.id)
            page = _SourcePage(archive, view) if view else None
            yield _whole(item.id, view)
        elif isinstance(item, Problem):
            verdict: Verdict = "unknown" if live or item.code in _NOTES else "unreadable"
            yield Finding(
                page=item.page or item.where, what=item.code, verdict=verdict, why=item.detail
            )
        elif page is not None:
            yield from page.compare(item)


class _SourcePage:
    """A page of the source beside what the archive has of it."""

    def __init__(self, archive: Archive, view: PageView) -> None:
        self._archive = archive
        self._view = view
        self._revisions = {r.version: r for r in archive.revisions(view.key)}
        self._findings: dict[type, Callable[[Any], Finding]] = {
            Revision: self._revision, RevisionSeen: self._version, Snapshot: self._lines,
            AttachmentRevision: self._file, Comment: self._comment, WikiObject: self._object,
        }  # fmt: skip

    def finding(self, what: str, verdict: Verdict, why: str = "") -> Finding:
        return _finding(self._view.id, what, verdict, why)

    def compare(self, item: Item) -> Iterator[Finding]:
        """A finding for what the item tells of the page; none for what is no part of it."""
        make = self._findings.get(type(item))
        if make is not None:
            yield make(item)

    def _revision(self, item: Revision) -> Finding:
        text = self._archive.content(self._view.key, item.version)
        what = f"version {item.version}"
        if text is None:
            return self.finding(what, "missing", "its text is not in the archive")
        if text != item.content:
            return self.finding(what, "different", _first_difference(text, item.content))
        return self._version(item)

    def _version(self, item: RevisionSeen) -> Finding:
        what = f"version {item.version}"
        held = self._revisions.get(item.version)
        if held is None:
            return self.finding(what, "missing")
        why = "; ".join(_facts(held, item))
        return self.finding(what, "different" if why else "same", why)

    def _lines(self, item: Snapshot) -> Finding:
        held = [line.text for line in self._view.lines]
        if len(held) < len(item.lines):
            return self.finding("lines", "missing", f"{len(held)} of {len(item.lines)} lines")
        for number, (here, there) in enumerate(zip(held, item.lines, strict=False), 1):
            if here != there and number not in item.missing:
                return self.finding("lines", "different", f"line {number}: {here!r}, not {there!r}")
        return self.finding("lines", "same")

    def _file(self, item: AttachmentRevision) -> Finding:
        what = f"file {item.name} {item.version}"
        files = {(f.name, f.version): f for f in self._view.attachments}
        held = files.get((item.name, item.version))
        if held is None or (held.sha256 is None and item.sha256 is not None):
            return self.finding(what, "missing", "" if held is None else "only its name is known")
        if item.sha256 is None:
            return self.finding(what, "same", "the source has no bytes for it")
        if held.sha256 != item.sha256:
            return self.finding(what, "different", f"{held.size} bytes, not {item.size}, or others")
        return self.finding(what, "same")

    def _comment(self, item: Comment) -> Finding:
        what = f"comment {item.number}"
        held = next((c for c in self._view.comments if c.number == item.number), None)
        if held is None:
            return self.finding(what, "missing")
        if held.text != item.text:
            return self.finding(what, "different", _first_difference(held.text, item.text))
        return self.finding(what, "same")

    def _object(self, item: WikiObject) -> Finding:
        what = f"object {item.class_name}[{item.number}]"
        key = item.class_name, item.number
        held = next((o for o in self._view.objects if (o.class_name, o.number) == key), None)
        if held is None:
            return self.finding(what, "missing")
        other = [
            name for name, value in item.properties.items()
            if value is not None and held.properties.get(name, "") is not None
            and _plain(held.properties.get(name)) != _plain(value)
        ]  # fmt: skip
        return self.finding(what, "different" if other else "same", ", ".join(other))


def _finding(page: PageId, what: str, verdict: Verdict, why: str = "") -> Finding:
    return Finding(page=page.page, locale=page.locale, what=what, verdict=verdict, why=why)


def _whole(page: PageId, view: PageView | None) -> Finding:
    """Whether the page is there."""
    if view is None:
        return _finding(page, "page", "missing")
    if view.gone:
        return _finding(page, "page", "different", f"marked as gone since {view.gone}")
    return _finding(page, "page", "same")


def _plain(value: object) -> str:
    """A property as text: sources write lists with bars, numbers as words."""
    return "|".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _facts(held: RevisionView, item: RevisionSeen) -> Iterator[str]:
    """What the two say differently, as far as both say it."""
    if held.date and item.date and not same_moment(held.date, item.date):
        yield f"date {held.date}, not {item.date}"
    authors = {held.author or "", item.author or ""}
    if len(authors) > 1 and all("." in author for author in authors):
        yield f"author {held.author}, not {item.author}"
    if held.comment and item.comment and held.comment != item.comment:
        yield f"comment {held.comment!r}, not {item.comment!r}"


def _first_difference(held: str, there: str) -> str:
    here, other = held.split("\n"), there.split("\n")
    for number, (one, two) in enumerate(zip(here, other, strict=False), 1):
        if one != two:
            return f"line {number}: {one[:60]!r}, not {two[:60]!r}"
    return f"{len(here)} lines, not {len(other)}"
