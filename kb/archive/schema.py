"""The archive's tables, format by format, and whether a file has those of its format."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kb.errors import InputError, KbError

APPLICATION_ID = 0x63736562
"""`cseb` in ASCII: `file` and SQLite tell an archive from another database by it."""

_FIRST = """
CREATE TABLE wiki (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

CREATE TABLE source (
  id INTEGER PRIMARY KEY, location TEXT NOT NULL UNIQUE, format TEXT NOT NULL,
  first_fetch TEXT NOT NULL, last_fetch TEXT NOT NULL);

CREATE TABLE fetch_state (
  source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
  key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (source_id, key)) WITHOUT ROWID;

CREATE TABLE blob (id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE, size INTEGER NOT NULL);

CREATE TABLE blob_part (id INTEGER PRIMARY KEY, data BLOB NOT NULL);

CREATE TABLE frame (
  id INTEGER PRIMARY KEY, base_id INTEGER REFERENCES frame, depth INTEGER NOT NULL,
  ends BLOB NOT NULL, data BLOB NOT NULL);

CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);

CREATE TABLE page (
  id INTEGER PRIMARY KEY, wiki_id INTEGER NOT NULL REFERENCES wiki,
  reference TEXT NOT NULL, locale TEXT NOT NULL,
  history TEXT NOT NULL CHECK (history IN ('complete', 'lines', 'latest')),
  claim TEXT NOT NULL CHECK (claim IN ('complete', 'lines', 'latest')),
  title TEXT, syntax TEXT, default_locale TEXT, version TEXT, parent TEXT, hidden INTEGER,
  creator TEXT, created TEXT, modified TEXT, url TEXT,
  whole INTEGER NOT NULL DEFAULT 0, blame BLOB,
  gone TEXT, renamed_to TEXT, digest BLOB,
  source_id INTEGER REFERENCES source,
  UNIQUE (wiki_id, reference, locale));

CREATE TABLE raw (
  page_id INTEGER NOT NULL REFERENCES page ON DELETE CASCADE,
  source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE, sha256 BLOB NOT NULL,
  frame_id INTEGER REFERENCES frame, slot INTEGER, blob_id INTEGER REFERENCES blob,
  PRIMARY KEY (page_id, source_id)) WITHOUT ROWID;

CREATE TABLE snapshot (
  id INTEGER PRIMARY KEY, page_id INTEGER NOT NULL REFERENCES page ON DELETE CASCADE,
  major INTEGER, minor INTEGER, sha256 BLOB NOT NULL,
  frame_id INTEGER NOT NULL REFERENCES frame, slot INTEGER NOT NULL, origins BLOB NOT NULL,
  source_id INTEGER REFERENCES source, UNIQUE (page_id, sha256));

CREATE TABLE revision (
  page_id INTEGER NOT NULL REFERENCES page ON DELETE CASCADE,
  major INTEGER NOT NULL, minor INTEGER NOT NULL, rank INTEGER NOT NULL,
  author_id INTEGER REFERENCES name, date, comment TEXT, minor_edit INTEGER,
  title_id INTEGER REFERENCES name, syntax_id INTEGER REFERENCES name,
  parent_id INTEGER REFERENCES name, hidden INTEGER,
  frame_id INTEGER REFERENCES frame, slot INTEGER, hash BLOB,
  source_id INTEGER REFERENCES source,
  PRIMARY KEY (page_id, major, minor)) WITHOUT ROWID;

CREATE TABLE author (
  wiki_id INTEGER NOT NULL REFERENCES wiki, reference TEXT NOT NULL, name TEXT NOT NULL,
  PRIMARY KEY (wiki_id, reference)) WITHOUT ROWID;

CREATE TABLE attachment (
  page_id INTEGER NOT NULL REFERENCES page ON DELETE CASCADE, name TEXT NOT NULL,
  major INTEGER NOT NULL, minor INTEGER NOT NULL,
  blob_id INTEGER REFERENCES blob, size INTEGER, mimetype TEXT,
  author TEXT, date TEXT, comment TEXT, gone INTEGER NOT NULL DEFAULT 0,
  source_id INTEGER REFERENCES source,
  PRIMARY KEY (page_id, name, major, minor)) WITHOUT ROWID;

CREATE TABLE comment (
  page_id INTEGER NOT NULL REFERENCES page ON DELETE CASCADE, number INTEGER NOT NULL,
  author TEXT, date TEXT, text TEXT NOT NULL, reply_to INTEGER, selection TEXT,
  resolved INTEGER, gone INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (page_id, number)) WITHOUT ROWID;

