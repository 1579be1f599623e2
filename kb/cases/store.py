"""The case records of an archive, kept up to date by what changed.

Derived and disposable: a store that another version of the profiles or of this package wrote, or
that is damaged, is made anew.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import TracebackType

import msgspec

from kb.archive import Archive
from kb.cases.normalise import PageCase, read_page
from kb.cases.record import Anomaly, Case, from_json, to_json
from kb.cases.relate import affected_by, related_to
from kb.cases.selection import Selection
from kb.config import CasesConfig, Home

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE page (key INTEGER PRIMARY KEY, digest BLOB NOT NULL);
CREATE TABLE kase (
  key INTEGER PRIMARY KEY, page_key INTEGER NOT NULL, wiki TEXT NOT NULL, page TEXT NOT NULL,
  locale TEXT NOT NULL, line INTEGER NOT NULL, base_id TEXT NOT NULL, base BLOB NOT NULL,
  copy INTEGER NOT NULL DEFAULT 0, place INTEGER NOT NULL DEFAULT 0,
  id TEXT, record BLOB, digest BLOB);
CREATE INDEX kase_page ON kase (page_key);
CREATE INDEX kase_id ON kase (id);
CREATE INDEX kase_base ON kase (base_id);
CREATE INDEX kase_place ON kase (place);
CREATE TABLE tie (case_key INTEGER NOT NULL, key TEXT NOT NULL, PRIMARY KEY (case_key, key))
  WITHOUT ROWID;
CREATE INDEX tie_key ON tie (key);
CREATE TABLE mention (
  case_key INTEGER NOT NULL, named TEXT NOT NULL, PRIMARY KEY (case_key, named)) WITHOUT ROWID;
CREATE INDEX mention_named ON mention (named);
"""
_RENUMBER = """
SELECT key, copy, place, new_copy, new_place FROM (
  SELECT key, copy, place,
    row_number() OVER (PARTITION BY wiki, base_id ORDER BY page, locale, line) AS new_copy,
    row_number() OVER (ORDER BY wiki, page, locale, line) AS new_place
  FROM kase) WHERE copy != new_copy OR place != new_place
"""


class RefreshReport(msgspec.Struct, kw_only=True):
    """What a refresh did."""

    pages: int = 0
    """Pages read anew."""
    cases: int = 0
    """Cases that the store now has."""
    changed: int = 0
    """Records written anew, by their page or by what they are related to."""


