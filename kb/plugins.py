"""Find plug-ins: importers, exporters and search engines, of this distribution and of others.

Each is registered under an entry point group. Those of this distribution are known here as well,
since to read what all packages declare takes as long as a search does; a test holds the table to
pyproject.toml. No plug-in of another package takes the place of one of these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final

from kb.errors import UsageError

IMPORTERS: Final = "wiki_casebook.importers"
EXPORTERS: Final = "wiki_casebook.exporters"
ENGINES: Final = "wiki_casebook.engines"

OURS: Final = {
    IMPORTERS: {
        "blame-text": "importers.blame_text:BlameText",
        "xar": "importers.xar:Xar",
        "rest": "importers.rest:Rest",
        "viewer-html": "importers.viewer_html:ViewerHtml",
        "markdown": "importers.markdown:Markdown",
    },
    EXPORTERS: {
        "csv": "kb.export.tables.csv:CsvExporter",
        "git": "kb.export.git:GitExporter",
        "jsonl": "kb.export.jsonl:JsonlExporter",
        "markdown": "kb.export.markdown:MarkdownExporter",
        "mediawiki": "kb.export.mediawiki:MediaWikiExporter",
        "parquet": "kb.export.tables.parquet:ParquetExporter",
        "sqlite": "kb.export.tables.sqlite:SqliteExporter",
        "xar": "kb.export.xar:XarExporter",
    },
    ENGINES: {
        "tantivy": "kb.search.engines.tantivy_engine:TantivyEngine",
        "whoosh": "kb.search.engines.whoosh_engine:WhooshEngine",
        "opensearch": "kb.search.engines.opensearch_engine:OpenSearchEngine",
    },
}
"""Group → name → what pyproject.toml registers: `module:attribute`."""


class PluginError(UsageError):
    """A plug-in of another package cannot be loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A registered plug-in; nothing of it is imported yet."""

    name: str
    target: str
    """`module:attribute`."""
    package: str | None = None
    """Name and version of the distribution that brings it, `name-1.0`; None for this one."""

    def load(self) -> Any:
        """Import the module and return what is registered.

        PluginError where the package of others that brings it cannot be imported.
        """
        module, _, attribute = self.target.partition(":")
        if self.package is None:
            return getattr(import_module(module), attribute)
        try:
            return getattr(import_module(module), attribute)
        except Exception as error:
            raise PluginError(
                f"{self.name} of {self.package} cannot be loaded: {error!r}",
                hint="update that package, or remove it",
            ) from error


def find_plugin(group: str, name: str) -> Plugin | None:
    """Return the plug-in of that name; None where no installed package brings it."""
    if name in OURS[group]:
        return Plugin(name=name, target=OURS[group][name])
    return all_plugins(group).get(name)


@cache
def all_plugins(group: str) -> Mapping[str, Plugin]:
    """Return all plug-ins of a group by name, this distribution's first.

    Of two packages that register one name, the one that is found first counts.
    """
    from importlib.metadata import entry_points  # slow to load

    found = {name: Plugin(name=name, target=target) for name, target in OURS[group].items()}
    for point in sorted(entry_points(group=group), key=lambda point: point.name):
        if point.name not in found:
            package = f"{point.dist.name}-{point.dist.version}" if point.dist else "unknown"
            found[point.name] = Plugin(name=point.name, target=point.value, package=package)
    return MappingProxyType(found)
