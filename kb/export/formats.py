"""The formats of `kb export`: name → what it is and the module that writes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, Protocol

from kb.archive import Archive
from kb.cases.record import Case
from kb.config import Home
from kb.errors import UsageError
from kb.export.ledger import Ledger


def path_of(dest: str, what: str) -> Path:
    """``dest`` as a path. UsageError where it means stdout, which ``what`` cannot go to."""
    if dest == "-":
        raise UsageError(f"{what} cannot go to stdout", hint="name a path")
    return Path(dest)


class Options(NamedTuple):
    """What the user chose."""

    removed: bool = False
    """Cases too that are gone from the latest revision."""
    audience: str = "internal"
    authors: Path | None = None
    """Who the wiki's users are in git: lines of `XWiki.ruan = Ruan Li <ruan@example.org>`."""
    branch: str = "main"
    source: str = "xwiki"
    """Of git: the wiki's own, or markdown."""
    format_version: str = "1.5"
    """Of the XAR: `1.1` to `1.7`."""
    flavour: str = "plain"
    """Of Markdown: plain, mkdocs, hugo, obsidian, docusaurus."""
    all_versions: bool = False
    """Of Markdown: earlier versions of attached files too."""
    report: Path | None = None
    """Folder for the proof: what was kept, changed and dropped, digests, redirects."""


class Cases(Protocol):
    """The case records, in the archive's stable order: a CaseStore, or what is public of one."""

    def cases(self) -> Iterator[Case]:
        """All cases."""
        ...

    def records(self) -> Iterator[tuple[str, bytes]]:
        """Id and JSON line of each case."""
        ...

    def removed(self, archive: Archive) -> Iterable[Case]:
        """Cases gone from the latest revision of their page."""
        ...


class Exporter(Protocol):
    """Writes everything to ``dest``: a path, or `-` for stdout where the format is one stream."""

    def __call__(
        self, home: Home, archive: Archive, store: Cases, dest: str, options: Options
    ) -> Ledger:
        """Write it and account for it. InputError or UsageError where it cannot be written.

        What costs a look at every page is in the ledger only where a report is asked for.
        """
        ...


class Format(NamedTuple):
    """A format: a line of help, and where its `export` function is."""

    help: str
    module: str
    grows: bool = False
    """Whether a later run adds to what an earlier one made."""

    def exporter(self) -> Exporter:
        """The function, imported now."""
        found: Exporter = import_module(self.module).export
        return found


FORMATS = {
    "jsonl": Format("one case a line, by the published schema", "kb.export.jsonl"),
    "csv": Format("a table of cases, or a folder of all tables", "kb.export.tables.csv"),
    "sqlite": Format("all tables in one file, made for Datasette", "kb.export.tables.sqlite"),
    "parquet": Format("a folder of all tables for DuckDB, pandas", "kb.export.tables.parquet"),
    "xar": Format("the wiki's own package, to import it again", "kb.export.xar"),
    "markdown": Format(
        "a tree of Markdown for MkDocs, Hugo and others", "kb.export.markdown", True
    ),
    "mediawiki": Format("MediaWiki's XML dump with every revision", "kb.export.mediawiki"),
    "git": Format("a repository with a commit for each revision", "kb.export.git", True),
}
