"""Pools of connections to one server: proxy of the environment, TLS trust, strict HTTP framing.

urllib3 keeps the connections. http.client below it takes the end of a connection for the end of a
head, guesses where a length is no number, and drops what it has read beyond an answer; here each
of these is an error, or ends the connection, so that no answer is taken for another one.
"""

from __future__ import annotations

import os
import re
import ssl
import time
from base64 import b64encode
from email.errors import MissingHeaderBodySeparatorDefect
from functools import cache
from http.client import HTTPException, HTTPResponse, RemoteDisconnected
from importlib.util import find_spec
from io import BufferedReader, RawIOBase
from socket import socket
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from urllib3 import HTTPConnectionPool, PoolManager, ProxyManager
from urllib3.connection import HTTPConnection
from urllib3.exceptions import NewConnectionError
from urllib3.util.ssltransport import SSLTransport

from kb.errors import UsageError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PIECE = 1 << 16
"""Bytes that are read at a time."""
_NO_NAME = re.compile(r"[\x00-\x20\x7f]")
_LENGTH = re.compile(r"[0-9]{1,18}")


def open_pool(base: str, timeout: float, size: int) -> tuple[HTTPConnectionPool, str | None]:
    """A pool of ``size`` connections to the server of ``base``, and the name of the proxy used.

    ``timeout`` is in seconds, for the connection and for each wait for bytes; a connection that was
    idle for longer is not used again. UsageError where host or proxy cannot be.
    """
    parts = urlsplit(base)
    host = ascii_host(parts.hostname or "")
    manager, proxy = _manager(parts, {"timeout": timeout, "maxsize": size})
    host = f"[{host}]" if ":" in host else host
    pool = manager.connection_from_host(host, parts.port, parts.scheme)
    bases = (_StrictConnection, pool.ConnectionCls)
    pool.ConnectionCls = cast("Any", type("StrictConnection", bases, {"idle_limit": timeout}))
    return pool, proxy


def ascii_host(name: str) -> str:
    """Encode a host's name as DNS has it. UsageError where it cannot be one."""
    try:
        if not _NO_NAME.search(name):
            return name if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        pass
    raise UsageError(f"{name}: no name of a host")


@cache
def trusted() -> ssl.SSLContext:
    """The authorities that the environment names (SSL_CERT_FILE, SSL_CERT_DIR), else certifi's."""
    if (file := os.environ.get("SSL_CERT_FILE")) or os.environ.get("SSL_CERT_DIR"):
        folder = None if file else os.environ["SSL_CERT_DIR"]
        return ssl.create_default_context(cafile=file, capath=folder)
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


def _manager(parts: SplitResult, options: dict[str, Any]) -> tuple[PoolManager, str | None]:
    """The manager that makes the pool, and the host and port of the proxy it goes through."""
    given = getproxies()
    kind = parts.scheme if given.get(parts.scheme) else "all"
    address = given.get(kind)
    if parts.scheme == "https":
        options["ssl_context"] = trusted()
    if not address or proxy_bypass(parts.hostname or ""):
        return PoolManager(**options), None
    url = urlsplit(address if "://" in address else f"http://{address}")
    try:
        host, port = ascii_host(url.hostname or ""), url.port
    except ValueError:
        host, port = "", None
    if not host or url.scheme not in ("http", "https", "socks4", "socks4a", "socks5", "socks5h"):
        raise UsageError(
            f"{kind}_proxy: a proxy by {url.scheme} is not known",
            hint=f"such as {kind}_proxy=http://proxy.example:3128 (or https://, socks5h://)",
        )
    port = port or {"http": 80, "https": 443}.get(url.scheme, 1080)
    name = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    user, password = unquote(url.username or ""), unquote(url.password or "")
    if url.scheme.startswith("socks"):
        return _socks(f"{url.scheme}://{name}", kind, user, password, options), name
    pair = b64encode(f"{user}:{password}".encode()).decode()
    return ProxyManager(
        f"{url.scheme}://{name}",
        proxy_headers={"Proxy-Authorization": f"Basic {pair}"} if user else {},
        proxy_ssl_context=trusted() if url.scheme == "https" else None,
        **options,
    ), name


