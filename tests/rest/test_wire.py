"""HTTP as it really comes: in pieces, in chunks, cut off, nonsense; and through proxies."""

from __future__ import annotations

import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from importers.web import tls
from importers.web.failures import FetchError
from importers.web.wire import Wire
from kb.errors import UsageError
from tests.search.tls_front import certificate

OK = b"HTTP/1.1 200 OK\r\n"
ZIPPED = zlib.compress(b"zipped", wbits=31)
Answer = Callable[[socket.socket, bytes], None]


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

    with suppress(OSError):
        while True:
            threading.Thread(target=one, args=(listener.accept()[0],), daemon=True).start()


@pytest.fixture
def served() -> Iterator[Callable[..., int]]:
    """Starts servers that give what a test says; the port of each."""
    with ExitStack() as stack:

        def start(answer: Answer, context: ssl.SSLContext | None = None) -> int:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            port: int = listener.getsockname()[1]
            if context:
                listener = stack.enter_context(context.wrap_socket(listener, server_side=True))
            threading.Thread(target=serve, args=(listener, answer), daemon=True).start()
            return port

        yield start


def ask(port: int, path: str = "/rest/wikis", scheme: str = "http") -> bytes:
    with (
        closing(Wire(f"{scheme}://127.0.0.1:{port}", 5)) as wire,
        closing(wire.send("GET", path, [])) as answer,
    ):
        return answer.read(1 << 20)


FOUR = b"Content-Length: 4\r\n\r\nbody"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
GOOD = {
    "counted": OK + FOUR,
    "spaced": OK + b"content-length:4  \r\n\r\nbody",
    "without a reason": b"HTTP/1.1 200\r\nContent-Length: 4\r\n\r\nbody",
    "chunked": CHUNKED + b"3;x=y\r\nbod\r\n1\r\ny\r\n0\r\nA: b\r\n\r\n",
    "until closed": OK + b"\r\nbody",
    "of 1.0": b"HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nbody",
    "after a promise": b"HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n" + OK + FOUR,
}  # fmt: skip


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("kind", GOOD)
def test_a_body_comes_whole_however_it_is_framed(
    served: Callable[..., int], kind: str, size: int
) -> None:
    """In pieces of any size."""

    def answer(connection: socket.socket, _: bytes) -> None:
        for start in range(0, len(GOOD[kind]), size):
            connection.sendall(GOOD[kind][start : start + size])
        if "closed" in kind:
            connection.shutdown(socket.SHUT_RDWR)

    assert ask(served(answer)) == b"body"


