"""Servers that send what a test says, byte by byte, and a connection that asks them."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress

from importers.web.transport import Transport

OK = b"HTTP/1.1 200 OK\r\n"
FOUR = b"Content-Length: 4\r\n\r\nbody"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
Answer = Callable[[socket.socket, bytes], None]
Served = Callable[..., int]
"""(answer, context of TLS, address) → the port."""


def serve(listener: socket.socket, answer: Answer) -> None:
    """Give each connection to ``answer``, request by request, with the request's head."""

    def one(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            data = b""
            while piece := connection.recv(65536):
                data += piece
                if b"\r\n\r\n" in data:
                    answer(connection, data)
                    data = b""

    while True:
        try:
            connection, _ = listener.accept()
        except ssl.SSLError:
            continue  # who does not trust us: others may
        except OSError:
            return
        threading.Thread(target=one, args=(connection,), daemon=True).start()


@contextmanager
def serving() -> Iterator[Served]:
    """Starts servers, and ends them."""
    with ExitStack() as stack:

        def start(
            answer: Answer, context: ssl.SSLContext | None = None, address: str = "127.0.0.1"
        ) -> int:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            listener = stack.enter_context(socket.create_server((address, 0), family=family))
            port: int = listener.getsockname()[1]
            if context:
                listener = stack.enter_context(context.wrap_socket(listener, server_side=True))
            threading.Thread(target=serve, args=(listener, answer), daemon=True).start()
            return port

        yield start


def says(answer: bytes) -> Answer:
    """Sends the same to each request."""
    return lambda connection, _: connection.sendall(answer)


def noting(heads: list[bytes], answer: bytes = OK + FOUR) -> Answer:
    """As `says`, and keeps the head of each request."""

    def note(connection: socket.socket, head: bytes) -> None:
        heads.append(head)
        connection.sendall(answer)

    return note


def ask(
    port: int, path: str = "/rest/wikis", scheme: str = "http", host: str = "127.0.0.1"
) -> bytes:
    """One request by a connection of its own."""
    with (
        closing(Transport(f"{scheme}://{host}:{port}", 5)) as transport,
        closing(transport.send("GET", path, {})) as answer,
    ):
        return answer.read(1 << 20)
