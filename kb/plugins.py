"""Parts that a package may bring: importers, exporters and search engines, found alike.

Each is registered under an entry point group. Those of this distribution are known here as well,
since to read what all packages declare takes as long as a search does; a test holds the table to
pyproject.toml. No other package's part takes the place of one of these.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Final

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A part that is registered; nothing of it is imported yet."""

    name: str
    value: str
    """`module:attribute`."""
    package: str | None = None
    """Name and version of the distribution that brings it; None for this one."""

    def load(self) -> Any:
        """Import the module and return what is registered."""
        module, _, attribute = self.value.partition(":")
        return getattr(import_module(module), attribute)


def plugin(group: str, name: str) -> Plugin | None:
    """Find the part of that name; None where no installed package brings it."""
    if name in OURS[group]:
        return Plugin(name=name, value=OURS[group][name])
    return plugins(group).get(name)


@cache
def plugins(group: str) -> dict[str, Plugin]:
    """All parts of a group by name, this distribution's first."""
    from importlib.metadata import entry_points  # slow to load

    found = {name: Plugin(name=name, value=value) for name, value in OURS[group].items()}
    for point in sorted(entry_points(group=group), key=lambda point: point.name):
        if point.name not in found:
            package = f"{point.dist.name}-{point.dist.version}" if point.dist else "unknown"
            found[point.name] = Plugin(name=point.name, value=point.value, package=package)
    return found