BAD = {
    "nothing": b"",
    "no HTTP": b"220 smtp ready\r\n\r\n",
    "a head that ends": OK + b"Content-Le",
    "a head without end": OK + b"A: b\r\n" * 40_000,
    "two lengths": OK + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nbodyy",
    "no number": OK + b"Content-Length: -4\r\n\r\nbody",
    "cut off": OK + b"Content-Length: 5\r\n\r\nbody",
    "cut in a chunk": CHUNKED + b"5\r\nbody",
    "no last chunk": CHUNKED + b"4\r\nbody\r\n",
    "a chunk too long": CHUNKED + b"3\r\nbody\r\n0\r\n\r\n",
    "a chunk of no size": CHUNKED + b"x\r\nbody\r\n0\r\n\r\n",
    "another coding": OK + b"Transfer-Encoding: br\r\nContent-Length: 4\r\n\r\nbody",
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_whole_answer_is_no_answer(served: Callable[..., int], kind: str) -> None:
    def answer(connection: socket.socket, _: bytes) -> None:
        connection.sendall(BAD[kind])
        connection.shutdown(socket.SHUT_WR)

    with pytest.raises(FetchError) as failed:
        ask(served(answer))
    assert (failed.value.code, failed.value.passing) == ("cut-off", True)


def test_gzip_is_unpacked_and_what_only_says_so_is_a_bad_answer(
    served: Callable[..., int],
) -> None:
    def answer(connection: socket.socket, head: bytes) -> None:
        body = ZIPPED if b"/good" in head else b"zipped"
        given = b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
        connection.sendall(OK + given + body)

    port = served(answer)
    assert ask(port, "/good") == b"zipped"
    with pytest.raises(FetchError, match="badly compressed"):
        ask(port, "/bad")


def test_a_connection_serves_many_requests_and_a_closed_one_is_opened_again(
    served: Callable[..., int],
) -> None:
    """Also one that was closed meanwhile without a word, and one whose body was not read."""
    met: list[tuple[int, bytes]] = []

    def answer(connection: socket.socket, head: bytes) -> None:
        met.append((connection.getpeername()[1], head.split()[1]))
        connection.sendall(OK + FOUR)
        if b"/last" in head:
            connection.shutdown(socket.SHUT_RDWR)

    with closing(Wire(f"http://127.0.0.1:{served(answer)}", 5)) as wire:
        for path in ("/1", "/last", "/3", "/unread", "/5"):
            with closing(wire.send("GET", path, [])) as got:
                if path != "/unread":
                    assert got.read(4) == b"body"
            if path == "/last":
                threading.Event().wait(0.1)
    ports = [port for port, _ in met]
    assert ports[0] == ports[1] != ports[2] == ports[3] != ports[4]


def test_no_text_from_a_server_becomes_a_second_header(served: Callable[..., int]) -> None:
    """A path that no request may have is encoded; a value of two lines is not sent."""
    heads: list[bytes] = []

    def answer(connection: socket.socket, head: bytes) -> None:
        heads.append(head)
        connection.sendall(OK + b"Content-Length: 0\r\n\r\n")

    port = served(answer)
    ask(port, "/a b/售后\r\nX: y?c=%20")
    assert heads[0].split(b"\r\n")[0] == (
        b"GET /a%20b/%E5%94%AE%E5%90%8E%0D%0AX:%20y?c=%20 HTTP/1.1"
    )
    wire = Wire(f"http://127.0.0.1:{port}", 5)
    with closing(wire), pytest.raises(FetchError, match="several lines"):
        wire.send("GET", "/", [(b"Cookie", b"a\r\nX: y")])
    assert len(heads) == 1


def test_an_answer_that_does_not_come_is_waited_for_so_long(served: Callable[..., int]) -> None:
    port = served(lambda connection, _: threading.Event().wait(3))
    wire = Wire(f"http://127.0.0.1:{port}", 0.2)
    with closing(wire), pytest.raises(FetchError) as failed:
        wire.send("GET", "/", [])
    assert failed.value.code == "timeout"


def relay(seen: list[bytes]) -> Answer:
    """A proxy that tells a plain request what it was, and passes on bytes after CONNECT."""

    def answer(connection: socket.socket, head: bytes) -> None:
        seen.append(head)
        if not head.startswith(b"CONNECT"):
            connection.sendall(OK + FOUR)
            return
        host, _, port = head.split()[1].decode().rpartition(":")
        with socket.create_connection((host, int(port))) as behind:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=passed_on, args=(behind, connection), daemon=True)
            back.start()
            passed_on(connection, behind)

    return answer


def passed_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ssl.SSLContext]:
    """A server's side of TLS whose certificate we trust."""
    made, key = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    tls.context.cache_clear()
    yield context
    tls.context.cache_clear()


def body(connection: socket.socket, _: bytes) -> None:
    connection.sendall(OK + FOUR)


@pytest.mark.parametrize("outer", ["http", "https"])
@pytest.mark.parametrize("inner", ["http", "https"])
def test_a_proxy_of_the_environment_is_used(
    served: Callable[..., int],
    secure: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
    inner: str,
    outer: str,
) -> None:
    """By HTTP and TLS to it, by HTTP and TLS through it, as the user that its address names."""
    seen: list[bytes] = []
    behind = served(body, secure if inner == "https" else None)
    proxy = served(relay(seen), secure if outer == "https" else None)
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv(f"{inner}_proxy", f"{outer}://me:s%40y@127.0.0.1:{proxy}")
    assert ask(behind, scheme=inner) == b"body"
    (head,) = seen
    first = {
        "http": b"GET http://127.0.0.1:%d/rest/wikis HTTP/1.1" % behind,
        "https": b"CONNECT 127.0.0.1:%d HTTP/1.1" % behind,
    }
    assert head.startswith(first[inner])
    assert b"Proxy-Authorization: Basic bWU6c0B5\r\n" in head


def test_a_proxy_that_refuses_is_named(
    served: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = served(lambda c, _: c.sendall(b"HTTP/1.1 407 Who are you\r\n\r\n"))
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("https_proxy", f"127.0.0.1:{proxy}")
    with pytest.raises(FetchError, match="proxy says '407 Who are you'") as failed:
        ask(1, scheme="https")
    assert failed.value.code == "unreachable"
    monkeypatch.setenv("https_proxy", f"socks5://127.0.0.1:{proxy}")
    with pytest.raises(UsageError, match="proxy by socks5"):
        ask(1, scheme="https")
