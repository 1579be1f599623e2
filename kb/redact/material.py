"""What a site or an export for the public is made of: the cases and pages of a home."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, Protocol

from kb.archive import Archive, PageView, RevisionView
from kb.cases.history.named import Named
from kb.cases.store.store import CaseStore
from kb.model import PageId


class MaterialVersion(NamedTuple):
    """A version of a page, its source where the archive holds it whole."""

    about: RevisionView
    source: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialPage:
    """A source page that need not be read unless it changed.

    Its functions may be called in a forked process, too; so may `Material.blob`.
    """

    id: PageId
    digest: bytes
    """Changes when anything about the page does."""
    read: Callable[[], PageView]
    versions: Callable[[], Iterable[MaterialVersion]] = tuple
    """Oldest first."""


class Material(Protocol):
    """Cases, pages and attached files. Each call reads again, in the archive's stable order."""

    def records(self) -> Iterable[bytes]:
        """All cases, each as a line of JSON."""

    def pages(self) -> Iterable[MaterialPage]:
        """All source pages."""

    def blob(self, sha256: str) -> bytes:
        """Bytes of an attachment. KeyError where they are not held."""


class WholeMaterial(Material, Protocol):
    """Material that nothing was taken from, with what must be known to take something."""

    def named(self) -> Iterable[Named]:
        """Whom and what any version of any page names, shown or not."""

    def past(self) -> Iterable[tuple[PageId, str]]:
        """Pages with the ids of cases that they had in an earlier version."""


class ArchiveMaterial:
    """The material of an archive and its case records."""

    def __init__(self, archive: Archive, store: CaseStore) -> None:
        self._opened = archive
        self._store = store

    @property
    def _archive(self) -> Archive:
        return self._opened.here()

    def records(self) -> Iterable[bytes]:
        """All cases."""
        return (record for _, record in self._store.records())

    def pages(self) -> Iterable[MaterialPage]:
        """All source pages that the wiki still has."""
        for key, page, digest in self._archive.digests():
            yield MaterialPage(
                id=page, digest=digest, read=partial(self._archive.view, key),
                versions=partial(self._versions, key),
            )  # fmt: skip

    def named(self) -> Iterable[Named]:
        """Whom and what any version of any page names."""
        return self._store.named()

    def past(self) -> Iterable[tuple[PageId, str]]:
        """Pages with the ids of cases that they had once."""
        return self._store.past()

    def _versions(self, key: int) -> Iterable[MaterialVersion]:
        for revision in self._archive.revisions(key):
            yield MaterialVersion(revision, self._archive.content(key, revision.version))

    def blob(self, sha256: str) -> bytes:
        """Bytes of an attachment."""
        return self._archive.blobs.open(sha256)
