"""The archive's tables, and how an older file is migrated to them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kb.errors import InputError, KbError
from kb.files import make_folder

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

MIGRATIONS = (_FIRST,)
"""Applied in order; `user_version` is `FIRST_FORMAT` with the first one in, and so on."""

FIRST_FORMAT = 2
"""Format 1 was never released; an archive in it is made anew from its sources."""
_NEWEST = FIRST_FORMAT + len(MIGRATIONS) - 1


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """Open the archive at ``path``, migrated to this version's tables.

    Raises InputError where the file is missing (and may not be made), is no archive, or was
    written by a newer version.
    """
    if not create and not path.exists():
        raise InputError(f"{path}: no archive here", hint="import something first: kb import …")
    make_folder(path.parent)
    # Each thread uses a connection of its own; another one may close it in the end.
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        _prepare(connection, path)
    except sqlite3.DatabaseError as error:
        connection.close()
        if is_busy(error):
            raise busy(path) from error
        raise InputError(f"{path}: {error}", hint="this file is not an archive of kb") from error
    except KbError:
        connection.close()
        raise
    return connection


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
        connection.execute("COMMIT")


def is_busy(error: sqlite3.DatabaseError) -> bool:
    """Whether the database is whole, but held by another process for longer than was waited."""
    return isinstance(error, sqlite3.OperationalError) and "locked" in str(error)


def busy(path: Path) -> KbError:
    """The error of an archive that another process holds."""
    return KbError(
        f"{path}: another process is writing it", hint="run it again when that has ended"
    )


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Check whose file it is, set the pragmas, run the migrations that it lacks."""
    connection.execute("PRAGMA busy_timeout = 10000")
    connection.execute("BEGIN")  # what is read is of one moment, whoever else makes the file
    version = _checked_version(connection, path)
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    if version < _NEWEST:
        _migrate(connection, path)


def _checked_version(connection: sqlite3.Connection, path: Path) -> int:
    """The format of the file, 0 for a new one. InputError where it is not ours to write to."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    used = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if application != APPLICATION_ID and used:
        raise InputError(f"{path}: a database of another program")
    if version > _NEWEST:
        raise InputError(f"{path}: written by a newer kb (format {version})", hint="update kb")
    if 0 < version < FIRST_FORMAT:
        raise InputError(
            f"{path}: in a format from before the first release",
            hint="move it away and import its sources again",
        )
    return version


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Run the migrations that are lacking still when this process is the one that may write."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _checked_version(connection, path)
        for script in MIGRATIONS[version - FIRST_FORMAT + 1 if version else 0 :]:
            for statement in script.split(";\n"):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {_NEWEST}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
