"""Where documents come from: all that a home has, or what its pages once said."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import ExitStack
from functools import cached_property, partial
from typing import TYPE_CHECKING, Protocol

from kb.config import Home
from kb.search.documents.search_document import SearchDocument

if TYPE_CHECKING:
    from kb.archive import Archive
    from kb.cases.store.store import CaseStore


class DocumentSource(Protocol):
    """What is to be found: everything's digest, and the documents themselves."""

    def digests(self) -> Mapping[str, bytes]:
        """Key → digest of all that should be in the index."""

    def documents(self, keys: Collection[str]) -> Iterable[SearchDocument]:
        """The documents with these keys."""


class CombinedDocuments:
    """Two sources as one; no key is in both."""

    def __init__(self, first: DocumentSource, second: DocumentSource) -> None:
        self._first = first
        self._second = second

    def digests(self) -> Mapping[str, bytes]:
        """Key → digest of both."""
        return {**self._second.digests(), **self._first.digests()}

    def documents(self, keys: Collection[str]) -> Iterable[SearchDocument]:
        """The documents of both with these keys."""
        first = self._first.digests().keys()
        yield from self._first.documents([key for key in keys if key in first])
        yield from self._second.documents([key for key in keys if key not in first])


def everything(archive: Archive, store: CaseStore) -> DocumentSource:
    """Combine all that a home has to find: its cases, and the pages that hold none."""
    from kb.search.documents.case_documents import CaseDocuments
    from kb.search.documents.page_documents import PageDocuments, attached_text

    cases = CaseDocuments(store, partial(attached_text, archive))
    return CombinedDocuments(cases, PageDocuments(archive, store.pages))


class HomeDocuments:
    """What a home has to find. The archive is opened at the first call of `digests`."""

    def __init__(self, home: Home, *, old: bool) -> None:
        self._home = home
        self._old = old
        self._open = ExitStack()

    @cached_property
    def _source(self) -> DocumentSource:
        from kb.cases.store.store import up_to_date

        archive, store = self._open.enter_context(up_to_date(self._home))
        if not self._old:
            return everything(archive, store)
        from kb.search.documents.page_documents import OldLineDocuments

        return OldLineDocuments(archive)

    def digests(self) -> Mapping[str, bytes]:
        """Key → digest of each case and page."""
        return self._source.digests()

    def documents(self, keys: Collection[str]) -> Iterable[SearchDocument]:
        """The documents with these keys."""
        return self._source.documents(keys)

    def close(self) -> None:
        """Close the archive, if it was opened."""
        self._open.close()