CREATE TABLE object (
  page_id INTEGER NOT NULL REFERENCES page ON DELETE CASCADE,
  class_name TEXT NOT NULL, number INTEGER NOT NULL, guid TEXT,
  properties TEXT NOT NULL, gone INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (page_id, class_name, number)) WITHOUT ROWID;

CREATE TABLE class (
  page_id INTEGER PRIMARY KEY REFERENCES page ON DELETE CASCADE,
  properties TEXT NOT NULL, raw BLOB);

CREATE TABLE tag (
  page_id INTEGER NOT NULL REFERENCES page ON DELETE CASCADE, position INTEGER NOT NULL,
  tag TEXT NOT NULL, PRIMARY KEY (page_id, position)) WITHOUT ROWID;

CREATE TABLE problem (
  id INTEGER PRIMARY KEY, source_id INTEGER REFERENCES source ON DELETE CASCADE,
  place TEXT NOT NULL, code TEXT NOT NULL, detail TEXT NOT NULL, page TEXT,
  blob_id INTEGER REFERENCES blob);
CREATE UNIQUE INDEX problem_once ON problem (source_id, place, code, detail);
"""

_CHECKSUMS = """
ALTER TABLE blob ADD COLUMN packed INTEGER;

ALTER TABLE frame ADD COLUMN checksum BLOB;

ALTER TABLE revision ADD COLUMN raw_hash BLOB;

ALTER TABLE snapshot ADD COLUMN raw_hash BLOB;

ALTER TABLE page ADD COLUMN checksum BLOB;

CREATE TABLE checksum (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE format (number INTEGER PRIMARY KEY, kb TEXT NOT NULL);
"""

MIGRATIONS = (_FIRST, _CHECKSUMS)
"""Applied in order; `user_version` is `FIRST_FORMAT` with the first one in, and so on."""

FIRST_FORMAT = 2
"""Format 1 was never released; an archive in it is made anew from its sources."""
NEWEST = FIRST_FORMAT + len(MIGRATIONS) - 1

_TABLE_SINCE = {"page": 2, "checksum": 3}
"""Table → first format that has it: a file that says otherwise is damaged."""


RESTORE = "keep the file; kb restore brings back a backup, or import its sources into another home"
"""What to do about a file that cannot be opened."""


def create_tables(connection: sqlite3.Connection, version: int) -> None:
    """Run what the tables of a format lack of the newest; of format 0, everything."""
    for script in MIGRATIONS[version - FIRST_FORMAT + 1 if version else 0 :]:
        for statement in script.split(";\n"):
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {NEWEST}")


def tables(connection: sqlite3.Connection) -> set[tuple[str, str, str]]:
    """Return kind, name and SQL of all that a database defines itself."""
    sql = "SELECT type, name, sql FROM main.sqlite_master WHERE sql NOT NULL"
    return set(connection.execute(sql))


def checked_version(connection: sqlite3.Connection, path: Path) -> int:
    """The format of the file, 0 for a new one. InputError where it is not ours to write to."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    names = {name for _, name, _ in tables(connection)}
    if application != APPLICATION_ID and names:
        raise InputError(
            f"{path}: a database of another program, or the head of the file is damaged",
            hint=RESTORE,
        )
    if version > NEWEST:
        made = "SELECT kb FROM format WHERE number = ?"
        row = connection.execute(made, (version,)).fetchone() if "format" in names else None
        raise InputError(
            f"{path}: made by a newer kb (format {version}; this one knows {NEWEST})",
            hint=f"install kb {row[0]} or newer" if row else "install a newer kb",
        )
    if version == FIRST_FORMAT - 1 and "checksum" not in names:
        raise InputError(
            f"{path}: in a format from before the first release",
            hint="move it away and import its sources again",
        )
    for name, since in _TABLE_SINCE.items():
        if (name in names) != (version >= since):
            raise InputError(
                f"{path}: damaged: says to be in format {version}, and its tables are not",
                hint=RESTORE,
            )
    return version


@contextmanager
def one_moment(connection: sqlite3.Connection) -> Iterator[None]:
    """Have what is read within the block be of one moment, whoever writes meanwhile."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # it begins here
        yield
    finally:
        try:
            connection.execute("COMMIT")
        except sqlite3.DatabaseError:  # a damaged file; nothing was written
            if connection.in_transaction:
                connection.execute("ROLLBACK")


def is_busy(error: sqlite3.DatabaseError) -> bool:
    """Whether the database is whole, but held by another process for longer than was waited."""
    return isinstance(error, sqlite3.OperationalError) and "locked" in str(error)


def busy(path: Path) -> KbError:
    """The error of an archive that another process holds."""
    return KbError(
        f"{path}: another process is writing it", hint="run it again when that has ended"
    )
