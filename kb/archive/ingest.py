"""Write what importers yield: a page's records together, in transactions of whole pages.

What is kept when an import ends early: killed, all pages up to the last commit, which comes about
every second and at each Checkpoint; ended by an error or an interrupt, all pages that were whole.
The page that was begun is dropped. The next run of the importer goes on from what is kept.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from kb.archive.blobs import BlobStore
from kb.archive.page_writer import PageWriter
from kb.archive.schema import busy, is_busy
from kb.archive.table_checksums import watch
from kb.errors import Problem, page_trouble
from kb.model import (
    AttachmentRevision,
    Checkpoint,
    Comment,
    FetchState,
    Gone,
    Item,
    PageSeen,
    Revision,
    RevisionSeen,
    Snapshot,
    WikiClass,
    WikiObject,
)
from kb.times import now

_COMMIT_SECONDS = 1.0
_OF_A_PAGE = frozenset({
    Revision, Snapshot, RevisionSeen, AttachmentRevision, Comment, WikiObject, WikiClass,
})  # fmt: skip
"""Records that are dropped with the page that they belong to."""


class IngestReport(msgspec.Struct, kw_only=True):
    """What one import did."""

    pages: int = 0
    changed: int = 0
    """Pages about which anything is new."""
    revisions: int = 0
    attachments: int = 0
    problems: list[Problem] = []
    blame_seconds: float = 0.0
    """CPU time that went into saying who wrote which line."""


class Ingest:
    """One import into the archive. A page's records are committed together or not at all."""

    def __init__(self, db: sqlite3.Connection, blobs: BlobStore, location: str, fmt: str) -> None:
        self._db = db
        self._blobs = blobs
        self._location = location
        self._format = fmt
        self._now = now()
        self._source = 0
        self._ways: dict[str, int] = {}
        self._open = ""
        """Reference of the page that is being written."""
        self._failed = False
        """Whether that page was dropped; its further records go the same way."""
        self._is_live = location.startswith(("http://", "https://"))
        self.report = IngestReport()

    def _begin(self) -> None:
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            path = Path(self._db.execute("PRAGMA database_list").fetchone()[2])
            raise busy(path) if is_busy(error) else error from error

    def run(self, items: Iterable[Item]) -> IngestReport:
        """Write all items. Where an error breaks off, pages that were whole before it stay."""
        watch(self._db)
        self._begin()
        started = time.monotonic()
        try:
            self._source = self._source_row(self._location, self._format)
            self._troubled = self._troubled_pages()
            self._new_writers()
            self._db.execute("SAVEPOINT page")
            for item in items:
                if type(item) is PageSeen:
                    self._close_page()
                    if time.monotonic() - started > _COMMIT_SECONDS:
                        self._commit()
                        started = time.monotonic()
                    self._db.execute("SAVEPOINT page")
                    self._open, self._failed = item.id.page, False
                elif self._failed and type(item) in _OF_A_PAGE:
                    continue
                try:
                    self._writers[type(item)](item)
                except Exception as error:
                    self._drop_page(error)
            self._close_page()
            self._forget_old_problems()
            if self.report.changed:
                self._db.execute(
                    "UPDATE source SET last_fetch = ? WHERE id = ?", (self._now, self._source)
                )
        except BaseException:
            self._give_up()
            raise
        self._db.execute("COMMIT")
        self.report.blame_seconds = self._pages.blame_seconds
        return self.report

    def _new_writers(self) -> None:
        """Make what writes; anew where a page was dropped, since it remembers rows by number."""
        self._pages = pages = PageWriter(self._db, self._blobs, self._problem)
        self._writers: dict[type, Callable[[Any], None]] = {
            PageSeen: self._page_seen, Revision: self._revision, Snapshot: pages.snapshot,
            RevisionSeen: pages.revision_seen, AttachmentRevision: self._attachment,
            Comment: pages.attached.comment, WikiObject: pages.attached.object_,
            WikiClass: pages.attached.class_, Gone: self._gone, FetchState: self._fetch_state,
            Checkpoint: self._checkpoint, Problem: self._problem,
        }  # fmt: skip

    def _drop_page(self, error: Exception) -> None:
        """Drop the page whose content no archive takes, and go on with the next one."""
        problem = page_trouble(error, f"{self._location} {self._open}".rstrip(), self._open or None)
        self._db.execute("ROLLBACK TO page")
        self._new_writers()
        self._failed = True
        self._problem(problem)

    def _commit(self) -> None:
        self._db.execute("COMMIT")
        self._begin()

    def _give_up(self) -> None:
        """Drop the page that was begun, keep those before it."""
        if not self._db.in_transaction:
            return
        try:
            self._db.execute("ROLLBACK TO page")
            self._db.execute("COMMIT")
        except sqlite3.Error:
            if self._db.in_transaction:  # of a damaged file, SQLite ended it itself
                self._db.execute("ROLLBACK")

    def _source_row(self, location: str, fmt: str) -> int:
        self._db.execute(
            "INSERT OR IGNORE INTO source (location, format, first_fetch, last_fetch)"
            " VALUES (?, ?, ?, ?)",
            (location, fmt, self._now, self._now),
        )
        row = self._db.execute("SELECT id FROM source WHERE location = ?", (location,))
        return int(row.fetchone()[0])

    def _way(self, seen: PageSeen) -> int:
        """Row of the source that a page's facts are noted with: one for each importer involved."""
        if seen.way in (None, self._format):
            return self._source
        if seen.way not in self._ways:
            assert seen.way is not None
            self._ways[seen.way] = self._source_row(f"{self._location}#{seen.way}", seen.way)
        return self._ways[seen.way]

    def _page_seen(self, seen: PageSeen) -> None:
        self._forget_problems_of(seen.id.page)
        self._pages.begin(seen, self._way(seen))
        self.report.pages += 1

    def _revision(self, revision: Revision) -> None:
        self._pages.revision(revision)
        self.report.revisions += 1

    def _attachment(self, file: AttachmentRevision) -> None:
        self._pages.attached.attachment(file)
        self.report.attachments += 1

    def _gone(self, gone: Gone) -> None:
        page = gone.id
        key = self._pages.row(page.wiki, page.page, page.locale)
        self._close_page()
        self._db.execute("SAVEPOINT page")
        if key is None:
            return
        self._db.execute(
            "UPDATE page SET gone = coalesce(gone, ?), renamed_to = ? WHERE id = ?",
            (gone.noticed, gone.renamed_to, key),
        )
        self._pages.reopen(key)

    def _fetch_state(self, state: FetchState) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO fetch_state VALUES (?, ?, ?)",
            (self._source, state.key, state.value),
        )

    def _checkpoint(self, _: Checkpoint) -> None:
        self._close_page()
        self._commit()
        self._db.execute("SAVEPOINT page")

    def _problem(self, problem: Problem) -> None:
        blob = self._blobs.id_of(problem.sha256) if problem.sha256 else None
        self._db.execute(
            "INSERT OR IGNORE INTO problem (source_id, place, code, detail, page, blob_id)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (self._source, problem.where, problem.code, problem.detail, problem.page, blob),
        )
        self.report.problems.append(problem)

    def _close_page(self) -> None:
        try:
            self.report.changed += self._pages.end()
        except Exception as error:
            self._drop_page(error)
        self._db.execute("RELEASE page")

    def _forget_problems_of(self, page: str) -> None:
        """Delete a live wiki's problems of a page that is read again; those that remain recur."""
        if page in self._troubled:
            self._troubled.remove(page)
            self._db.execute(
                "DELETE FROM problem WHERE source_id = ? AND page = ?", (self._source, page)
            )

    def _troubled_pages(self) -> set[str]:
        """References of pages with problems of earlier runs, for a live wiki; none for a file."""
        if not self._is_live:
            return set()
        rows = self._db.execute(
            "SELECT DISTINCT page FROM problem WHERE source_id = ? AND page IS NOT NULL",
            (self._source,),
        )
        return {page for (page,) in rows}

    def _forget_old_problems(self) -> None:
        """Delete problems that an earlier import of the same source met and this one did not.

        A live wiki is asked only for what changed, so the problems of its pages stay.
        """
        now = {(p.where, p.code, p.detail) for p in self.report.problems}
        rows = self._db.execute(
            "SELECT id, place, code, detail FROM problem WHERE source_id = ?"
            + (" AND page IS NULL" if self._is_live else ""),
            (self._source,),
        ).fetchall()
        old = [(key,) for key, *what in rows if tuple(what) not in now]
        self._db.executemany("DELETE FROM problem WHERE id = ?", old)
