"""Search over a home: its cases, the engine that kb.toml names, an index that mends itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from msgspec.structs import replace

from kb.config import Home, SearchConfig
from kb.errors import UsageError
from kb.search.document import Document
from kb.search.find import Finder, Hits, Options
from kb.search.index import Opened, Source, rebuild, refresh
from kb.search.protocol import DamagedIndexError, Engine
from kb.search.stamp import stamp_of

if TYPE_CHECKING:
    from kb.archive import Archive
    from kb.cases.store.store import CaseStore
    from kb.search.cases import Attached


class Cases(Protocol):
    """Where cases come from: kb.cases.store.store.CaseStore, or anything like it."""

    def digests(self) -> Iterable[tuple[str, bytes]]:
        """Id and digest of each case."""
        ...

    def records(self) -> Iterable[tuple[str, bytes]]:
        """Id and JSON of each case, in the same order."""
        ...


class CaseSource:
    """Cases as a source of documents, under their ids; another wiki's same id is told apart."""

    def __init__(self, store: Cases, attached: Attached | None = None) -> None:
        self._store = store
        self._attached = attached

    @cached_property
    def _digests(self) -> dict[str, bytes]:
        return dict(_apart(self._store.digests()))

    def digests(self) -> Mapping[str, bytes]:
        """Key → digest of every case."""
        return self._digests

    def documents(self, keys: Collection[str]) -> Iterable[Document]:
        """The documents of the cases with these keys."""
        from kb.cases.record import from_json
        from kb.search.cases import case_document, no_files

        wanted, attached = set(keys), self._attached or no_files
        if wanted:
            for key, record in _apart(self._store.records()):
                if key in wanted:
                    case = from_json(record)
                    yield case_document(case, key, self._digests[key], attached)


class Both:
    """Two sources as one; their keys never meet."""

    def __init__(self, first: Source, second: Source) -> None:
        self._first = first
        self._second = second

    def digests(self) -> Mapping[str, bytes]:
        """Key → digest of both."""
        return {**self._second.digests(), **self._first.digests()}

    def documents(self, keys: Collection[str]) -> Iterable[Document]:
        """The documents of both with these keys."""
        first = self._first.digests().keys()
        yield from self._first.documents([key for key in keys if key in first])
        yield from self._second.documents([key for key in keys if key not in first])


def everything(archive: Archive, store: CaseStore) -> Source:
    """All that a home has to find: its cases, and the pages that hold none."""
    from kb.search.pages import PageSource, attached_text

    cases = CaseSource(store, partial(attached_text, archive))
    return Both(cases, PageSource(archive, store.pages))


class HomeSource:
    """What a home has to find. Its archive is opened only when somebody asks for it."""

    def __init__(self, home: Home, *, old: bool) -> None:
        self._home = home
        self._old = old
        self._open = ExitStack()

    @cached_property
    def _source(self) -> Source:
        from kb.cases.store.store import up_to_date

        archive, store = self._open.enter_context(up_to_date(self._home))
        if not self._old:
            return everything(archive, store)
        from kb.search.old import OldSource

        return OldSource(archive)

    def digests(self) -> Mapping[str, bytes]:
        """Key → digest of each case and page."""
        return self._source.digests()

    def documents(self, keys: Collection[str]) -> Iterable[Document]:
        """The documents with these keys."""
        return self._source.documents(keys)

    def close(self) -> None:
        """Close the archive, if it was opened."""
        self._open.close()


@contextmanager
def searching(home: Home, *, old: bool = False) -> Iterator[Search]:
    """Search over all that a home has, or once had, brought up to date.

    InputError where nothing is imported, UsageError where earlier versions are not to be found.
    """
    if old and not home.config.search.revisions:
        raise UsageError(
            "earlier versions are not searched here", hint="kb.toml: [search] revisions = true"
        )
    source = HomeSource(home, old=old)
    try:
        yield Search(home, source, partial(stamp_of, home), prefix="old-" if old else "")
    finally:
        source.close()


def _apart(rows: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """The rows with ids made keys: the second of one id gets a number behind a tab."""
    seen: Counter[str] = Counter()
    for name, value in rows:
        seen[name] += 1
        yield (name if seen[name] == 1 else f"{name}\t{seen[name]}"), value


class Search:
    """Answers queries over ``source``; an index that turns out damaged is built anew once."""

    def __init__(
        self,
        home: Home,
        source: Source,
        stamp: Callable[[], str | None] = lambda: None,
        prefix: str = "",
    ) -> None:
        """``prefix`` tells the home's other indexes from the one of what holds today."""
        self._home = home
        self._prefix = prefix
        self._source = source
        self._stamp = stamp
        self._finder = Finder(self._made(refresh))

    def find(self, text: str, options: Options | None = None) -> Hits:
        """What ``text`` finds."""
        try:
            return self._finder.find(text, options)
        except DamagedIndexError:
            self._finder = Finder(self._made(rebuild))
            return self._finder.find(text, options)

    def like(self, key: str, limit: int = 10) -> Hits | None:
        """What resembles the document with that key; None where there is none."""
        return self._finder.like(key, limit)

    def _made(self, make: _Make) -> Engine:
        config = self._home.config.search
        if self._prefix:
            index = f"{self._prefix}{config.settings.get('index', 'casebook')}"
            config = replace(config, settings={**config.settings, "index": index})
        folder = self._home.index / f"{self._prefix}{config.backend}"
        return make(folder, self._source, opener(config), config.backend, self._stamp())


_Make: TypeAlias = Callable[[Path, Source, Opened, str, str | None], Engine]


def opener(config: SearchConfig) -> Opened:
    """What opens an index of the engine that ``config`` names, imported only now.

    It takes the folder of a generation; an engine elsewhere only needs that folder's name.
    """
    if config.backend == "tantivy":
        from kb.search.engines.tantivy_ import TantivyEngine

        return TantivyEngine
    if config.backend == "whoosh":
        from kb.search.engines.whoosh_ import WhooshEngine

        return WhooshEngine
    if config.backend == "opensearch":
        return _opensearch(config)
    raise UsageError(
        f"no search engine is called {config.backend}",
        hint='kb.toml: [search] backend = "tantivy", "whoosh" or "opensearch"',
    )


def _opensearch(config: SearchConfig) -> Opened:
    try:
        from kb.search.engines.opensearch_ import OpenSearchEngine
    except ImportError as error:
        hint = "pip install wiki-casebook[opensearch]"
        raise UsageError("the OpenSearch client is not installed", hint=hint) from error
    return lambda folder: OpenSearchEngine(config, folder.name)
