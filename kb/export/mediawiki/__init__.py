"""The wiki as MediaWiki's XML dump, every revision in wikitext."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kb.archive import Archive
from kb.export.mediawiki.dump import Dump
from kb.export.protocol import Contents, Exporter, ExportOptions, Part, line_parts, path_of
from kb.export.report import LossReport, targets_of
from kb.files import new_file

__all__ = ["MediaWikiExporter", "write_dump"]


class MediaWikiExporter(Exporter[ExportOptions]):
    """One XML file for `importDump.php --uploads`."""

    name = "mediawiki"
    description = "MediaWiki's XML dump with every revision"
    options = ExportOptions
    wiki_syntax = False

    def export(self, contents: Contents, dest: str, options: ExportOptions) -> LossReport:
        """Write the dump to the file ``dest``."""
        site = contents.site
        return write_dump(contents.archive, path_of(dest, "a dump"), site.title, site.language)

    def parts(self, made: Path) -> Iterator[Part]:
        """Yield the file, some lines at a time."""
        return line_parts(made)


def write_dump(archive: Archive, path: Path, name: str, language: str) -> LossReport:
    """Write the dump of a site of that name and language. Return the account of it."""
    targets = targets_of(archive)
    report = LossReport("mediawiki")
    with new_file(path) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        pages, revisions = Dump(archive, targets, file, report).write(name, language)
    report.message = (
        f"{pages} page(s), {revisions} revision(s): php maintenance/run.php importDump --uploads"
        f" {path}, then rebuildrecentchanges"
    )
    return report
