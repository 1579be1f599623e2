"""Opening a connection to a server: directly, under TLS, through the proxy of the environment."""

from __future__ import annotations

import socket
from base64 import b64encode
from typing import TypeAlias
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import msgspec

from importers.web.tls import TlsWithin, secured
from kb.errors import UsageError

Connection: TypeAlias = socket.socket | TlsWithin

_PORTS = {"http": 80, "https": 443}
_ANSWER = 1 << 16
"""Bytes that a proxy's answer may have."""


class Proxy(msgspec.Struct, frozen=True):
    """A proxy, and who we are to it."""

    url: SplitResult
    login: bytes | None
    """The value of a Proxy-Authorization header."""


class Origin(msgspec.Struct, frozen=True):
    """Where a connection goes."""

    scheme: str
    host: str
    """As it is looked up: an address of IPv6 without brackets."""
    port: int
    proxy: Proxy | None

    @property
    def forwards(self) -> bool:
        """True where a proxy reads our requests; under TLS it passes on bytes."""
        return self.proxy is not None and self.scheme == "http"


def origin_at(base: str) -> Origin:
    """Where requests under ``base`` go. UsageError for a proxy of another kind than HTTP."""
    parts = urlsplit(base)
    host = _ascii(parts.hostname or "")
    return Origin(parts.scheme, host, parts.port or _PORTS[parts.scheme], _proxy(parts))


def host_header(base: str) -> bytes:
    """The value of a Host header: name and port as the URL has them."""
    name, colon, port = urlsplit(base).netloc.rpartition("@")[2].partition(":")
    return (_ascii(name) + colon + port).encode()


def _ascii(name: str) -> str:
    """A host's name as DNS has it. UsageError where it cannot be one."""
    try:
        return name if name.isascii() else name.encode("idna").decode()
    except UnicodeError as error:
        raise UsageError(f"{name}: no name of a host") from error


def _proxy(parts: SplitResult) -> Proxy | None:
    """The proxy that the environment names for a URL."""
    if proxy_bypass(parts.hostname or ""):
        return None
    given = getproxies()
    address = given.get(parts.scheme) or given.get("all")
    if not address:
        return None
    url = urlsplit(address if "://" in address else f"http://{address}")
    if url.scheme not in _PORTS or not url.hostname:
        raise UsageError(
            f"a proxy by {url.scheme} is not known", hint=f"such as {parts.scheme}_proxy=http://…"
        )
    pair = f"{unquote(url.username or '')}:{unquote(url.password or '')}".encode()
    return Proxy(url, b"Basic " + b64encode(pair) if url.username else None)


def opened(origin: Origin, timeout: float) -> Connection:
    """A connection to ``origin``. OSError where there is none; ``timeout`` is in seconds."""
    proxy = origin.proxy
    if proxy is None:
        found = _tcp(origin.host, origin.port, timeout)
        return secured(found, origin.host) if origin.scheme == "https" else found
    url = proxy.url
    assert url.hostname
    found = _tcp(url.hostname, url.port or _PORTS[url.scheme], timeout)
    if url.scheme == "https":
        found = secured(found, url.hostname)
    if origin.forwards:
        return found
    _tunnel(found, origin, proxy)
    return TlsWithin(found, origin.host) if url.scheme == "https" else secured(found, origin.host)


def _tcp(host: str, port: int, timeout: float) -> socket.socket:
    try:
        found = socket.create_connection((host, port), timeout)
    except UnicodeError as error:
        raise OSError(f"{host}: no name of a host") from error
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return found


def _tunnel(proxied: socket.socket, origin: Origin, proxy: Proxy) -> None:
    """Have the proxy pass on bytes. OSError where it does not."""
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    place = f"{host}:{origin.port}".encode()
    login = b"Proxy-Authorization: %s\r\n" % proxy.login if proxy.login else b""
    proxied.sendall(b"CONNECT %s HTTP/1.1\r\nHost: %s\r\n%s\r\n" % (place, place, login))
    answer = b""
    while not answer.endswith(b"\r\n\r\n") and len(answer) < _ANSWER:
        # One by one: what follows the answer is TLS already.
        answer += (byte := proxied.recv(1))
        if not byte:
            break
    line = answer.partition(b"\r\n")[0].split(b" ", 2)
    if len(line) < 2 or not line[1].startswith(b"2"):
        proxied.close()
        raise ProxyError(f"the proxy says {b' '.join(line[1:]).decode('latin-1')!r}")


class ProxyError(OSError):
    """A proxy does not connect us."""
