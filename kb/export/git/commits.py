"""Commits: put in order of time on disk, then written in the language of `git fast-import`.

Source of the language: git's manual, git-fast-import(1).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import IO

import msgspec

from kb.times import Instant


class GitCommit(msgspec.Struct, array_like=True, frozen=True):
    """A commit as it will be written."""

    author: str
    """`Name <email>`."""
    date: Instant
    message: str
    changes: list[bytes]
    """Commands of fast-import: see modify, delete, rename."""


class CommitQueue:
    """Sorts commits in a temporary database, so that a long history needs no memory."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("CREATE TABLE event (time, rank, page, step, body BLOB)")
        self._db.execute("BEGIN")
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(GitCommit).decode

    def put(self, time: int, rank: int, page: int, step: int, commit: GitCommit) -> None:
        """Add a commit. Order is by time; then by rank, page, and step within the page."""
        row = (time, rank, page, step, self._encode(commit))
        self._db.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?)", row)

    def __iter__(self) -> Iterator[tuple[int, GitCommit]]:
        """Yield time and commit, in order."""
        rows = self._db.execute("SELECT time, body FROM event ORDER BY time, rank, page, step")
        for time, body in rows:
            yield time, self._decode(body)

    def close(self) -> None:
        """Delete the database."""
        self._db.close()


class FastImportStream:
    """Writes blobs and commits to `git fast-import`; marks are numbers counted from 1."""

    def __init__(self, pipe: IO[bytes], ref: str, *, onto: bool) -> None:
        """Commits go to ``ref``; with ``onto``, on top of what it holds."""
        self._pipe = pipe
        self._ref = ref.encode()
        self._onto = onto
        self._mark = 0

    def blob(self, data: bytes) -> int:
        """Store bytes and return their mark."""
        self._mark += 1
        self._pipe.write(b"blob\nmark :%d\ndata %d\n%s\n" % (self._mark, len(data), data))
        return self._mark

    def commit(self, commit: GitCommit, committed: int) -> None:
        """Write a commit; ``committed`` is the committer's time, never before the last one's."""
        person = commit.author.encode("utf-8", "replace")
        body = commit.message.encode("utf-8", "replace").replace(b"\0", b"")
        parts = [
            b"commit %s\nauthor %s %s\ncommitter %s %d +0000\ndata %d\n%s\n"
            % (self._ref, person, _when(commit.date), person, committed, len(body), body)
        ]
        if self._onto:
            parts.append(b"from %s^0\n" % self._ref)
            self._onto = False
        self._pipe.write(b"".join([*parts, *commit.changes, b"\n"]))

    def checkpoint(self) -> None:
        """Make all that was committed so far durable; fast-import then writes a line."""
        self._pipe.write(b"checkpoint\n\nprogress checkpoint\n")
        self._pipe.flush()

    def done(self) -> None:
        """Say that the stream is complete."""
        self._pipe.write(b"done\n")


def _when(date: Instant) -> bytes:
    sign, minutes = ("-", -date.offset) if date.offset < 0 else ("+", date.offset)
    hours, minutes = divmod(minutes, 60)
    return f"{max(date.seconds, 0)} {sign}{hours:02d}{minutes:02d}".encode()


def modify(path: str, mark: int) -> bytes:
    """Return the command that sets a file to a blob."""
    return b"M 100644 :%d %s\n" % (mark, quoted(path))


def delete(path: str) -> bytes:
    """Return the command that takes a file or folder out."""
    return b"D %s\n" % quoted(path)


def rename(old: str, new: str) -> bytes:
    """Return the command that moves a file or folder."""
    return b"R %s %s\n" % (quoted(old), quoted(new))


def quoted(path: str) -> bytes:
    """Return ``path`` in the quotes that let it hold anything."""
    inner = path.encode().replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    return b'"%s"' % inner
