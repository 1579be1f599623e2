"""The language of `git fast-import`, as far as an export speaks it."""

from __future__ import annotations

from typing import IO

from kb.export.moments import Instant


class Stream:
    """Writes blobs and commits; marks are numbers counted from 1."""

    def __init__(self, pipe: IO[bytes], ref: str, *, onto: bool) -> None:
        """Commits go to ``ref``, onto what it holds where ``onto``."""
        self._pipe = pipe
        self._ref = ref.encode()
        self._onto = onto
        self._mark = 0

    def blob(self, data: bytes) -> int:
        """Store bytes and return their mark."""
        self._mark += 1
        self._pipe.write(b"blob\nmark :%d\ndata %d\n%s\n" % (self._mark, len(data), data))
        return self._mark

    def commit(
        self, author: str, date: Instant, committed: int, message: str, changes: list[bytes]
    ) -> None:
        """A commit by ``author``; ``committed`` is the committer's time, never before the last."""
        ident = author.encode("utf-8", "replace")
        body = message.encode("utf-8", "replace").replace(b"\0", b"")
        parts = [
            b"commit %s\nauthor %s %s\ncommitter %s %d +0000\ndata %d\n%s\n"
            % (self._ref, ident, _when(date), ident, committed, len(body), body)
        ]
        if self._onto:
            parts.append(b"from %s^0\n" % self._ref)
            self._onto = False
        self._pipe.write(b"".join([*parts, *changes, b"\n"]))

    def checkpoint(self) -> None:
        """Make what was committed so far last, whatever comes."""
        self._pipe.write(b"checkpoint\n\n")

    def done(self) -> None:
        """Say that the stream is whole."""
        self._pipe.write(b"done\n")


def _when(date: Instant) -> bytes:
    sign, minutes = ("-", -date.offset) if date.offset < 0 else ("+", date.offset)
    hours, minutes = divmod(minutes, 60)
    return f"{max(date.seconds, 0)} {sign}{hours:02d}{minutes:02d}".encode()


def modify(path: str, mark: int) -> bytes:
    """Set a file to a blob."""
    return b"M 100644 :%d %s\n" % (mark, quoted(path))


def delete(path: str) -> bytes:
    """Take a file or folder out."""
    return b"D %s\n" % quoted(path)


def rename(old: str, new: str) -> bytes:
    """Move a file or folder."""
    return b"R %s %s\n" % (quoted(old), quoted(new))


def quoted(path: str) -> bytes:
    """``path`` in the quotes that let it hold anything."""
    inner = path.encode().replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    return b'"%s"' % inner
