"""An answer while it comes in: its head as http.client reads it, its body unpacked and checked."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from email.errors import MissingHeaderBodySeparatorDefect
from http.client import HTTPException, HTTPResponse

from importers.web.failures import FetchError, broken, failure_of
from importers.web.line import PIECE, Line

_ANY_ZIP = zlib.MAX_WBITS | 32
"""Both gzip and zlib, as the data says."""
_LENGTH = re.compile(r"[0-9]{1,18}")


class Incoming:
    """An answer: its status and headers are there, its body comes when it is read."""

    def __init__(self, line: Line, answer: HTTPResponse) -> None:
        """FetchError where the head does not say how the body ends."""
        self._line = line
        self._answer = answer
        self._body: bytes | None = None
        self._whole = False
        self.status = answer.status
        self._found: dict[str, list[str]] = {}
        for name, value in answer.headers.items():
            self._found.setdefault(name.lower(), []).append(_one_line(value))
        codings, lengths = self.all_of("transfer-encoding"), self.all_of("content-length")
        if any(
            isinstance(found, MissingHeaderBodySeparatorDefect) for found in answer.headers.defects
        ):
            raise broken("this is not HTTP")
        if codings and not (answer.chunked and len(codings) == 1):
            raise broken("a body in an encoding that is not known")
        if lengths and not (_LENGTH.fullmatch(lengths[0]) and len(set(lengths)) == 1):
            raise broken("a length that is none, or two")
        self._framed = bool(codings or lengths)
        self._lasting = not (answer.will_close or (codings and lengths))

    def header(self, name: str) -> str | None:
        """The first value under a name in small letters, or None."""
        found = self._found.get(name)
        return found[0] if found else None

    def all_of(self, name: str) -> list[str]:
        """All values under a name in small letters."""
        return self._found.get(name, [])

    def pieces(self) -> Iterator[bytes]:
        """The body, decompressed. FetchError where it breaks off."""
        coding = (self.header("content-encoding") or "identity").lower()
        return self._raw() if coding == "identity" else _unpacked(self._raw())

    def read(self, most: int) -> bytes:
        """The whole body. FetchError where it has more bytes than ``most``, or breaks off."""
        if self._body is None:
            body = bytearray()
            for piece in self.pieces():
                body += piece
                if len(body) > most:
                    raise FetchError("too-large", f"an answer of more than {most >> 20} MB")
            self._body = bytes(body)
        return self._body

    def close(self) -> None:
        """Give the connection back; it is closed where the body was not read to its end."""
        self._answer.close()
        if not (self._whole or self._answer.length == 0) or not self._lasting:
            self._line.end()

    def _raw(self) -> Iterator[bytes]:
        try:
            while self._answer.length != 0 and (piece := self._answer.read1(PIECE)):
                yield piece
        except (OSError, HTTPException) as error:
            raise failure_of(error) from error
        if self._line.ended and self._framed:
            raise broken("it ended in the middle of an answer")
        self._whole = True


def _unpacked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """What was compressed, be it in several parts; never much at a time."""
    unpacker = zlib.decompressobj(_ANY_ZIP)
    begun = False
    try:
        for piece in pieces:
            begun = True
            while piece:
                if unpacker.eof:
                    unpacker = zlib.decompressobj(_ANY_ZIP)
                yield unpacker.decompress(piece, PIECE)
                piece = unpacker.unconsumed_tail or unpacker.unused_data  # noqa: PLW2901
        yield unpacker.flush()
    except zlib.error as error:
        raise FetchError("bad-answer", "the answer is badly compressed", tries=0) from error
    if begun and not unpacker.eof:
        raise FetchError("bad-answer", "the answer is compressed, and without its end", tries=0)


def _one_line(value: str) -> str:
    """A header's value, which may have been folded."""
    return value.replace("\r", "").replace("\n", "").strip(" \t")
