"""Salvage what can still be read of an archive whose file is damaged in its structure."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from kb.archive.archive import Archive
from kb.archive.connection import connect
from kb.archive.schema import create_tables, tables


def make_sound(archive: Archive, work: Path) -> None:
    """Make a file's structure sound: indexes anew, else all rows that can be read in a new file.

    That is written as ``work``, and takes the place of the old content.
    """
    db = archive._db
    if _is_sound(db):
        return
    with closing(connect(work, create=True)) as sound:
        sound.execute("PRAGMA foreign_keys = OFF")
        sound.execute("BEGIN")
        for kind, table, _ in tables(sound):
            if kind == "table":
                _copy(db, sound, table)
        sound.execute("COMMIT")
        sound.backup(db)


def _is_sound(connection: sqlite3.Connection) -> bool:
    """Whether a file's structure is sound, once its indexes are made anew."""
    try:
        connection.execute("REINDEX")
        found = connection.execute("PRAGMA integrity_check").fetchone()[0]
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as empty:
            create_tables(empty, 0)
            return bool(found == "ok") and tables(empty) == tables(connection)
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return False


def _copy(db: sqlite3.Connection, sound: sqlite3.Connection, table: str) -> None:
    sound.execute(f"DELETE FROM {table}")
    columns = [name for _, name, *_ in sound.execute(f"PRAGMA table_info({table})")]
    insert = f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * len(columns))})"
    for row in _rows(db, sound, table, ", ".join(columns)):
        with suppress(sqlite3.IntegrityError):
            sound.execute(insert, row)


def _rows(
    db: sqlite3.Connection, sound: sqlite3.Connection, table: str, columns: str
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table from its beginning up to where it is damaged, then from its end."""
    sql = "SELECT name FROM pragma_table_info(?) WHERE pk ORDER BY pk"
    keys = [name for (name,) in sound.execute(sql, (table,))]
    for order in ("ASC", "DESC"):
        by = ", ".join(f"{name} {order}" for name in keys)
        try:
            yield from db.execute(f"SELECT {columns} FROM {table} ORDER BY {by}")
        except sqlite3.DatabaseError:
            continue
        return
