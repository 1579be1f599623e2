"""The engine that kb.toml names, found among the plug-ins and loaded only then."""

from __future__ import annotations

from kb.config import SearchConfig
from kb.errors import UsageError
from kb.plugins import ENGINES, all_plugins, find_plugin
from kb.search.protocol import EngineFactory, EngineOpener


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
