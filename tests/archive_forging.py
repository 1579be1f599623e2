"""Tables, columns and rows of a database, and other values than it has: for forging them."""

from __future__ import annotations

import sqlite3
from typing import Any


def tables(db: sqlite3.Connection) -> list[str]:
    return [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]


def columns(db: sqlite3.Connection, table: str) -> list[tuple[str, bool]]:
    """Name of each column, and whether it may be NULL."""
    rows = db.execute(f"PRAGMA table_info({table})").fetchall()
    return [(name, not (must or key)) for _, name, _, must, _, key in rows]


def other_than(value: Any, column: str) -> Any:
    """A value of the same kind."""
    if column in ("history", "claim"):
        return "lines" if value != "lines" else "latest"
    match value:
        case int():
            return value + 1000
        case str():
            return value + "x"
        case _:
            return bytes([value[0] ^ 1]) + value[1:]


def rows(db: sqlite3.Connection, table: str) -> list[str]:
    """A condition that names each row of a table."""
    keys = [name for _, name, _, _, _, key in db.execute(f"PRAGMA table_info({table})") if key]
    quoted = ", ".join(f"quote({key})" for key in keys)
    return [
        " AND ".join(f"{key} = {value}" for key, value in zip(keys, row, strict=True))
        for row in db.execute(f"SELECT {quoted} FROM {table}")
    ]
