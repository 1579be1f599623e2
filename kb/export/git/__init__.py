"""The wiki as a git repository: a commit for each revision, written by `git fast-import`."""

from __future__ import annotations

from kb.archive import Archive
from kb.config import Home
from kb.export.account import Fated, Fates, told
from kb.export.formats import Cases, Options, path_of
from kb.export.git.authors import AuthorMap, read_authors
from kb.export.git.run import GitReport, export_git
from kb.export.git.source import SOURCES
from kb.export.ledger import Ledger

__all__ = ["AuthorMap", "GitReport", "export", "export_git", "read_authors"]

_SHOWN = 5
FATES = Fates(
    gone=None,
    removed=None,
    comment=("dropped", "in kb export markdown, sqlite and xar"),
    object=("dropped", "in kb export markdown, sqlite and xar"),
    link=("changed", "stand in the source, as the wiki wrote them"),
)
_MARKDOWN: Fated = ("changed", "in Markdown; what it cannot say is HTML")
FATES_IN_MARKDOWN = Fates(
    gone=None,
    removed=None,
    page=_MARKDOWN,
    revision=_MARKDOWN,
    comment=FATES.comment,
    object=FATES.object,
)


def export(home: Home, archive: Archive, store: Cases, dest: str, options: Options) -> Ledger:
    """Bring the repository at ``dest`` up to the archive and say what was added."""
    people = read_authors(options.authors) if options.authors else AuthorMap()
    path = path_of(dest, "a repository")
    source = SOURCES[options.source]()
    report = export_git(archive, path, authors=people, source=source, branch=options.branch)
    fates = FATES if options.source == "xwiki" else FATES_IN_MARKDOWN
    ledger = told(f"git, {options.source}", archive, fates, wanted=options.report is not None)
    ledger.message = said(report)
    if report.head:
        ledger.digests[f"refs/heads/{options.branch}"] = report.head
    return ledger


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
