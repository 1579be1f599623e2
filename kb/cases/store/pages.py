"""Bringing the store's rows of changed pages up to the archive."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import msgspec

from kb.archive import Archive
from kb.cases.reader.selection import ProfileSelection
from kb.cases.store.finalise import RefreshReport
from kb.cases.store.page_rows import CaseRow, PageJob, PageReading, PastRow, read_one
from kb.cases.store.relate import affected_by
from kb.pool import Load, pooled

_BATCH: Final = 25
_PAYS: Final = 500
"""Pages to read from which more processes are quicker."""
_PACK: Final = msgspec.msgpack.Encoder()
_READINGS: Final = msgspec.msgpack.Decoder(list[PageReading])


class Touched(NamedTuple):
    """Rows of `kase` whose records may be other than they were."""

    new: set[int]
    beside: set[int]
    """Rows that lost a tie to a case which is no more."""
    ids: set[str]
    """Ids of cases that left a page, or whose past there changed."""


class PageReader:
    """Brings the rows of changed pages up to the archive."""

    def __init__(
        self, db: sqlite3.Connection, archive: Archive, selection: ProfileSelection,
        workers: int | None = None,
    ) -> None:  # fmt: skip
        self._db = db
        self._archive = archive
        self._selection = selection
        self._workers = workers
        self._touched = Touched(set(), set(), set())

    def read(self, report: RefreshReport) -> Touched:
        """Read new and changed pages, drop those that the archive has no more."""
        known = dict(self._db.execute("SELECT key, digest FROM page"))
        changed = {
            key: digest
            for key, _, digest in self._archive.digests()
            if known.pop(key, None) != digest
        }
        lives = self._forget([*changed, *known])
        jobs = [PageJob(key, digest, lives.get(key)) for key, digest in changed.items()]
        for packed in self._readings(jobs):
            for reading in _READINGS.decode(packed):
                self._put(reading)
        report.pages += len(jobs)
        return self._touched

    def _readings(self, jobs: Sequence[PageJob]) -> Iterator[bytes]:
        """What each page holds, in the order of the jobs, packed by batches."""

        def read(batch: Sequence[PageJob]) -> bytes:
            archive = self._archive.here()
            return _PACK.encode([read_one(archive, self._selection, job) for job in batch])

        batches = [jobs[n : n + _BATCH] for n in range(0, len(jobs), _BATCH)]
        return pooled(read, batches, Load(len(batches), _PAYS // _BATCH, 1), self._workers)

    def _forget(self, pages: list[int]) -> dict[int, bytes | None]:
        """Forget pages; what was known of their cases' lives."""
        rows = {page: self._rows(page) for page in pages}
        every = {row for found in rows.values() for row in found}
        self._touched.beside.update(affected_by(self._db, every) - every)
        return {page: self._drop(page, found) for page, found in rows.items()}

    def _rows(self, page: int) -> list[int]:
        sql = "SELECT key FROM kase WHERE page_key = ?"
        return [key for (key,) in self._db.execute(sql, (page,))]

    def _drop(self, page: int, rows: list[int]) -> bytes | None:
        self._touched.ids.update(
            name for (name,) in self._db.execute("SELECT id FROM past WHERE page_key = ?", (page,))
        )
        kept = self._db.execute("SELECT life FROM page WHERE key = ?", (page,)).fetchone()
        for row in rows:
            for table in ("tie", "mention", "band"):
                self._db.execute(f"DELETE FROM {table} WHERE case_key = ?", (row,))
        for table, column in (("kase", "page_key"), ("past", "page_key"), ("page", "key")):
            self._db.execute(f"DELETE FROM {table} WHERE {column} = ?", (page,))
        return kept[0] if kept else None

    def _put(self, found: PageReading) -> None:
        """Put a page in as it was read."""
        self._db.execute("INSERT INTO page VALUES (?, ?, ?)", (found.key, found.digest, found.life))
        self._touched.new.update([self._add(found, case) for case in found.cases])
        self._past(found, found.past)

    def _past(self, found: PageReading, cases: Iterable[PastRow]) -> None:
        at = (found.key, found.wiki, found.page, found.locale)
        rows = [(*at, one.id, one.last, found.renamed_to, one.events) for one in cases]
        self._touched.ids.update(one.id for one in cases)
        self._db.executemany("INSERT OR REPLACE INTO past VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def _add(self, found: PageReading, case: CaseRow) -> int:
        """Put a present case in; its row."""
        row = self._db.execute(
            "INSERT INTO kase (page_key, wiki, page, locale, line, base_id, base, problem)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                found.key, found.wiki, found.page, found.locale, case.line, case.id, case.record,
                case.problem,
            ),
        ).lastrowid  # fmt: skip
        assert row is not None
        for table, values in (("tie", case.ties), ("band", case.bands), ("mention", case.mentions)):
            pairs = [(row, value) for value in values]
            self._db.executemany(f"INSERT OR IGNORE INTO {table} VALUES (?, ?)", pairs)
        return row
