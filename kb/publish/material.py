"""What a site is made of: the cases and pages of a home."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from kb.archive import Archive, PageView
from kb.cases.record import Case
from kb.cases.store import CaseStore


class Material(Protocol):
    """Cases, pages and bytes. Each call reads anew, in the archive's stable order."""

    def cases(self) -> Iterable[Case]:
        """All cases."""
        ...

    def pages(self) -> Iterable[PageView]:
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

    def cases(self) -> Iterable[Case]:
        """All cases."""
        return self._store.cases()

    def pages(self) -> Iterable[PageView]:
        """All source pages."""
        return self._archive.pages()

    def blob(self, sha256: str) -> bytes:
        """Bytes of an attachment."""
        return self._archive.blobs.open(sha256)
