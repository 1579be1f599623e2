"""Open pools of connections: the proxy of the environment, trusted authorities, strict framing.

urllib3 keeps the connections. http.client, on which it stands, accepts a head that is cut off,
reads until the connection ends where a length is invalid, and drops bytes that follow an answer.
Here each is an error, or closes the connection, so that no answer is taken for another one. Both
wait for ever for an answer that comes byte by byte; here a head and a body have a deadline.
"""

from __future__ import annotations

import math
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
from typing import TYPE_CHECKING, Any, NamedTuple, cast
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
_LARGEST_HEAD = 8 * PIECE
"""Bytes that may be received before a body begins: interim answers too, and read ahead."""
_NO_NAME = re.compile(r"[\x00-\x20\x7f]")
_LENGTH = re.compile(r"[0-9]{1,18}")


def open_pool(base: str, timeout: float, size: int) -> tuple[HTTPConnectionPool, str | None]:
    """Return a pool of ``size`` connections to the server of ``base``, and its proxy as HOST:PORT.

    ``timeout`` is in seconds, for the connection, for the head of an answer and for each wait for
    bytes; a connection that was idle for longer is not used again. UsageError for an invalid host
    or proxy.
    """
    parts = urlsplit(base)
    host = ascii_host(parts.hostname or "")
    manager, proxy = _manager(parts, {"timeout": timeout, "maxsize": size})
    host = f"[{host}]" if ":" in host else host
    pool = manager.connection_from_host(host, parts.port, parts.scheme)
    bases = (_StrictConnection, pool.ConnectionCls)
    pool.ConnectionCls = cast("Any", type("StrictConnection", bases, {"patience": timeout}))
    return pool, proxy


def ascii_host(name: str) -> str:
    """Encode a host's name for DNS (IDNA). UsageError where it is invalid."""
    try:
        if not _NO_NAME.search(name):
            return name if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        pass
    raise UsageError(f"{name}: no name of a host")


@cache
def trusted() -> ssl.SSLContext:
    """Trust the authorities of SSL_CERT_FILE or SSL_CERT_DIR, or else those of certifi."""
    if (file := os.environ.get("SSL_CERT_FILE")) or os.environ.get("SSL_CERT_DIR"):
        folder = None if file else os.environ["SSL_CERT_DIR"]
        return ssl.create_default_context(cafile=file, capath=folder)
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


def _manager(parts: SplitResult, options: dict[str, Any]) -> tuple[PoolManager, str | None]:
    """Return a manager for the proxy of the environment, and that proxy as HOST:PORT."""
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
    """Return a manager for a SOCKS proxy. UsageError where PySocks is not installed."""
    if find_spec("socks") is None:
        raise UsageError(
            f"{kind}_proxy: a SOCKS proxy needs PySocks", hint="pip install 'wiki-casebook[socks]'"
        )
    from urllib3.contrib.socks import SOCKSProxyManager

    login = (user, password) if user else (None, None)
    return SOCKSProxyManager(address, *login, **options)


class _StrictConnection(HTTPConnection):
    """A connection that is not used again once bytes have come that belong to no answer."""

    patience: float
    """Seconds that a head may take, and after which an idle connection is closed: a firewall may
    have dropped it silently."""
    _used = 0.0
    _answer: _StrictResponse | None = None

    def connect(self) -> None:
        """Connect, through a tunnel and TLS where needed.

        NewConnectionError also where the proxy refuses, or the server ends the handshake.
        """
        try:
            super().connect()
        except (ssl.SSLError, TimeoutError):
            raise
        except (OSError, HTTPException) as error:
            raise NewConnectionError(self, str(error)) from error

    @property
    def is_connected(self) -> bool:
        """Tell whether another request may be sent: open, not idle for long, and in step."""
        if self._answer is None or self._answer.reader.surplus:
            return False
        return time.monotonic() - self._used < self.patience and super().is_connected

    def response_class(  # type: ignore[override]
        self, sock: socket, _debuglevel: int = 0, *, method: str | None = None
    ) -> _StrictResponse:
        """Return a reader for an answer; http.client calls it for each."""
        self._used = time.monotonic()
        self._answer = _StrictResponse(_AnswerReader(sock, self.patience), method)
        return self._answer

    def set_pace(self, pace: Pace) -> None:
        """Give the body of the present answer a deadline, from now on."""
        if self._answer is not None:
            self._answer.reader.set_pace(pace)


