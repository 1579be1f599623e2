"""Requests to one server over pooled connections: their answers checked, failures in our words."""

from __future__ import annotations

import re
import ssl
import zlib
from collections.abc import Iterator
from http.client import HTTPException
from typing import cast
from urllib.parse import urlsplit

from urllib3 import HTTPResponse, Retry
from urllib3.exceptions import (
    HTTPError,
    LocationValueError,
    NewConnectionError,
    ProxyError,
    SSLError,
)
from urllib3.exceptions import TimeoutError as PoolTimeoutError

from importers.web.connections import PIECE, ascii_host, open_pool
from importers.web.failures import FetchError

Headers = dict[str, str]
_ONCE = Retry(total=False, redirect=False)
"""Retries are decided where it is known what an answer means: importers.web.retries."""
_ANY_ZIP = zlib.MAX_WBITS | 32
"""Both gzip and zlib, as the data says."""
_FOLD = re.compile(r"[ \t]*[\r\n]+[ \t]*")


class Transport:
    """Sends requests to the server of one base URL, from any thread."""

    def __init__(self, base: str, timeout: float, connections: int = 1) -> None:
        """Keep up to ``connections`` open; ``timeout`` in seconds holds for each wait.

        UsageError where there can be no connection: a host or proxy that cannot be.
        """
        self._pool, self._proxy = open_pool(base, timeout, connections)
        parts = urlsplit(base)
        host = _host_header(base)
        self._always = {"Host": host}
        self._prefix = parts.path.rstrip("/")
        if parts.scheme == "http" and self._pool.proxy is not None:
            self._prefix = f"{parts.scheme}://{host}{self._prefix}"

    def send(self, method: str, path: str, headers: Headers, body: bytes = b"") -> Response:
        """Ask for a path under the base; the answer is to be closed.

        Characters that no request may have are encoded. FetchError where no answer begins.
        """
        if any("\r" in value or "\n" in value for value in headers.values()):
            raise FetchError("bad-request", "a header of several lines is not sent")
        try:
            raw = self._pool.urlopen(
                method, self._prefix + path, body or None, self._always | headers, _ONCE,
                redirect=False, assert_same_host=False, preload_content=False,
            )  # fmt: skip
        except (HTTPError, HTTPException, OSError) as error:
            raise _failure(error, self._proxy) from error
        return Response(cast("HTTPResponse", raw), self._proxy)

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


class Response:
    """An answer: its status and headers are there, its body comes when it is read."""

    def __init__(self, raw: HTTPResponse, proxy: str | None) -> None:
        self._raw = raw
        self._proxy = proxy
        self._body: bytes | None = None
        self.status = raw.status

    def header(self, name: str) -> str | None:
        """The first value under a name, or None."""
        return next(iter(self.all_of(name)), None)

    def all_of(self, name: str) -> list[str]:
        """All values under a name, each on one line."""
        return [_FOLD.sub(" ", value).strip(" \t") for value in self._raw.headers.getlist(name)]

    def pieces(self) -> Iterator[bytes]:
        """The body, decompressed. FetchError where it breaks off."""
        coding = (self.header("content-encoding") or "identity").lower()
        return self._received() if coding == "identity" else _unpacked(self._received())

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
        if self._raw.connection is None:
            return  # it was given back at the body's end
        if self._raw.length_remaining == 0:
            self._raw.drain_conn()
        self._raw.close()
        self._raw.release_conn()

    def _received(self) -> Iterator[bytes]:
        try:
            while self._raw.connection and (piece := self._raw.read1(PIECE, decode_content=False)):
                yield piece
        except (HTTPError, HTTPException, OSError) as error:
            raise _failure(error, self._proxy) from error


def _unpacked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack what was compressed, be it in several members, at most PIECE bytes at a time.

    urllib3's own decoder takes a body without its end, or with something behind it, for a whole
    one. FetchError for both.
    """
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


def _host_header(base: str) -> str:
    """The value of a Host header: name and port as the URL has them."""
    name, colon, port = urlsplit(base).netloc.rpartition("@")[2].partition(":")
    return ascii_host(name) + colon + port


def _failure(error: BaseException, proxy: str | None) -> FetchError:
    """The failure that an error of urllib3 says, or of http.client and sockets below it."""
    cause = _cause(error)
    if isinstance(error, ProxyError) and isinstance(cause, ssl.SSLError | TimeoutError):
        error = cause
    if isinstance(error, ProxyError | NewConnectionError | LocationValueError):
        by = f" by the proxy {proxy}" if proxy else ""
        return FetchError("unreachable", f"no connection{by}: {_printable(cause)}", tries=0)
    if isinstance(error, PoolTimeoutError | TimeoutError):
        return FetchError("timeout", "no answer in time", tries=0)
    if isinstance(error, SSLError | ssl.SSLError):
        return FetchError("tls", f"no secure connection: {_printable(cause)}", tries=2)
    # The text of what is not HTTP may be the server's own, of any length.
    why = (
        _printable(cause) if isinstance(cause, OSError)
        else f"this is not HTTP ({type(cause).__name__})"
    )  # fmt: skip
    return FetchError("cut-off", f"the connection broke: {why}", tries=0)


def _cause(error: BaseException) -> BaseException:
    """The error of a socket, of TLS or of http.client that one of urllib3 wraps."""
    while isinstance(error, HTTPError):
        wrapped = [part for part in error.args if isinstance(part, Exception)]
        below = wrapped[-1] if wrapped else error.__cause__
        if below is None:
            break
        error = below
    return error


def _printable(error: BaseException) -> str:
    """What an error says, fit for a line of a terminal: a part of it may be a server's text."""
    return "".join(c if c.isprintable() else " " for c in str(error)[:200])