class CaseStore:
    """The case records of one archive."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = self._connect()

    def __enter__(self) -> CaseStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
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
            for name in ("", "-wal", "-shm"):
                self.path.with_name(self.path.name + name).unlink(missing_ok=True)
            return self._open()

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, isolation_level=None)
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
        self, archive: Archive, config: CasesConfig, root: Path | None = None
    ) -> RefreshReport:
        """Read the pages that changed since the last time, and tie their cases to the others.

        ``root`` is the folder that paths of profiles in ``config`` are relative to. A profile
        that changed has every page read anew.
        """
        selection = Selection(config, root)
        report = RefreshReport()
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._begin(selection)
            new, beside = self._read_changed(archive, selection, report)
            self._settle(new, beside, report)
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")
        report.cases = self._db.execute("SELECT count(*) FROM kase").fetchone()[0]
        return report

    def _begin(self, selection: Selection) -> None:
        """Empty tables, unless those that are there were made in the same way."""
        stamp = hashlib.sha256(_code_digest() + selection.digest_input()).digest()
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

    def _read_changed(
        self, archive: Archive, selection: Selection, report: RefreshReport
    ) -> tuple[set[int], set[int]]:
        """Read new and changed pages, drop those gone; new rows, and rows that lost a tie."""
        known = dict(self._db.execute("SELECT key, digest FROM page"))
        new: set[int] = set()
        beside: set[int] = set()
        for key, page, digest in archive.digests():
            if known.pop(key, None) == digest:
                continue
            beside |= self._drop(key)
            for found in read_page(archive.view(key), selection.tools(page.page)):
                new.add(self._add(key, found))
            self._db.execute("INSERT INTO page VALUES (?, ?)", (key, digest))
            report.pages += 1
        for key in known:
            beside |= self._drop(key)
        return new, beside

    def _drop(self, page: int) -> set[int]:
        rows = [k for (k,) in self._db.execute("SELECT key FROM kase WHERE page_key = ?", (page,))]
        touched = affected_by(self._db, rows) - set(rows)
        for row in rows:
            self._db.execute("DELETE FROM tie WHERE case_key = ?", (row,))
            self._db.execute("DELETE FROM mention WHERE case_key = ?", (row,))
        self._db.execute("DELETE FROM kase WHERE page_key = ?", (page,))
        self._db.execute("DELETE FROM page WHERE key = ?", (page,))
        return touched

    def _add(self, page: int, found: PageCase) -> int:
        case, source = found.case, found.case.source
        row = self._db.execute(
            "INSERT INTO kase (page_key, wiki, page, locale, line, base_id, base)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                page, source.wiki, source.page, source.locale, source.lines[0], case.id,
                to_json(case),
            ),
        ).lastrowid  # fmt: skip
        assert row is not None
        ties = [(row, key) for key in found.keys]
        self._db.executemany("INSERT INTO tie VALUES (?, ?)", ties)
        named = [(row, mention) for mention in found.mentions]
        self._db.executemany("INSERT INTO mention VALUES (?, ?)", named)
        return row

    def _settle(self, new: set[int], beside: set[int], report: RefreshReport) -> None:
        """Number doubled ids and write the records of all cases that are other than before."""
        renamed: set[int] = set()
        for key, copy, _, new_copy, new_place in self._db.execute(_RENUMBER).fetchall():
            if copy != new_copy:
                renamed.add(key)
            self._db.execute(
                "UPDATE kase SET copy = ?, place = ?, id = base_id || iif(? > 1, '~' || ?, '')"
                " WHERE key = ?",
                (new_copy, new_place, new_copy, new_copy, key),
            )
        for key in sorted(affected_by(self._db, new | renamed) | beside):
            row = self._db.execute(
                "SELECT id, copy, base, digest FROM kase WHERE key = ?", (key,)
            ).fetchone()
            if row is None:
                continue
            record = to_json(self._settled(key, *row[:3]))
            digest = hashlib.sha256(record).digest()
            if digest != row[3]:
                self._db.execute(
                    "UPDATE kase SET record = ?, digest = ? WHERE key = ?", (record, digest, key)
                )
                report.changed += 1

    def _settled(self, key: int, name: str, copy: int, base: bytes) -> Case:
        case = from_json(base)
        anomalies = case.anomalies
        if copy > 1:
            message = f"{case.id} is also the id of an earlier case; this one is {name}"
            origin = case.origins["/id"]
            anomalies += (Anomaly(code="duplicate-id", message=message, origin=origin),)
        return msgspec.structs.replace(
            case, id=name, anomalies=anomalies, related=related_to(self._db, key)
        )

    def cases(self) -> Iterator[Case]:
        """All cases by wiki, page reference, locale and line."""
        for _, record in self.records():
            yield from_json(record)

    def records(self) -> Iterator[tuple[str, bytes]]:
        """Id and JSON line of each case, in the same order."""
        rows = self._db.execute("SELECT id, record FROM kase ORDER BY place")
        yield from ((name, record) for name, record in rows)

    def case(self, case_id: str) -> Case | None:
        """The case of that id, of the first wiki that has one."""
        row = self._db.execute(
            "SELECT record FROM kase WHERE id = ? ORDER BY place LIMIT 1", (case_id,)
        ).fetchone()
        return from_json(row[0]) if row else None

    def digests(self) -> Iterator[tuple[str, bytes]]:
        """Id and digest of each case, in the same order: what changed shows here."""
        yield from self._db.execute("SELECT id, digest FROM kase ORDER BY place")

    def like(self, text: str, limit: int = 10) -> list[str]:
        """Ids that have ``text`` in them, for a person who remembers a part of one."""
        escaped = "".join(f"\\{c}" if c in "\\%_" else c for c in text)
        rows = self._db.execute(
            "SELECT id FROM kase WHERE id LIKE ? ESCAPE '\\' ORDER BY place LIMIT ?",
            (f"%{escaped}%", limit),
        )
        return [name for (name,) in rows]


@cache
def _code_digest() -> bytes:
    """Changes when the code that makes records does."""
    digest = hashlib.sha256()
    folder = files("kb.cases")
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".py"):
            digest.update(file.name.encode() + file.read_bytes())
    return digest.digest()


@contextmanager
def up_to_date(home: Home) -> Iterator[tuple[Archive, CaseStore]]:
    """The home's archive and its cases, brought up to it. InputError where nothing is imported."""
    with Archive(home.archive) as archive, CaseStore(home.cases) as store:
        store.refresh(archive, home.config.cases, home.root)
        yield archive, store