class Pace(NamedTuple):
    """How long a body may take, of any kind: ``seconds``, and one more for each ``rate`` bytes."""

    seconds: float
    rate: float = math.inf


class SlowAnswerError(TimeoutError):
    """A body goes on and on, each of its bytes in time."""


class _ReceivedBytes(RawIOBase):
    """The received bytes of a connection, of one answer within its deadline."""

    def __init__(self, connection: socket, patience: float) -> None:
        self._connection = connection
        self._raw = connection.makefile("rb", buffering=0)
        self._patience = patience
        self._pace = Pace(patience)
        self._started = time.monotonic()
        self._most: float = _LARGEST_HEAD
        self._received = 0
        self.idle = False
        """True while reading must not wait for bytes."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int | None:
        """Read what has come, within the deadline: of the head, then of the body.

        TimeoutError for a head, SlowAnswerError for a body, FramingError for a head without end.
        The connection has its own timeout again when this returns.
        """
        if self.idle:
            return None
        if self._received >= self._most:
            raise FramingError("a head without end")
        allowed = self._pace.seconds + self._received / self._pace.rate
        left = self._started + allowed - time.monotonic()
        try:
            if left <= 0:
                raise TimeoutError
            self._connection.settimeout(min(left, self._patience))
            count = self._raw.readinto(buffer)
        except TimeoutError as error:
            if left < self._patience and self._most == math.inf:
                raise SlowAnswerError(f"not whole after {allowed:.0f} s") from error
            raise
        finally:
            self._connection.settimeout(self._patience)
        self._received += count or 0
        return count

    def set_pace(self, pace: Pace) -> None:
        """Begin the deadline of a body, which may have any length."""
        self._pace, self._started, self._received = pace, time.monotonic(), 0
        self._most = math.inf

    def close(self) -> None:
        self._raw.close()
        super().close()


class _AnswerReader(BufferedReader):
    """The buffered bytes of one answer, and those that were received with it."""

    surplus = False
    """True where bytes were received after the answer."""

    def __init__(self, connection: socket, patience: float) -> None:
        self._received = _ReceivedBytes(connection, patience)
        self._connection = connection
        self.set_pace = self._received.set_pace
        super().__init__(self._received, PIECE)

    def makefile(self, _: str) -> _AnswerReader:
        """Return the file that http.client reads the answer from."""
        return self

    def readline(self, size: int | None = -1, /) -> bytes:
        """Read a line of a head or of a chunk's frame. RemoteDisconnected where it is cut off."""
        line = super().readline(size)
        if not line.endswith(b"\n") and len(line) != size:
            raise RemoteDisconnected("it ended before the answer did")
        return line

    def close(self) -> None:
        """Note whether bytes were received after the answer, and close.

        Those still in the socket are noticed by urllib3 before it uses the connection again.
        """
        if not self.closed:
            self._received.idle = True
            self.surplus = bool(self.peek(1)) or _tls_holds(self._connection)
        super().close()


def _tls_holds(connection: Any) -> bool:
    """Tell whether TLS, or urllib3's TLS within TLS, holds bytes that were not read."""
    if isinstance(connection, SSLTransport):
        return bool(connection.sslobj.pending() or connection.incoming.pending)
    return isinstance(connection, ssl.SSLSocket) and connection.pending() > 0


class FramingError(HTTPException):
    """The head of an answer does not tell where its body ends."""


class _StrictResponse(HTTPResponse):
    """An answer whose head is checked before its body is read."""

    def __init__(self, reader: _AnswerReader, method: str | None) -> None:
        super().__init__(cast("socket", reader), method=method)
        self.reader = reader

    def begin(self) -> None:
        """Read the head of the final answer, past interim ones (1xx). HTTPException if invalid."""
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
        if self.length == 0:  # no body by the status, whatever the head says
            self.chunked = False
