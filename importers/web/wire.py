"""Asking one server over one connection, which is kept open."""

from __future__ import annotations

import re
import time
from urllib.parse import quote, urlsplit

from importers.web.failures import FetchError
from importers.web.incoming import Incoming
from importers.web.line import Line
from importers.web.route import host_header, route_to

_TARGET = re.compile(r"[!-~]+")
Headers = list[tuple[bytes, bytes]]


class Wire:
    """One connection, opened when it is needed and kept open.

    A request is written at once: http.client takes a call for each header, and sends a body apart.
    """

    def __init__(self, base: str, timeout: float) -> None:
        """``timeout`` in seconds holds for the connection, and for each wait for bytes.

        UsageError where there can be no such connection.
        """
        self._route = route_to(base)
        self._timeout = timeout
        parts, host = urlsplit(base), host_header(base)
        self._prefix = parts.path.rstrip("/")
        always = {"Host": host}
        if self._route.forwards:
            self._prefix = f"{parts.scheme}://{host}{self._prefix}"
            always |= self._route.proxy.login if self._route.proxy else {}
        self._always = _written([(k.encode(), v.encode()) for k, v in always.items()])
        self._line: Line | None = None
        self._used = 0.0

    def send(self, method: str, path: str, headers: Headers, body: bytes = b"") -> Incoming:
        """Ask for a path under the base; to be closed. FetchError where no answer begins."""
        request = self._request(method, path, headers, body)
        line = self._ready()
        try:
            return Incoming(line, line.ask(request, method))
        except BaseException:
            line.end()
            raise

    def close(self) -> None:
        """Close the connection."""
        if self._line is not None:
            self._line.end()
            self._line = None

    def _request(self, method: str, path: str, headers: Headers, body: bytes) -> bytes:
        target = self._prefix + path
        if not _TARGET.fullmatch(target):
            target = quote(target, safe="!#$%&'()*+,/:;=?@[]~")
        if body:
            headers = [*headers, (b"Content-Length", b"%d" % len(body))]
        start = f"{method} {target} HTTP/1.1\r\n".encode()
        return b"".join((start, self._always, _written(headers), b"\r\n", body))

    def _ready(self) -> Line:
        """The connection; another one where it is old, was closed, or says what nobody asked."""
        now, line = time.monotonic(), self._line
        if line is None or line.ended or now - self._used > self._timeout or not line.quiet():
            self.close()
            line = self._line = Line(self._route.opened(self._timeout))
        self._used = now
        return line


def _written(headers: Headers) -> bytes:
    """Headers as they are sent. FetchError for one of two lines."""
    written = b"".join(b"%s: %s\r\n" % pair for pair in headers)
    if not len(headers) == written.count(b"\n") == written.count(b"\r"):
        raise FetchError("bad-request", "a header of several lines is not sent")
    return written
