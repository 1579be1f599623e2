"""Texts too large for memory: kept in unnamed temporary files, edited line by line.

What `importers.xar.patch` does to a text in memory, for archives of attached files, whose
versions are base64 in lines of any length. Lines end at line feeds here: base64 holds no other.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO

from importers.xar.errors import BadXmlError

_CHUNK = 1 << 18
_COMMAND = re.compile(rb"([ad])(\d{1,9}) (\d{1,9})\s*")
_COMMAND_LENGTH = 64


def spooled(pieces: Iterable[str]) -> IO[bytes]:
    """The text in a file, at its beginning."""
    file = _file()
    for piece in pieces:
        file.write(piece.encode())
    file.seek(0)
    return file


def _file() -> IO[bytes]:
    """A file without a name, gone as soon as nothing holds it."""
    return tempfile.TemporaryFile()


def starts_whole(file: IO[bytes]) -> bool:
    """Whether the file holds a version, and no script; it is left at its beginning."""
    start = file.read(_COMMAND_LENGTH)
    file.seek(0)
    return start.lstrip().startswith(b"<")


def chunks_of(file: IO[bytes]) -> Iterator[bytes]:
    """The file's bytes from its beginning."""
    file.seek(0)
    while chunk := file.read(_CHUNK):
        yield chunk


def patched(newer: IO[bytes], script: IO[bytes]) -> IO[bytes]:
    """What the script makes of the newer text. BadXmlError: bad-delta."""
    newer.seek(0)
    older = _file()
    at = 0
    while line := script.readline(_COMMAND_LENGTH):
        command = _COMMAND.fullmatch(line)
        if command is None:
            raise BadXmlError("bad-delta", f"no edit command: {line[:40]!r}")
        number, count = int(command[2]), int(command[3])
        start = number - 1 if command[1] == b"d" else number
        if start < at:
            raise BadXmlError("bad-delta", f"{command[0]!r} goes back")
        _pass_lines(newer, start - at, older)
        at = start
        if command[1] == b"d":
            _pass_lines(newer, count, None)
            at += count
        else:
            _pass_lines(script, count, older)
    while chunk := newer.read(_CHUNK):
        older.write(chunk)
    older.seek(0)
    return older


def _pass_lines(source: IO[bytes], count: int, into: IO[bytes] | None) -> None:
    """Copy, or pass over, so many lines; a last one without an end is given one."""
    begun = False
    while count:
        piece = source.readline(_CHUNK)
        if not piece and not begun:
            raise BadXmlError("bad-delta", "it speaks of lines that are not there")
        if into is not None:
            into.write(piece or b"\n")
        begun = bool(piece) and not piece.endswith(b"\n")
        count -= not begun
