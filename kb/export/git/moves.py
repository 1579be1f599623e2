"""Pages that were renamed or that the wiki no longer has."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kb.archive import Archive, PageView
from kb.model import PageId


class Departure(msgspec.Struct, frozen=True):
    """A page that is gone: since when that is known, and what it became."""

    page: PageId
    noticed: str
    heir: PageId | None


class Carried(msgspec.Struct, frozen=True):
    """What a renamed page brings along: XWiki copies the history to the new name."""

    versions: frozenset[str] = frozenset()
    files: frozenset[tuple[str, str]] = frozenset()


class Moves:
    """The departures of an archive, each heir with one page that it goes on from."""

    def __init__(self, archive: Archive) -> None:
        self.by_page: dict[PageId, Departure] = {}
        self.former: dict[PageId, PageId] = {}
        """New page → the page that it was."""
        for page, noticed, target in archive.departed():
            heir = PageId(page.wiki, target, page.locale) if target else None
            self.by_page[page] = Departure(page, noticed, heir)
            if heir is not None and heir != page:
                self.former.setdefault(heir, page)

    def line_of(self, page: PageId) -> list[PageId]:
        """The pages that became ``page``, oldest first, itself last."""
        line = [page]
        while (older := self.former.get(line[-1])) is not None and older not in line:
            line.append(older)
        return line[::-1]


def carried(archive: Archive, old: PageView, new: PageView) -> Carried:
    """The versions and files that ``new`` has in common with ``old`` from the beginning on."""
    versions = set()
    for version in _common(archive, old, new):
        versions.add(version)
    had = {(f.name, f.version): f.sha256 for f in old.attachments if f.sha256}
    files = {(f.name, f.version) for f in new.attachments}
    same = {(f.name, f.version): f.sha256 for f in new.attachments}
    return Carried(
        frozenset(versions), frozenset(key for key in files if had.get(key, "") == same[key])
    )


def _common(archive: Archive, old: PageView, new: PageView) -> Iterator[str]:
    before = (r for r in archive.revisions(old.key) if r.held)
    after = (r for r in archive.revisions(new.key) if r.held)
    for a, b in zip(before, after, strict=False):
        if (a.version, a.author, a.date) != (b.version, b.author, b.date):
            return
        if archive.content(old.key, a.version) != archive.content(new.key, b.version):
            return
        yield a.version
