"""One open connection: requests go out, and http.client reads their answers."""

from __future__ import annotations

import selectors
import ssl
from http.client import HTTPException, HTTPResponse
from io import BufferedReader, RawIOBase
from socket import socket
from typing import Any, cast

from importers.web.failures import broken, failure_of

PIECE = 1 << 16
"""Bytes that are read at a time."""
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)
"""It takes a descriptor of any number where the system can, and is none itself."""


class _Coming(RawIOBase):
    """The bytes of a connection as they come."""

    def __init__(self, connection: socket) -> None:
        self.connection = connection
        self.ended = False
        self.idle = False
        """True while nobody waits for bytes."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        if self.idle:
            return None
        size = self.connection.recv_into(buffer)
        self.ended = not size
        return size


class Line(BufferedReader):
    """A connection, read by one answer after the other.

    http.client by itself drops what it has read beyond an answer, and takes a connection's end for
    the end of a head. This outlasts the answers, and so knows of both.
    """

    def __init__(self, connection: socket) -> None:
        """``connection`` waits as long as it is told to, and is closed by ``end`` alone."""
        self._coming = _Coming(connection)
        self._watch = _Selector()
        self._watch.register(connection, selectors.EVENT_READ)
        super().__init__(self._coming, PIECE)

    @property
    def ended(self) -> bool:
        """True where an answer wanted more bytes than came, or the connection is closed."""
        return self._coming.ended

    def ask(self, request: bytes, method: str) -> HTTPResponse:
        """Send a request; its answer, once the head is there. FetchError where none comes."""
        try:
            self._coming.connection.sendall(request)
            while True:
                answer = HTTPResponse(cast("socket", self), method=method)
                answer.begin()
                if self.ended:
                    raise broken("an answer without its head")
                if answer.status >= 200:
                    return answer
        except (OSError, HTTPException) as error:
            raise failure_of(error) from error

    def quiet(self) -> bool:
        """Whether nothing came since the last answer: no bytes that nobody asked for, no end."""
        coming = self._coming
        coming.idle = True
        held = bool(self.peek())
        coming.idle = False
        if isinstance(coming.connection, ssl.SSLSocket):
            held = held or coming.connection.pending() > 0
        return not held and not self._watch.select(0)

    def end(self) -> None:
        """Close the connection."""
        self._coming.ended = True
        self._coming.connection.close()

    def makefile(self, _: str) -> Line:
        """What http.client reads an answer from."""
        return self

    def close(self) -> None:
        """Nothing: http.client flushes and closes it after each answer."""

    flush = close