def _socks(
    address: str, kind: str, user: str, password: str, options: dict[str, Any]
) -> PoolManager:
    """A manager that goes through a SOCKS proxy. UsageError where its extra is not installed."""
    if find_spec("socks") is None:
        raise UsageError(
            f"{kind}_proxy: a SOCKS proxy needs PySocks", hint="pip install 'wiki-casebook[socks]'"
        )
    from urllib3.contrib.socks import SOCKSProxyManager

    login = (user, password) if user else (None, None)
    return SOCKSProxyManager(address, *login, **options)


class _StrictConnection(HTTPConnection):
    """A connection that is used again only where the last answer left it in step."""

    idle_limit: float
    """Seconds after which a connection counts as lost: a firewall may drop it without a word."""
    _used = 0.0
    _answer: _StrictResponse | None = None

    def connect(self) -> None:
        """Connect, through a tunnel and TLS where needed.

        NewConnectionError also where what is behind the socket breaks off or refuses.
        """
        try:
            super().connect()
        except (ssl.SSLError, TimeoutError):
            raise
        except (OSError, HTTPException) as error:
            raise NewConnectionError(self, str(error)) from error

    @property
    def is_connected(self) -> bool:
        """True where another request may be sent: nothing came that nobody asked for."""
        if self._answer is None or self._answer.reader.surplus:
            return False
        return time.monotonic() - self._used < self.idle_limit and super().is_connected

    def response_class(  # type: ignore[override]
        self, sock: socket, _debuglevel: int = 0, *, method: str | None = None
    ) -> _StrictResponse:
        """Called by http.client for each answer that it is to read."""
        self._used = time.monotonic()
        self._answer = _StrictResponse(_AnswerReader(sock), method)
        return self._answer


class _ReceivedBytes(RawIOBase):
    """The bytes of a connection as they come."""

    def __init__(self, connection: socket) -> None:
        self._raw = connection.makefile("rb", buffering=0)
        self.idle = False
        """True while nobody waits for bytes."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int | None:
        return None if self.idle else self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _AnswerReader(BufferedReader):
    """The bytes of one answer, and what was received with them."""

    surplus = False
    """True where more came than the answer."""

    def __init__(self, connection: socket) -> None:
        self._received = _ReceivedBytes(connection)
        self._connection = connection
        super().__init__(self._received, PIECE)

    def makefile(self, _: str) -> _AnswerReader:
        """What http.client reads an answer from."""
        return self

    def readline(self, size: int | None = -1, /) -> bytes:
        """A line of a head or of a chunk's frame. RemoteDisconnected where it has no end."""
        line = super().readline(size)
        if not line.endswith(b"\n") and len(line) != size:
            raise RemoteDisconnected("it ended before the answer did")
        return line

    def close(self) -> None:
        """Close, after a look at what was received beyond the answer.

        What still lies in the socket is seen by urllib3, before it uses a connection again.
        """
        if not self.closed:
            self._received.idle = True
            self.surplus = bool(self.peek(1)) or _tls_holds(self._connection)
        super().close()


def _tls_holds(connection: Any) -> bool:
    """True where TLS has bytes that nobody has read; urllib3's TLS within TLS holds some apart."""
    if isinstance(connection, SSLTransport):
        return bool(connection.sslobj.pending() or connection.incoming.pending)
    return isinstance(connection, ssl.SSLSocket) and connection.pending() > 0


class FramingError(HTTPException):
    """An answer's head does not say how its body ends, or says it in two ways."""


class _StrictResponse(HTTPResponse):
    """An answer whose head is checked before its body is read."""

    def __init__(self, reader: _AnswerReader, method: str | None) -> None:
        super().__init__(cast("socket", reader), method=method)
        self.reader = reader

    def begin(self) -> None:
        """Read the head of the answer, past those that only announce it. HTTPException."""
        super().begin()
        while self.status < 200:
            self.headers = self.msg = None  # type: ignore[assignment]  # not begun
            super().begin()
        if any(isinstance(d, MissingHeaderBodySeparatorDefect) for d in self.headers.defects):
            raise FramingError("a line of the head is no field")
        codings = self.headers.get_all("transfer-encoding", [])
        lengths = [length.strip() for length in self.headers.get_all("content-length", [])]
        if codings and not (self.chunked and len(codings) == 1):
            raise FramingError("a body in an encoding that is not known")
        if lengths and not (len(set(lengths)) == 1 and _LENGTH.fullmatch(lengths[0])):
            raise FramingError("a length that is none, or two")
        if codings and lengths:
            self.will_close = True
        if self.length == 0:  # a status without body, whatever its head says
            self.chunked = False
