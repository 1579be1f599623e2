"""HTTP/1.1 to one server over one connection.

A wiki is asked for thousands of small resources, and a general client's objects cost several times
what such a request does itself. Of the protocol, this has what asking needs.
"""

from __future__ import annotations

import re
import select
import ssl
import time
from urllib.parse import quote, urlsplit

from importers.web.failures import FetchError, broken
from importers.web.incoming import PIECE, Incoming
from importers.web.sockets import Connection, host_header, opened, origin_at

_LONGEST_HEAD = 1 << 17
_TARGET = re.compile(r"[!-~]+")
Headers = list[tuple[bytes, bytes]]


class Wire:
    """One connection, opened when it is needed and kept open."""

    def __init__(self, base: str, timeout: float) -> None:
        """``timeout`` in seconds holds for the connection, and for each wait for bytes.

        UsageError where there can be no such connection.
        """
        self._origin = origin_at(base)
        self._timeout = timeout
        parts = urlsplit(base)
        self._prefix = parts.path.rstrip("/")
        self._always = b" HTTP/1.1\r\nHost: %s\r\n" % host_header(base)
        if self._origin.forwards:
            self._prefix = f"{parts.scheme}://{host_header(base).decode()}{self._prefix}"
            proxy = self._origin.proxy
            if proxy and proxy.login:
                self._always += b"Proxy-Authorization: %s\r\n" % proxy.login
        self._headers: Headers = []
        self._written = _written([])
        """The headers that were sent last, most often those that are sent next."""
        self._open: Connection | None = None
        self._used = 0.0

    def send(self, method: str, path: str, headers: Headers, body: bytes = b"") -> Incoming:
        """Ask for a path under the base; to be closed. FetchError where no answer begins."""
        request = self._request(method, path, headers, body)
        try:
            self._ready().sendall(request)
        except OSError as error:
            self.close()
            raise _failed(error) from error
        try:
            return self._answer()
        except FetchError:
            self.close()
            raise

    def receive(self, size: int) -> bytes:
        """The next bytes, none at the end. FetchError where the connection breaks."""
        assert self._open is not None
        try:
            return self._open.recv(size)
        except OSError as error:
            self.close()
            raise _failed(error) from error

    def close(self) -> None:
        """Close the connection."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _request(self, method: str, path: str, headers: Headers, body: bytes) -> bytes:
        target = self._prefix + path
        if not _TARGET.fullmatch(target):
            target = quote(target, safe="!#$%&'()*+,/:;=?@[]~")
        if body:
            headers = [*headers, (b"Content-Length", b"%d" % len(body))]
        if headers != self._headers:
            self._written, self._headers = _written(headers), headers
        return b"".join((f"{method} {target}".encode(), self._always, self._written, body))

    def _ready(self) -> Connection:
        """The connection; another one where it is old, was closed, or says what nobody asked."""
        now = time.monotonic()
        if self._open is not None and (
            now - self._used > self._timeout or _readable(self._open.fileno())
        ):
            self.close()
        if self._open is None:
            try:
                self._open = opened(self._origin, self._timeout)
            except OSError as error:
                raise _unconnected(error) from error
        self._used = now
        return self._open

    def _answer(self) -> Incoming:
        """The answer, as soon as its head is there."""
        data = b""
        while True:
            while (end := data.find(b"\r\n\r\n")) < 0:
                piece = self.receive(PIECE)
                if not piece or len(data) > _LONGEST_HEAD:
                    raise broken("no answer came" if not data else "an answer without its head")
                data = data + piece if data else piece
            head, data = data[:end].decode("latin-1"), data[end + 4 :]
            if not head.startswith("HTTP/1.1 1"):
                return Incoming(self, head, data)


def _written(headers: Headers) -> bytes:
    """Headers as they are sent, and the line that ends them. FetchError for one of two lines."""
    written = b"".join(b"%s: %s\r\n" % pair for pair in headers)
    if written.count(b"\n") != len(headers):
        raise FetchError("bad-request", "a header of several lines is not sent")
    return written + b"\r\n"


def _readable(number: int) -> bool:
    """Whether something has come on a connection: its end, or bytes that nobody asked for."""
    if not hasattr(select, "poll"):
        return bool(select.select([number], [], [], 0)[0])
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return bool(poll.poll(0))


def _unconnected(error: OSError) -> FetchError:
    if isinstance(error, ssl.SSLError | TimeoutError):
        return _failed(error)
    return FetchError("unreachable", f"no connection: {error}", tries=0)


def _failed(error: OSError) -> FetchError:
    if isinstance(error, TimeoutError):
        return FetchError("timeout", "no answer in time", tries=0)
    if isinstance(error, ssl.SSLError):
        return FetchError("tls", f"no secure connection: {error}", tries=2)
    return broken(str(error))
