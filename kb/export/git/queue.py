"""Commits put in order of time on disk, so that a long history needs no memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import msgspec

from kb.export.moments import Instant


class Commit(msgspec.Struct, array_like=True, frozen=True):
    """A commit as it will be written."""

    author: str
    date: Instant
    message: str
    changes: list[bytes]


class Queue:
    """A sorted pile of commits in a temporary database, gone when it is closed."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("CREATE TABLE event (time, rank, page, step, body BLOB)")
        self._db.execute("BEGIN")
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(Commit).decode

    def put(self, time: int, rank: int, page: int, step: int, commit: Commit) -> None:
        """Add a commit: by time; then by rank, page and step within the page."""
        row = (time, rank, page, step, self._encode(commit))
        self._db.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?)", row)

    def __iter__(self) -> Iterator[tuple[int, Commit]]:
        """Time and commit, in order."""
        rows = self._db.execute("SELECT time, body FROM event ORDER BY time, rank, page, step")
        for time, body in rows:
            yield time, self._decode(body)

    def close(self) -> None:
        """Forget all."""
        self._db.close()
