"""Send requests to one server over pooled connections; check and unpack the answers."""

from __future__ import annotations

import re
import ssl
import zlib
from collections.abc import Iterator
from http.client import HTTPException
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from urllib3 import HTTPResponse, Retry
from urllib3.exceptions import (
    HTTPError,
    LocationValueError,
    NewConnectionError,
    ProxyError,
    SSLError,
)
from urllib3.exceptions import TimeoutError as PoolTimeoutError

from importers.web.connections import PIECE, Pace, SlowAnswerError, ascii_host, open_pool
from importers.web.failures import FetchError

Headers = dict[str, str]
_ONCE = Retry(total=False, redirect=False)
"""importers.web.retries decides on retries: it knows what an answer means."""
_ANY_ZIP = zlib.MAX_WBITS | 32
"""Window bits for zlib that detect gzip and zlib alike."""
_BODY = Pace(600.0)
_CLIMBS = re.compile(r"(?:^|[/\\])\.\.?(?:[/\\;]|$)")
"""A segment of a path that a server may take for a step up, decoded."""
_FOLD = re.compile(r"[ \t]*[\r\n]+[ \t]*")


class Transport:
    """Sends requests to the server of one base URL; threads may share it."""

    def __init__(self, base: str, timeout: float, connections: int = 1) -> None:
        """Keep up to ``connections`` open; ``timeout`` in seconds holds for a head, and each wait.

        UsageError for an invalid host, and for a proxy that cannot be used.
        """
        self._pool, self._proxy = open_pool(base, timeout, connections)
        parts = urlsplit(base)
        name, colon, port = parts.netloc.rpartition("@")[2].partition(":")
        host = ascii_host(name) + colon + port  # as in the URL
        self._always = {"Host": host}
        self._prefix = parts.path.rstrip("/")
        if parts.scheme == "http" and self._pool.proxy is not None:
            self._prefix = f"{parts.scheme}://{host}{self._prefix}"

    def send(
        self, method: str, path: str, headers: Headers, body: bytes = b"", pace: Pace = _BODY
    ) -> Response:
        """Send one request for a path under the base; return its answer, to be closed.

        ``pace`` is that of the answer's body. Characters that are invalid in a path are encoded.
        FetchError where no answer begins.
        """
        if any("\r" in value or "\n" in value for value in headers.values()):
            raise FetchError("bad-request", "a header of several lines is not sent")
        if _CLIMBS.search(unquote(path.partition("?")[0])):
            raise FetchError("bad-request", "an address with `..` in it may lead out of the wiki")
        try:
            raw = self._pool.urlopen(
                method, self._prefix + path, body or None, self._always | headers, _ONCE,
                redirect=False, assert_same_host=False, preload_content=False,
            )  # fmt: skip
        except (HTTPError, HTTPException, OSError) as error:
            raise _failure(error, self._proxy) from error
        if raw.connection is not None:  # else there is no body
            cast("Any", raw.connection).set_pace(pace)
        return Response(cast("HTTPResponse", raw), self._proxy)

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


class Response:
    """An answer: status and headers are there, the body is received when it is read."""

    def __init__(self, raw: HTTPResponse, proxy: str | None) -> None:
        self._raw = raw
        self._proxy = proxy
        self._body: bytes | None = None
        self.status = raw.status

    def header(self, name: str) -> str | None:
        """Return the first value of a header, or None."""
        return next(iter(self.all_of(name)), None)

    def all_of(self, name: str) -> list[str]:
        """Return all values of a header, each on one line."""
        return [_FOLD.sub(" ", value).strip(" \t") for value in self._raw.headers.getlist(name)]

    def pieces(self) -> Iterator[bytes]:
        """Yield the body, decompressed, in pieces. FetchError where it breaks off."""
        coding = (self.header("content-encoding") or "identity").lower()
        return self._received() if coding == "identity" else _unpacked(self._received())

    def read(self, most: int) -> bytes:
        """Return the body. FetchError where it is longer than ``most`` bytes, or breaks off."""
        if self._body is None:
            body = bytearray()
            for piece in self.pieces():
                body += piece
                if len(body) > most:
                    raise FetchError("too-large", f"an answer of more than {most >> 20} MB")
            self._body = bytes(body)
        return self._body

    def close(self) -> None:
        """Return the connection to the pool; close it if the body was not read to its end."""
        if self._raw.connection is None:
            return  # urllib3 returned it at the end of the body
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
    """Decompress gzip (RFC 1952, several members too) or zlib, at most PIECE bytes at a time.

    FetchError where the data lacks its end, or is followed by something else: urllib3's decoders
    accept both.
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


def _failure(error: BaseException, proxy: str | None) -> FetchError:
    """Convert an error of urllib3, or of http.client and sockets below it."""
    cause = _cause(error)
    if isinstance(error, ProxyError) and isinstance(cause, ssl.SSLError | TimeoutError):
        error = cause
    if isinstance(error, ProxyError | NewConnectionError | LocationValueError):
        by = f" by the proxy {proxy}" if proxy else ""
        return FetchError("unreachable", f"no connection{by}: {_printable(cause)}", tries=0)
    if isinstance(cause, SlowAnswerError):
        return FetchError("too-slow", f"the answer is too slow: {cause}", tries=2)
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
    """Return the error of a socket, of TLS or of http.client that urllib3 has wrapped."""
    while isinstance(error, HTTPError):
        wrapped = [part for part in error.args if isinstance(part, Exception)]
        below = wrapped[-1] if wrapped else error.__cause__
        if below is None:
            break
        error = below
    return error


def _printable(error: BaseException) -> str:
    """Return an error's text, safe to print: a part of it may come from a server."""
    return "".join(c if c.isprintable() else " " for c in str(error)[:200])
