"""Pages that were renamed or that the wiki no longer has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kb.archive import Archive, PageView
from kb.model import PageId


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedOver:
    """What a renamed page brings along: XWiki copies the history to the new name."""

    versions: frozenset[str] = frozenset()
    files: frozenset[tuple[str, str]] = frozenset()
    """Name and version of each."""


class Renames:
    """The departures of an archive, each heir with one page that it goes on from."""

    def __init__(self, archive: Archive) -> None:
        self.heirs: dict[PageId, PageId | None] = {}
        """Page that is gone → the page that it became, where it was renamed."""
        self.former: dict[PageId, PageId] = {}
        """New page → the page that it was."""
        for page, _, target in archive.departed():
            heir = self.heirs[page] = PageId(page.wiki, target, page.locale) if target else None
            if heir is not None and heir != page:
                self.former.setdefault(heir, page)

    def ancestry(self, page: PageId) -> list[PageId]:
        """Return the pages that became ``page``, oldest first, itself last."""
        line = [page]
        while (older := self.former.get(line[-1])) is not None and older not in line:
            line.append(older)
        return line[::-1]


def carried_over(archive: Archive, old: PageView, new: PageView) -> CarriedOver:
    """Return the versions and files that ``new`` shares with ``old`` from the beginning on."""
    had = {(f.name, f.version): f.sha256 for f in old.attachments if f.sha256}
    files = {(f.name, f.version): f.sha256 for f in new.attachments}
    same = frozenset(key for key, sha256 in files.items() if had.get(key, "") == sha256)
    versions = frozenset(_common_versions(archive, old, new))
    return CarriedOver(versions=versions, files=same)


def _common_versions(archive: Archive, old: PageView, new: PageView) -> Iterator[str]:
    before = (r for r in archive.revisions(old.key) if r.held)
    after = (r for r in archive.revisions(new.key) if r.held)
    for a, b in zip(before, after, strict=False):
        if (a.version, a.author, a.date) != (b.version, b.author, b.date):
            return
        if archive.content(old.key, a.version) != archive.content(new.key, b.version):
            return
        yield a.version
