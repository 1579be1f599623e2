"""A connection to one server, by httpcore, and an answer while it comes in.

httpcore is what httpx stands on. Its requests are made directly: for a wiki that is asked for
thousands of small resources, httpx's own objects cost more than the requests themselves.
"""

from __future__ import annotations

import ssl
import zlib
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from importers.web.failures import FetchError

_BROKEN = (
    httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError,
)  # fmt: skip
_ANY_ZIP = zlib.MAX_WBITS | 32
"""Both gzip and zlib, as the data says."""
Headers = list[tuple[bytes, bytes]]


class Incoming:
    """An answer: its status and headers are there, its body comes when it is read."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response
        self._found = {name.lower(): value for name, value in reversed(response.headers)}
        self._body: bytes | None = None
        self.status = response.status

    def header(self, name: str) -> str | None:
        """The first value under a name in small letters, or None."""
        value = self._found.get(name.encode())
        return None if value is None else value.decode("latin-1")

    def all_of(self, name: str) -> list[str]:
        """All values under a name in small letters."""
        given, key = self._response.headers, name.encode()
        return [value.decode("latin-1") for found, value in given if found.lower() == key]

    def pieces(self) -> Iterator[bytes]:
        """The body, decompressed. FetchError where it breaks off."""
        assert isinstance(self._response.stream, Iterable)
        try:
            if b"content-encoding" not in self._found:
                yield from self._response.stream
                return
            unpacker = zlib.decompressobj(_ANY_ZIP)
            for piece in self._response.stream:
                yield unpacker.decompress(piece)
            yield unpacker.flush()
        except zlib.error as error:
            raise FetchError("bad-answer", "the answer is badly compressed", tries=0) from error
        except _BROKEN as error:
            raise _failed(error) from error

    def read(self, most: int) -> bytes:
        """The whole body. FetchError where it has more bytes than ``most``, or breaks off."""
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
        self._response.close()


class Wire:
    """One connection, opened when it is needed and kept open."""

    def __init__(self, base: str, timeout: float) -> None:
        """``timeout`` in seconds holds for the connection, and for each wait for bytes."""
        url = httpx.URL(base)
        proxy = _proxy(base)
        self._origin = (url.raw_scheme, url.raw_host, url.port)
        self._prefix = url.raw_path.rstrip(b"/")
        self._host = (b"Host", url.netloc)
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context() if url.scheme == "https" else None,
            proxy=httpcore.Proxy(proxy) if proxy else None,
            max_connections=1,
            keepalive_expiry=timeout,
        )
        waits = {"connect": timeout, "read": timeout, "write": timeout, "pool": timeout}
        self._extensions = {"timeout": waits}

    def send(self, method: str, path: str, headers: Headers, body: bytes = b"") -> Incoming:
        """Ask for a path under the base; to be closed. FetchError where no answer begins."""
        scheme, host, port = self._origin
        url = httpcore.URL(scheme=scheme, host=host, port=port, target=self._prefix + path.encode())
        more = [(b"Content-Length", str(len(body)).encode())] if body else []
        request = httpcore.Request(
            method, url, headers=[self._host, *headers, *more], content=body or None,
            extensions=self._extensions,
        )  # fmt: skip
        try:
            return Incoming(self._pool.handle_request(request))
        except _BROKEN as error:
            raise _failed(error) from error

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()


def _failed(error: Exception) -> FetchError:
    if isinstance(error, httpcore.TimeoutException):
        return FetchError("timeout", "no answer in time", tries=0)
    if "SSL" in str(error) or isinstance(error.__cause__, ssl.SSLError):
        return FetchError("tls", f"no secure connection: {error}", tries=2)
    if isinstance(error, httpcore.ConnectError | httpcore.ProxyError):
        return FetchError("unreachable", f"no connection: {error}", tries=0)
    return FetchError("cut-off", f"the connection broke: {error}", tries=0)


def _proxy(base: str) -> str | None:
    """The proxy that the environment names for this host."""
    parts = urlsplit(base)
    if proxy_bypass(parts.hostname or ""):
        return None
    return getproxies().get(parts.scheme)
