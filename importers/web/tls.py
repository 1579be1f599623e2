"""TLS: whom we trust, over a socket, and within TLS to a proxy."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Callable
from functools import cache


def secured(plain: socket.socket, host: str) -> socket.socket:
    """The connection under TLS, to who proves to be ``host``. OSError where nobody does."""
    try:
        return context().wrap_socket(plain, server_hostname=host)
    except OSError:
        plain.close()
        raise


@cache
def context() -> ssl.SSLContext:
    """Whom we trust: the authorities that the environment names, else the usual ones."""
    if (file := os.environ.get("SSL_CERT_FILE")) or os.environ.get("SSL_CERT_DIR"):
        folder = None if file else os.environ["SSL_CERT_DIR"]
        return ssl.create_default_context(cafile=file, capath=folder)
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


class TlsWithin:
    """TLS through a connection that is TLS itself, to a proxy."""

    def __init__(self, outer: socket.socket, host: str) -> None:
        self._outer = outer
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context().wrap_bio(self._in, self._out, server_hostname=host)
        try:
            while not self._step(self._tls.do_handshake):
                pass
        except OSError:
            outer.close()
            raise

    def recv(self, size: int, /) -> bytes:
        """The next bytes, none at the end."""
        found: list[bytes] = []
        try:
            while not self._step(lambda: found.append(self._tls.read(size))):
                pass
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""
        return found[0]

    def sendall(self, data: bytes, /) -> None:
        """Send all of it."""
        rest = memoryview(data)
        while rest:
            rest = rest[self._tls.write(rest) :]
            self._flush()

    def fileno(self) -> int:
        """Of the connection to the proxy."""
        return self._outer.fileno()

    def close(self) -> None:
        """Close both."""
        self._outer.close()

    def _step(self, action: Callable[[], object]) -> bool:
        """Do something that may want more bytes; False where it is to be done again."""
        try:
            action()
        except ssl.SSLWantReadError:
            self._flush()
            if more := self._outer.recv(1 << 16):
                self._in.write(more)
            else:
                self._in.write_eof()
            return False
        self._flush()
        return True

    def _flush(self) -> None:
        if data := self._out.read():
            self._outer.sendall(data)
