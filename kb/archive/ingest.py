"""Writing what importers yield: a page's records together, in transactions of whole pages."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from kb.archive.blobs import Blobs
from kb.archive.pages import PageWriter
from kb.archive.report import IngestReport
from kb.errors import Problem
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

_COMMIT_SECONDS = 1.0


class Ingest:
    """One import into the archive. A page's records are committed together or not at all."""

    def __init__(self, db: sqlite3.Connection, blobs: Blobs, location: str, fmt: str) -> None:
        self._db = db
        self._blobs = blobs
        self._location = location
        self._format = fmt
        self._now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._source = 0
        self._ways: dict[str, int] = {}
        self._living = location.startswith(("http://", "https://"))
        self.report = IngestReport()

    def run(self, items: Iterable[Item]) -> IngestReport:
        """Take in all items; what came before an error stays, up to the last whole page."""
        # What a savepoint keeps to go back to is small, and not worth a file for each page.
        self._db.execute("PRAGMA temp_store = MEMORY")
        self._db.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        try:
            self._source = self._source_row(self._location, self._format)
            self._pages = PageWriter(self._db, self._blobs, self._problem)
            self._troubled = self._troubled_pages()
            write = self._writers()
            self._db.execute("SAVEPOINT page")
            for item in items:
                if type(item) is PageSeen:
                    self._close_page()
                    if time.monotonic() - started > _COMMIT_SECONDS:
                        self._commit()
                        started = time.monotonic()
                    self._db.execute("SAVEPOINT page")
                write[type(item)](item)
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

    def _writers(self) -> dict[type, Callable[[Any], None]]:
        pages = self._pages
        return {
            PageSeen: self._page_seen,
            Revision: self._revision,
            RevisionSeen: pages.revision_seen,
            Snapshot: pages.snapshot,
            AttachmentRevision: self._attachment,
            Comment: pages.things.comment,
            WikiObject: pages.things.thing,
            WikiClass: pages.things.class_,
            Gone: self._gone,
            FetchState: self._fetch_state,
            Checkpoint: self._checkpoint,
            Problem: self._problem,
        }

    def _commit(self) -> None:
        self._db.execute("COMMIT")
        self._db.execute("BEGIN IMMEDIATE")

    def _give_up(self) -> None:
        """Drop the page that was begun, keep those before it."""
        if not self._db.in_transaction:
            return
        try:
            self._db.execute("ROLLBACK TO page")
            self._db.execute("COMMIT")
        except sqlite3.Error:
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
        """The source that a page's facts are noted with: one for each way in which they came."""
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
        self._pages.things.attachment(file)
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
        self.report.changed += self._pages.end()
        self._db.execute("RELEASE page")

    def _forget_problems_of(self, page: str) -> None:
        """Drop what was wrong with a page of a living wiki: it comes anew, with what still is."""
        if page in self._troubled:
            self._troubled.remove(page)
            self._db.execute(
                "DELETE FROM problem WHERE source_id = ? AND page = ?", (self._source, page)
            )

    def _troubled_pages(self) -> set[str]:
        """Pages of a living wiki that an earlier run complained of; a file is read anew whole."""
        if not self._living:
            return set()
        rows = self._db.execute(
            "SELECT DISTINCT page FROM problem WHERE source_id = ? AND page IS NOT NULL",
            (self._source,),
        )
        return {page for (page,) in rows}

    def _forget_old_problems(self) -> None:
        """Drop what an earlier import of the same source complained of and this one does not.

        A living wiki is asked for what changed only: there, the problems of pages stay.
        """
        now = {(p.where, p.code, p.detail) for p in self.report.problems}
        rows = self._db.execute(
            "SELECT id, place, code, detail FROM problem WHERE source_id = ?"
            + (" AND page IS NULL" if self._living else ""),
            (self._source,),
        ).fetchall()
        old = [(key,) for key, *what in rows if tuple(what) not in now]
        self._db.executemany("DELETE FROM problem WHERE id = ?", old)
