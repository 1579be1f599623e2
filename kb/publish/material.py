"""What a site is made of: the cases and pages of a home."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from kb.archive import Archive, PageView
from kb.cases.store import CaseStore
from kb.model import PageId


class Leaf(NamedTuple):
    """A source page that need not be read unless it changed."""

    id: PageId
    digest: bytes
    """Changes when anything about the page does."""
    read: Callable[[], PageView]


class Material(Protocol):
    """Cases, pages and bytes. Each call reads anew, in the archive's stable order."""

    def records(self) -> Iterable[bytes]:
        """All cases, each as a line of JSON."""
        ...

    def pages(self) -> Iterable[Leaf]:
        """All source pages."""
        ...

    def blob(self, sha256: str) -> bytes:
        """Bytes of an attachment. KeyError where they are not held."""
        ...


class ArchiveMaterial:
    """The material of an archive and its case records."""

    def __init__(self, archive: Archive, store: CaseStore) -> None:
        self._archive = archive
        self._store = store

    def records(self) -> Iterable[bytes]:
        """All cases."""
        return (record for _, record in self._store.records())

    def pages(self) -> Iterable[Leaf]:
        """All source pages that the wiki still has."""
        for key, page, digest in self._archive.digests():
            yield Leaf(page, digest, lambda key=key: self._archive.view(key))  # type: ignore[misc]

    def blob(self, sha256: str) -> bytes:
        """Bytes of an attachment."""
        return self._archive.blobs.open(sha256)
