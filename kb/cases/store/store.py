"""The case records of an archive, kept up to date by what changed.

Derived and disposable: a store that another version of the profiles or of this package wrote, or
that is damaged, is made anew.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from kb.archive import Archive
from kb.archive.schema import one_moment
from kb.cases.history.named import Named
from kb.cases.reader.profile_selection import ProfileSelection
from kb.cases.record import Case, from_json
from kb.cases.store.corrections import load_corrections
from kb.cases.store.finalise import (
    RefreshReport,
    finalise,
    last_corrections,
    removed_cases,
)
from kb.cases.store.page_rows import PageRefresh, named_in
from kb.config import CasesConfig, Home
from kb.errors import KbError, Problem
from kb.freshness import code_stamp, home_stamp
from kb.locks import writing
from kb.model import PageId

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE page (
  key INTEGER PRIMARY KEY, digest BLOB NOT NULL, life BLOB NOT NULL, named BLOB NOT NULL,
  trouble BLOB);
CREATE TABLE case_row (
  key INTEGER PRIMARY KEY, page_key INTEGER NOT NULL, wiki TEXT NOT NULL, page TEXT NOT NULL,
  locale TEXT NOT NULL, line INTEGER NOT NULL, base_id TEXT NOT NULL, base BLOB NOT NULL,
  problem TEXT NOT NULL,
  copy INTEGER NOT NULL DEFAULT 0, place INTEGER NOT NULL DEFAULT 0,
  id TEXT, record BLOB, digest BLOB);
CREATE INDEX case_row_page ON case_row (page_key);
CREATE INDEX case_row_id ON case_row (id);
CREATE INDEX case_row_base ON case_row (base_id);
CREATE INDEX case_row_place ON case_row (place, id, digest);
CREATE INDEX case_row_order ON case_row (wiki, page, locale, line, base_id, copy, place);
CREATE TABLE past (
  page_key INTEGER NOT NULL, wiki TEXT NOT NULL, page TEXT NOT NULL, locale TEXT NOT NULL,
  id TEXT NOT NULL, last TEXT, renamed_to TEXT, events BLOB NOT NULL,
  PRIMARY KEY (page_key, id)) WITHOUT ROWID;
CREATE INDEX past_id ON past (id);
CREATE TABLE tie (case_key INTEGER NOT NULL, key TEXT NOT NULL, PRIMARY KEY (case_key, key))
  WITHOUT ROWID;
CREATE INDEX tie_key ON tie (key);
CREATE TABLE mention (
  case_key INTEGER NOT NULL, named TEXT NOT NULL, PRIMARY KEY (case_key, named)) WITHOUT ROWID;
CREATE INDEX mention_named ON mention (named);
CREATE TABLE band (case_key INTEGER NOT NULL, band BLOB NOT NULL, PRIMARY KEY (case_key, band))
  WITHOUT ROWID;
CREATE INDEX band_band ON band (band)
"""
"""`case_row`: present cases, as their page alone gives them (base), with what others add (record).
`past`: cases that a page had once. `tie`: identifiers of a case that relate it to others.
`band`: keys of which two cases share one if their problems are told alike."""


