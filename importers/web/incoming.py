"""An answer of HTTP/1.1 while it comes in: its head, and a body however it is framed (RFC 9112)."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Protocol

from importers.web.failures import FetchError, broken

PIECE = 1 << 16
"""Bytes that are read at a time."""
_ANY_ZIP = zlib.MAX_WBITS | 32
"""Both gzip and zlib, as the data says."""
_STATUS = re.compile(r"HTTP/1\.([01]) ([1-9][0-9]{2})(?: |\r|$)")
_NUMBER = re.compile(r"[0-9]{1,18}")
_CHUNK = re.compile(rb"[0-9a-fA-F]{1,15}")
_BLANK = " \t"
_NO_BODY = (204, 304)


class Stream(Protocol):
    """Where an answer comes from."""

    def receive(self, size: int) -> bytes:
        """The next bytes, none at the end. FetchError where the connection breaks."""
        ...

    def close(self) -> None:
        """Nothing more comes by this connection."""
        ...


class Incoming:
    """An answer: its status and headers are there, its body comes when it is read."""

    def __init__(self, stream: Stream, head: str, rest: bytes) -> None:
        """``rest`` has come of the body already. FetchError where ``head`` is none of HTTP."""
        self._stream = stream
        self._head = head
        self._rest = rest
        self._body: bytes | None = None
        match = _STATUS.match(head)
        if match is None:
            raise broken("this is not HTTP")
        self.status = int(match[2])
        self._found = _fields(head)
        self._lasting = match[1] == "1" and "close" not in self._found.get("connection", "").lower()
        """Whether the connection may be used again, once all is read."""
        self._length = self._framing()
        """Bytes of the body; None where its own pieces say, or the connection's end."""
        self._ended = self._length == 0

    def header(self, name: str) -> str | None:
        """The first value under a name in small letters, or None."""
        return self._found.get(name)

    def all_of(self, name: str) -> list[str]:
        """All values under a name in small letters."""
        pairs = (line.partition(":") for line in self._head.split("\r\n")[1:])
        return [value.strip(_BLANK) for found, _, value in pairs if found.lower() == name]

    def pieces(self) -> Iterator[bytes]:
        """The body, decompressed. FetchError where it breaks off."""
        if "content-encoding" not in self._found:
            yield from self._raw()
            return
        try:
            unpacker = zlib.decompressobj(_ANY_ZIP)
            for piece in self._raw():
                yield unpacker.decompress(piece)
            yield unpacker.flush()
        except zlib.error as error:
            raise FetchError("bad-answer", "the answer is badly compressed", tries=0) from error

    def read(self, most: int) -> bytes:
        """The whole body. FetchError where it has more bytes than ``most``, or breaks off."""
        if self._body is None and self._is_here(most):
            self._body, self._rest, self._ended = self._rest, b"", True
        if self._body is None:
            pieces, size = [], 0
            for piece in self.pieces():
                size += len(piece)
                if size > most:
                    raise FetchError("too-large", f"an answer of more than {most >> 20} MB")
                pieces.append(piece)
            self._body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return self._body

    def close(self) -> None:
        """Give the connection back; it is closed where the body was not read to its end."""
        if not (self._ended and self._lasting) or self._rest:
            self._stream.close()

    def _is_here(self, most: int) -> bool:
        """True of most answers: all of the body came with the head, as it is."""
        here = len(self._rest)
        return here == self._length and here <= most and "content-encoding" not in self._found

    def _framing(self) -> int | None:
        """How long the body is, by its headers."""
        if self.status in _NO_BODY:
            return 0
        if "transfer-encoding" in self._found:
            return None
        given = self._found.get("content-length")
        if given is None:
            self._lasting = False
            return None
        if not _NUMBER.fullmatch(given):
            raise broken(f"a length of {given!r}")
        return int(given)

    def _raw(self) -> Iterator[bytes]:
        if self._length is not None:
            yield from self._counted(self._length)
        elif "transfer-encoding" in self._found:
            yield from self._chunks()
        else:
            yield from self._until_closed()
        self._ended = True

    def _counted(self, size: int) -> Iterator[bytes]:
        """The next ``size`` bytes."""
        while size:
            piece = self._rest or self._more(min(size, PIECE))
            if len(piece) > size:
                piece, self._rest = piece[:size], piece[size:]
            else:
                self._rest = b""
            size -= len(piece)
            yield piece

    def _chunks(self) -> Iterator[bytes]:
        """A body that comes in chunks, each behind its size in hexadecimal digits."""
        if self._found["transfer-encoding"].lower() != "chunked":
            raise broken("a body in an encoding that is not known")
        while size := self._size_of_chunk():
            yield from self._counted(size)
            if self._line():
                raise broken("a chunk longer than it says")
        while self._line():
            pass

    def _size_of_chunk(self) -> int:
        digits = self._line().partition(b";")[0].strip()
        if not _CHUNK.fullmatch(digits):
            raise broken("a chunk without its size")
        return int(digits, 16)

    def _line(self) -> bytes:
        while (at := self._rest.find(b"\r\n")) < 0:
            if len(self._rest) > PIECE:
                raise broken("a line without an end")
            self._rest += self._more(PIECE)
        line, self._rest = self._rest[:at], self._rest[at + 2 :]
        return line

    def _until_closed(self) -> Iterator[bytes]:
        piece, self._rest = self._rest, b""
        while piece:
            yield piece
            piece = self._stream.receive(PIECE)

    def _more(self, size: int) -> bytes:
        piece = self._stream.receive(size)
        if not piece:
            raise broken("it ended in the middle of an answer")
        return piece


def _fields(head: str) -> dict[str, str]:
    """The first value of each field, by its name in small letters."""
    found: dict[str, str] = {}
    for line in head.split("\r\n")[1:]:
        name, value = _field(line)
        if found.setdefault(name, value) != value and name == "content-length":
            raise broken("an answer of two lengths")
    return found


@lru_cache(maxsize=256)
def _field(line: str) -> tuple[str, str]:
    """A line's name in small letters and its value; the same lines come with each answer."""
    name, _, value = line.partition(":")
    return name.lower(), value.strip(_BLANK)
