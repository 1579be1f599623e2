"""The engine that kb.toml names, found by its entry point and loaded only then."""

from __future__ import annotations

from typing import Final

from kb.config import SearchConfig
from kb.errors import UsageError
from kb.plugins import plugin, plugins
from kb.search.protocol import EngineFactory, EngineOpener

GROUP: Final = "wiki_casebook.engines"
"""Entry points that name an `EngineFactory`."""


def engine_opener(config: SearchConfig) -> EngineOpener:
    """What opens an index of the engine that ``config`` names, given a generation's folder.

    UsageError where no installed package brings such an engine.
    """
    point = plugin(GROUP, config.backend)
    if point is None:
        known = ", ".join(f'"{name}"' for name in plugins(GROUP))
        raise UsageError(
            f"no search engine is called {config.backend}",
            hint=f"kb.toml: [search] backend = one of {known}",
        )
    factory: EngineFactory = point.load()
    return lambda folder: factory(folder, config)


def engine_version(config: SearchConfig) -> str:
    """Changes when the engine that ``config`` names does, as far as its package's version tells.

    Our own engines change with our code, which kb.freshness has the stamp of.
    """
    point = plugin(GROUP, config.backend)
    made_by = point.dist if point else None
    return f"{config.backend}-{made_by.name}-{made_by.version}" if made_by else config.backend