class CaseStore:
    """The case records of one archive."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = self._connect()
        self._selection = ProfileSelection(CasesConfig())

    def __enter__(self) -> CaseStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _connect(self) -> sqlite3.Connection:
        try:
            return self._open()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            with writing(self.path, "the case records"):
                return self._anew()

    def _anew(self) -> sqlite3.Connection:
        """Replace a damaged store, unless another process has done so."""
        try:
            return self._open()
        except sqlite3.DatabaseError:
            for name in ("", "-wal", "-shm"):
                self.path.with_name(self.path.name + name).unlink(missing_ok=True)
            return self._open()

    def _open(self) -> sqlite3.Connection:
        # Each thread uses a connection of its own; another one may close it in the end.
        db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        try:
            db.execute("PRAGMA busy_timeout = 30000")
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = OFF")
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.DatabaseError:
            db.close()
            raise
        return db

    def refresh(
        self, archive: Archive, config: CasesConfig, root: Path | None = None,
        workers: int | None = None, *, stamp: str | None = None,
    ) -> RefreshReport:  # fmt: skip
        """Read the pages that changed since the last time, and tie their cases to the others.

        ``root`` is the home's folder: paths of profiles in ``config`` are relative to it, and
        corrections.toml stands there. A profile that changed has every page read anew. Many pages
        are read by as many processes as there are cores, or by ``workers``; nothing depends on it.
        Within `one_moment`, or at the `home_stamp` of the last time, nothing changes.
        """
        self._selection = ProfileSelection(config, root)
        report = RefreshReport()
        if not self._db.in_transaction and (stamp is None or stamp != self._seen()):
            with writing(self.path, "the case records"):
                self._refresh(archive, root, workers, report, stamp)
        report.cases = self._db.execute("SELECT count(*) FROM case_row").fetchone()[0]
        return report

    def _refresh(
        self, archive: Archive, root: Path | None, workers: int | None, report: RefreshReport,
        stamp: str | None,
    ) -> None:  # fmt: skip
        selection = self._selection
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._begin(selection)
            touched = PageRefresh(self._db, archive, selection, workers).read(report)
            finalise(self._db, touched, load_corrections(root), selection, report)
            self._db.execute("INSERT OR REPLACE INTO meta VALUES ('seen', ?)", (stamp or "",))
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _seen(self) -> str | None:
        """Return the home's stamp at the last refresh; None where there was none."""
        try:
            row = self._db.execute("SELECT value FROM meta WHERE key = 'seen'").fetchone()
        except sqlite3.OperationalError:
            return None
        return row[0] if row else None

    def _begin(self, selection: ProfileSelection) -> None:
        """Empty tables, unless those that are there were made in the same way."""
        stamp = hashlib.sha256(code_stamp().encode() + selection.digest_input()).digest()
        tables = [
            n for (n,) in self._db.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        if "meta" in tables:
            row = self._db.execute("SELECT value FROM meta WHERE key = 'stamp'").fetchone()
            if row and row[0] == stamp:
                return
        for table in tables:
            self._db.execute(f"DROP TABLE {table}")
        for statement in _TABLES.split(";"):
            self._db.execute(statement)
        self._db.execute("INSERT INTO meta VALUES ('stamp', ?)", (stamp,))

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        """Have all that is read within the block be of one moment, whoever writes meanwhile."""
        with one_moment(self._db):
            yield

    def cases(self) -> Iterator[Case]:
        """Yield all cases by wiki, page reference, locale and line."""
        return (from_json(record) for _, record in self.records())

    def records(self) -> Iterator[tuple[str, bytes]]:
        """Yield id and JSON line of each case, in the same order. KbError at a damaged one."""
        for name, record, digest in self._db.execute(
            "SELECT id, record, digest FROM case_row ORDER BY place"
        ):
            yield name, self._whole(name, record, digest)

    def removed(self, archive: Archive) -> Iterator[Case]:
        """Return cases that no page has any more, as the last version that had them shows them."""
        return removed_cases(self._db, archive, self._selection)

    def named(self) -> Iterator[Named]:
        """Yield what any version of any page names, pages that are gone too, and corrections."""
        yield from named_in(self._db)
        yield from last_corrections(self._db).values()

    def past(self) -> Iterator[tuple[PageId, str]]:
        """Yield pages with the ids of cases that they had in an earlier version."""
        for wiki, page, locale, name in self._db.execute(
            "SELECT wiki, page, locale, id FROM past ORDER BY wiki, page, locale, id"
        ):
            yield PageId(wiki, page, locale), name

    def case(self, case_id: str) -> Case | None:
        """Return the case of that id, of the first wiki that has one."""
        row = self._db.execute(
            "SELECT record, digest FROM case_row WHERE id = ? ORDER BY place LIMIT 1", (case_id,)
        ).fetchone()
        return from_json(self._whole(case_id, *row)) if row else None

    def _whole(self, name: str, record: bytes, digest: bytes) -> bytes:
        """Return the record if it is what was written."""
        if hashlib.sha256(record).digest() != digest:
            raise KbError(
                f"{self.path}: case {name} is damaged: its record has another digest",
                hint="kb verify --repair has all records made anew",
            )
        return record

    def meant(self, text: str) -> Case | None:
        """Return the case of that id, or the only one with ``text`` in it, as ``46`` or ``#46``."""
        exact = self.case(text)
        names = [] if exact else self.having(text)
        return self.case(names[0]) if len(names) == 1 else exact

    def having(self, part: str) -> list[str]:
        """List the ids of which ``part`` is a part that cuts no number, in order."""
        whole = re.compile(rf"(?<![0-9]){re.escape(part)}(?![0-9])", re.IGNORECASE)
        return [n for n in dict.fromkeys(self.like(part, -1)) if whole.search(n)] if part else []

    def digests(self) -> Iterator[tuple[str, bytes]]:
        """Return an iterator over id and digest of each case, in order: what changed shows here."""
        return map(tuple, self._db.execute("SELECT id, digest FROM case_row ORDER BY place"))

    def pages(self) -> frozenset[int]:
        """Return the keys, in the archive, of the pages that hold cases."""
        return frozenset(k for (k,) in self._db.execute("SELECT DISTINCT page_key FROM case_row"))

    def problems(self) -> list[Problem]:
        """Return why pages could not be read, in the order of the archive."""
        rows = self._db.execute("SELECT trouble FROM page WHERE trouble NOT NULL ORDER BY key")
        return [msgspec.msgpack.decode(packed, type=Problem) for (packed,) in rows]

    def like(self, text: str, limit: int = 10) -> list[str]:
        """Return ids that have ``text`` in them, for a person who remembers a part of one."""
        escaped = "".join(f"\\{c}" if c in "\\%_" else c for c in text)
        rows = self._db.execute(
            "SELECT id FROM case_row WHERE id LIKE ? ESCAPE '\\' ORDER BY place LIMIT ?",
            (f"%{escaped}%", limit),
        )
        return [name for (name,) in rows]


@contextmanager
def up_to_date(home: Home) -> Iterator[tuple[Archive, CaseStore]]:
    """Open a home's archive and its cases, up to date. InputError where nothing is imported."""
    with Archive(home.archive) as archive, CaseStore(home.cases) as store:
        store.refresh(archive, home.config.cases, home.root, stamp=home_stamp(home))
        yield archive, store
