"""How a server is reached: directly, under TLS, through the proxy of the environment."""

from __future__ import annotations

import os
import re
import socket
import ssl
from base64 import b64encode
from functools import cache
from http.client import HTTPConnection, HTTPException
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import msgspec

from importers.web.failures import FetchError, failure_of, text_of
from kb.errors import UsageError

_PORTS = {"http": 80, "https": 443}
_NO_NAME = re.compile(r"[\x00-\x20\x7f]")


class Proxy(msgspec.Struct, frozen=True):
    """A proxy, and who we are to it."""

    host: str
    port: int
    login: dict[str, str]
    """Its header, where there is a login."""


class Route(msgspec.Struct, frozen=True):
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

    def opened(self, timeout: float) -> socket.socket:
        """A connection; ``timeout`` is in seconds. FetchError where there is none."""
        first = self.proxy or self
        connection = HTTPConnection(first.host, first.port, timeout=timeout)
        try:
            if self.proxy and not self.forwards:
                # Not every http.client puts the brackets there itself.
                host = f"[{self.host}]" if ":" in self.host else self.host
                connection.set_tunnel(host, self.port, self.proxy.login)
            connection.connect()
            plain: socket.socket = connection.sock
            if self.scheme == "http":
                return plain
            return context().wrap_socket(plain, server_hostname=self.host)
        except (OSError, ValueError, HTTPException) as error:
            connection.close()
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> FetchError:
        if isinstance(error, ssl.SSLError | TimeoutError):
            return failure_of(error)
        by = f" by the proxy {self.proxy.host}:{self.proxy.port}" if self.proxy else ""
        return FetchError("unreachable", f"no connection{by}: {text_of(error)}", tries=0)


def route_to(base: str) -> Route:
    """How requests under ``base`` go. UsageError for a proxy of another kind than HTTP."""
    parts = urlsplit(base)
    host = _ascii(parts.hostname or "")
    return Route(parts.scheme, host, parts.port or _PORTS[parts.scheme], _proxy(parts))


def host_header(base: str) -> str:
    """The value of a Host header: name and port as the URL has them."""
    name, colon, port = urlsplit(base).netloc.rpartition("@")[2].partition(":")
    return _ascii(name) + colon + port


@cache
def context() -> ssl.SSLContext:
    """Whom we trust: the authorities that the environment names, else the usual ones."""
    if (file := os.environ.get("SSL_CERT_FILE")) or os.environ.get("SSL_CERT_DIR"):
        folder = None if file else os.environ["SSL_CERT_DIR"]
        return ssl.create_default_context(cafile=file, capath=folder)
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


def _ascii(name: str) -> str:
    """A host's name as DNS has it. UsageError where it cannot be one."""
    try:
        if not _NO_NAME.search(name):
            return name if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        pass
    raise UsageError(f"{name}: no name of a host")


def _proxy(parts: SplitResult) -> Proxy | None:
    """The proxy that the environment names for a URL."""
    given = getproxies()
    kind = parts.scheme if given.get(parts.scheme) else "all"
    address = given.get(kind)
    if not address or proxy_bypass(parts.hostname or ""):
        return None
    url = urlsplit(address if "://" in address else f"http://{address}")
    try:
        host, port = url.hostname, url.port or 80
    except ValueError:
        host, port = None, 0
    if url.scheme != "http" or not host:
        raise UsageError(
            f"{kind}_proxy: a proxy by {url.scheme} is not known",
            hint=f"one that speaks HTTP, such as {kind}_proxy=http://proxy.example:3128",
        )
    pair = b64encode(f"{unquote(url.username or '')}:{unquote(url.password or '')}".encode())
    login = {"Proxy-Authorization": f"Basic {pair.decode()}"} if url.username else {}
    return Proxy(_ascii(host), port, login)
