"""The wiki as a git repository: a commit for each revision, written by `git fast-import`."""

from __future__ import annotations

from kb.archive import Archive
from kb.cases.store import CaseStore
from kb.config import Home
from kb.export.formats import Options
from kb.export.git.authors import AuthorMap, read_authors
from kb.export.git.run import GitReport, export_git
from kb.export.git.source import SOURCES
from kb.export.place import path_of

__all__ = ["AuthorMap", "GitReport", "export", "export_git", "read_authors"]

_SHOWN = 5


def export(home: Home, archive: Archive, store: CaseStore, dest: str, options: Options) -> str:
    """Bring the repository at ``dest`` up to the archive and say what was added."""
    people = read_authors(options.authors) if options.authors else AuthorMap()
    path = path_of(dest, "a repository")
    source = SOURCES[options.source]()
    return said(export_git(archive, path, authors=people, source=source, branch=options.branch))


def said(report: GitReport) -> str:
    """The report in one line, and who is missing from the authors' file in another."""
    line = (
        f"{report.commits} new commit(s) for {report.pages} page(s): {report.revisions}"
        f" revision(s), {report.files} attachment version(s), {report.renamed} renamed,"
        f" {report.gone} gone, {report.partial} known by their present text only"
    )
    if report.skipped:
        line += f"; {report.skipped} version(s) not in the archive"
    if report.unmapped:
        more = "" if len(report.unmapped) <= _SHOWN else " …"
        line += f"\nnot in the authors' file: {', '.join(report.unmapped[:_SHOWN])}{more}"
    return line
