"""Checksums of the tables that no single page owns, brought up to date by every write.

A table's checksum is the sum, modulo 2²⁵⁶, of the SHA-256 of its rows: a row that comes or goes
changes it without the others being read, whatever their order. It stands in the archive, so that
it is committed and rolled back with the rows. `page` has a part in it by what names a page and by
the page's own checksum, so that a page cannot go unnoticed.
"""

from __future__ import annotations

import hashlib
import sqlite3
from typing import Any, Final

import msgspec

TABLES: Final = {
    "format": ("number", "kb"),
    "wiki": ("id", "name"),
    "source": ("id", "location", "format", "first_fetch", "last_fetch"),
    "fetch_state": ("source_id", "key", "value"),
    "author": ("wiki_id", "reference", "name"),
    "problem": ("id", "source_id", "place", "code", "detail", "page", "blob_id"),
    "page": ("id", "wiki_id", "reference", "locale", "checksum"),
}
"""Table → columns that its checksum covers."""

_SIZE: Final = 32
_encode = msgspec.msgpack.Encoder().encode
_TRIGGER: Final = (
    "CREATE TEMP TRIGGER IF NOT EXISTS checksum_{table}_{event}"
    " AFTER {event}{of} ON main.{table} BEGIN"
    " UPDATE checksum SET value = kb_checksum(value, '{table}', {gone}, {values})"
    " WHERE name = '{table}'; END"
)


class TableSum:
    """The checksum of a table, from its rows."""

    def __init__(self, table: str) -> None:
        self._table = table
        self._sum = 0

    def add(self, row: tuple[Any, ...]) -> None:
        """Take in a row: the columns of `TABLES`, in that order."""
        self._sum += _number(self._table, row)

    def value(self) -> bytes:
        """Return the checksum of the rows so far."""
        return _bytes(self._sum)


def watch(connection: sqlite3.Connection) -> None:
    """Have the checksums follow what this connection writes, by triggers of its own.

    ``temp_store`` may not be set afterwards: SQLite drops temporary triggers then.
    """
    connection.create_function("kb_checksum", -1, _changed, deterministic=True)
    connection.execute("PRAGMA recursive_triggers = ON")  # else REPLACE deletes unseen
    for table, columns in TABLES.items():
        new, old = (", ".join(f"{row}.{name}" for name in columns) for row in ("NEW", "OLD"))
        count = len(columns)
        for event, of, gone, values in (
            ("INSERT", "", 0, new),
            ("DELETE", "", count, old),
            ("UPDATE", f" OF {', '.join(columns)}", count, f"{old}, {new}"),
        ):
            connection.execute(
                _TRIGGER.format(table=table, event=event, of=of, gone=gone, values=values)
            )


def recompute(connection: sqlite3.Connection, *chosen: str) -> None:
    """Write the checksum of every table anew, or of those chosen, from its rows as they are."""
    for table in chosen or TABLES:
        found = table_sum(connection, table).value()
        connection.execute("INSERT OR REPLACE INTO checksum VALUES (?, ?)", (table, found))


def table_sum(connection: sqlite3.Connection, table: str) -> TableSum:
    """Sum up the rows of a table as they are."""
    found = TableSum(table)
    for row in connection.execute(f"SELECT {', '.join(TABLES[table])} FROM {table}"):
        found.add(row)
    return found


def held_sum(connection: sqlite3.Connection, table: str) -> bytes | None:
    """Return the checksum of a table as it is noted; None where none is."""
    sql = "SELECT value FROM checksum WHERE name = ?"
    row = connection.execute(sql, (table,)).fetchone()
    return row[0] if row else None


def _changed(value: bytes, table: str, gone: int, *row: Any) -> bytes:
    """Take the first ``gone`` values out of a checksum, as a row, and add the rest as another."""
    total = int.from_bytes(value)
    if gone:
        total -= _number(table, row[:gone])
    if len(row) > gone:
        total += _number(table, row[gone:])
    return _bytes(total)


def _number(table: str, row: tuple[Any, ...]) -> int:
    return int.from_bytes(hashlib.sha256(_encode((table, row))).digest())


def _bytes(total: int) -> bytes:
    return (total % (1 << 8 * _SIZE)).to_bytes(_SIZE)
