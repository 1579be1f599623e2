"""Search over a home: what it has, the engine that kb.toml names, an index that mends itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeAlias

from msgspec.structs import replace

from kb.config import Home, SearchConfig
from kb.errors import UsageError
from kb.freshness import home_stamp
from kb.plugins import ENGINES, all_plugins, find_plugin
from kb.search.asking.finder import Finder
from kb.search.asking.hits import Hits, SearchOptions
from kb.search.documents.document_sources import DocumentSource, HomeDocuments
from kb.search.index import rebuild, refresh
from kb.search.protocol import DamagedIndexError, Engine, EngineFactory, EngineOpener


def engine_opener(config: SearchConfig) -> EngineOpener:
    """Find the engine that ``config`` names; what opens an index of it in a generation's folder.

    UsageError where no installed package brings such an engine.
    """
    found = find_plugin(ENGINES, config.backend)
    if found is None:
        known = ", ".join(f'"{name}"' for name in all_plugins(ENGINES))
        raise UsageError(
            f"no search engine is called {config.backend}",
            hint=f"kb.toml: [search] backend = one of {known}",
        )
    factory: EngineFactory = found.load()
    return lambda folder: factory(folder, config)


def engine_version(config: SearchConfig) -> str:
    """Name the engine of ``config`` with its package's version, so that an update shows.

    Engines of this distribution change with its code, which kb.freshness has the stamp of.
    """
    found = find_plugin(ENGINES, config.backend)
    return f"{config.backend}-{found.package}" if found and found.package else config.backend


_Make: TypeAlias = Callable[[Path, DocumentSource, EngineOpener, str, str | None], Engine]


class HomeSearch:
    """Answers queries over ``source``; an index that turns out damaged is built anew once."""

    def __init__(
        self, home: Home, source: DocumentSource, stamp: Callable[[], str | None] = lambda: None,
        prefix: str = "",
    ) -> None:  # fmt: skip
        """``prefix`` tells the home's other indexes from the one of what holds today."""
        self._home = home
        self._prefix = prefix
        self._source = source
        self._stamp = stamp
        self._finder = Finder(self._made(refresh))

    def find(self, text: str, options: SearchOptions | None = None) -> Hits:
        """Answer a query, from an index built anew where the one there turns out damaged."""
        try:
            return self._finder.find(text, options)
        except DamagedIndexError:
            self._finder = Finder(self._made(rebuild))
            return self._finder.find(text, options)

    def like(self, key: str, limit: int = 10) -> Hits | None:
        """Find what resembles the document with that key; None where there is none."""
        return self._finder.like(key, limit)

    def _made(self, make: _Make) -> Engine:
        config = self._home.config.search
        if self._prefix:
            index = f"{self._prefix}{config.settings.get('index', 'casebook')}"
            config = replace(config, settings={**config.settings, "index": index})
        opened = engine_opener(config)
        folder = self._home.index / f"{self._prefix}{config.backend}"
        return make(folder, self._source, opened, engine_version(config), self._stamp())


@contextmanager
def searching(home: Home, *, old: bool = False) -> Iterator[HomeSearch]:
    """Open the search over all that a home has, or once had, brought up to date.

    InputError where nothing is imported, UsageError where earlier versions are not to be found.
    """
    if old and not home.config.search.revisions:
        raise UsageError(
            "earlier versions are not searched here", hint="kb.toml: [search] revisions = true"
        )
    source = HomeDocuments(home, old=old)
    try:
        yield HomeSearch(home, source, partial(home_stamp, home), prefix="old-" if old else "")
    finally:
        source.close()
