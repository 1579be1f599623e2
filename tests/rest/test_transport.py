"""HTTP as it really comes: in pieces, in chunks, cut off, nonsense; and connections kept."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import closing

import pytest

from importers.web.failures import FetchError
from importers.web.transport import Transport

from .raw import CHUNKED, FOUR, OK, Served, ask, noting, says

GOOD = {
    "counted": OK + FOUR,
    "spaced": OK + b"content-length:4  \r\n\r\nbody",
    "counted twice": OK + b"Content-Length: 4\r\n" + FOUR,
    "without a reason": b"HTTP/1.1 200\r\nContent-Length: 4\r\n\r\nbody",
    "chunked": CHUNKED + b"3;x=y\r\nbod\r\n1\r\ny\r\n0\r\nA: b\r\n\r\n",
    "until closed": OK + b"\r\nbody",
    "of 1.0": b"HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nbody",
    "after a promise": b"HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n" + OK + FOUR,
    "after two": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Wait\r\n\r\n" + OK + FOUR,
    "a mail": OK + b"Content-Type: message/rfc822\r\n" + FOUR,
    "of several parts": OK + b"Content-Type: multipart/mixed; boundary=x\r\n" + FOUR,
}  # fmt: skip


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("kind", GOOD)
def test_a_body_comes_whole_however_it_is_framed(served: Served, kind: str, size: int) -> None:
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
    "another HTTP": b"HTTP/2 200 OK\r\nContent-Length: 4\r\n\r\nbody",
    "no status": b"HTTP/1.1 OK\r\nContent-Length: 4\r\n\r\nbody",
    "a head that ends": OK + b"Content-Le",
    "a head that ends with a line": OK + b"Content-Type: text/plain\r\n",
    "a promise alone": b"HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n",
    "a head without end": OK + b"A: b\r\n" * 40_000,
    "a line without end": OK + b"A: " + b"b" * 70_000 + b"\r\n" + FOUR,
    "no field": OK + b"what is this\r\n" + FOUR,
    "two lengths": OK + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nbodyy",
    "two in one": OK + b"Content-Length: 4, 4\r\n\r\nbody",
    "no number": OK + b"Content-Length: -4\r\n\r\nbody",
    "no plain number": OK + b"Content-Length: +4\r\n\r\nbody",
    "cut off": OK + b"Content-Length: 5\r\n\r\nbody",
    "cut before it began": OK + b"Content-Length: 5\r\n\r\n",
    "cut in a chunk": CHUNKED + b"5\r\nbody",
    "cut in a size": CHUNKED + b"4\r\nbody\r\n4",
    "no last chunk": CHUNKED + b"4\r\nbody\r\n",
    "no end of the last": CHUNKED + b"4\r\nbody\r\n0\r\n",
    "a chunk too long": CHUNKED + b"3\r\nbody\r\n0\r\n\r\n",
    "a chunk of no size": CHUNKED + b"x\r\nbody\r\n0\r\n\r\n",
    "a chunk of less": CHUNKED + b"-1\r\nbody\r\n0\r\n\r\n",
    "another coding": OK + b"Transfer-Encoding: br\r\nContent-Length: 4\r\n\r\nbody",
    "two codings": OK + b"Transfer-Encoding: chunked\r\n" + CHUNKED[17:] + b"0\r\n\r\n",
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_whole_answer_is_no_answer(served: Served, kind: str) -> None:
    """An answer that is cut off, badly framed or not HTTP is a failure, never a short body."""

    def answer(connection: socket.socket, _: bytes) -> None:
        connection.sendall(BAD[kind])
        connection.shutdown(socket.SHUT_WR)

    with pytest.raises(FetchError) as failed:
        ask(served(answer))
    assert (failed.value.code, failed.value.temporary) == ("cut-off", True)


class Met:
    """A server that notes by which connection each path came, and answers as ``by`` says."""

    def __init__(self, **by: bytes) -> None:
        self._by = by
        self._ports: list[int] = []

    def __call__(self, connection: socket.socket, head: bytes) -> None:
        self._ports.append(connection.getpeername()[1])
        connection.sendall(self._by.get(head.split()[1].decode()[1:], OK + FOUR))
        if b"/last" in head:
            connection.shutdown(socket.SHUT_RDWR)

    @property
    def connections(self) -> list[int]:
        """The number of the connection that each request came by, from 0."""
        return [list(dict.fromkeys(self._ports)).index(port) for port in self._ports]


def fetch(transport: Transport, path: str) -> bytes:
    with closing(transport.send("GET", path, {})) as got:
        return got.read(1 << 20)


def test_a_connection_serves_many_requests_and_a_closed_one_is_opened_again(
    served: Served,
) -> None:
    """Also one that was closed meanwhile without a word, and one whose body was not read."""
    met = Met()
    with closing(Transport(f"http://127.0.0.1:{served(met)}", 5)) as transport:
        for path in ("/1", "/last", "/3", "/unread", "/5"):
            with closing(transport.send("GET", path, {})) as got:
                if path != "/unread":
                    assert got.read(4) == b"body"
            if path == "/last":
                threading.Event().wait(0.1)
    assert met.connections == [0, 0, 1, 1, 2]


BODILESS = {
    "204": b"HTTP/1.1 204 No Content\r\n\r\n",
    "204 with a length": b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
    "304": b"HTTP/1.1 304 Not Modified\r\n\r\n",
    "304 with a length": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\n",
    "304 in chunks": b"HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
    "200 of nothing": OK + b"Content-Length: 0\r\nContent-Encoding: gzip\r\n\r\n",
}


@pytest.mark.parametrize("kind", BODILESS)
def test_no_body_is_waited_for_where_there_is_none(served: Served, kind: str) -> None:
    """Whether it is read or not, the connection is good for the next request."""
    met = Met(none=BODILESS[kind])
    with closing(Transport(f"http://127.0.0.1:{served(met)}", 5)) as transport:
        assert fetch(transport, "/none") == b""
        transport.send("GET", "/none", {}).close()
        assert fetch(transport, "/then") == b"body"
    assert met.connections == [0, 0, 0]


FINAL = {
    "said": OK + b"Connection: close\r\n" + FOUR,
    "of 1.0": b"HTTP/1.0 200 OK\r\n" + FOUR,
    "framed in two ways": OK + b"Content-Length: 9\r\n" + CHUNKED[17:] + b"4\r\nbody\r\n0\r\n\r\n",
    "with more": OK + FOUR + b"more",
    "with another answer": OK + FOUR + OK + b"Content-Length: 4\r\n\r\nevil",
    "with much more": OK + FOUR + b"more" * 100_000,
    "chunked, with more": CHUNKED + b"4\r\nbody\r\n0\r\n\r\nmore",
}


@pytest.mark.parametrize("secured", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("kind", FINAL)
def test_after_an_answer_that_another_may_not_follow_the_connection_is_another(
    served: Served, secure: ssl.SSLContext, kind: str, secured: bool
) -> None:
    """What came beyond an answer is never taken for the next one."""
    met = Met(first=FINAL[kind])
    port = served(met, secure if secured else None)
    with closing(Transport(f"{'https' if secured else 'http'}://127.0.0.1:{port}", 5)) as transport:
        assert [fetch(transport, path) for path in ("/first", "/then", "/then")] == [b"body"] * 3
    assert met.connections == [0, 1, 1]


def test_what_tls_holds_beyond_an_answer_is_no_answer(
    served: Served, secure: ssl.SSLContext
) -> None:
    """The body and more in one record, of which only the body is taken."""
    met = Met(first=OK + b"Content-Length: 4\r\n\r\n")

    def answer(connection: socket.socket, head: bytes) -> None:
        met(connection, head)
        if b"/first" in head:
            connection.sendall(b"body" + OK + b"Content-Length: 4\r\n\r\nevil")

    with closing(Transport(f"https://127.0.0.1:{served(answer, secure)}", 5)) as transport:
        assert [fetch(transport, path) for path in ("/first", "/then")] == [b"body"] * 2
    assert met.connections == [0, 1]


def test_what_comes_later_than_its_answer_is_no_answer(served: Served) -> None:
    """Bytes that arrive between two requests end the connection."""
    met = Met()
    said: list[socket.socket] = []

    def answer(connection: socket.socket, head: bytes) -> None:
        said.append(connection)
        met(connection, head)

    with closing(Transport(f"http://127.0.0.1:{served(answer)}", 5)) as transport:
        fetch(transport, "/1")
        said[0].sendall(OK + b"Content-Length: 4\r\n\r\nevil")
        threading.Event().wait(0.1)
        assert fetch(transport, "/2") == b"body"
    assert met.connections == [0, 1]


def test_an_answer_that_comes_too_late_is_not_taken_for_the_next(served: Served) -> None:
    """After a timeout the connection is not used again."""
    met = Met(slow=OK + b"Content-Length: 4\r\n\r\nevil")

    def answer(connection: socket.socket, head: bytes) -> None:
        if b"/slow" in head:
            threading.Event().wait(0.6)
        met(connection, head)

    with closing(Transport(f"http://127.0.0.1:{served(answer)}", 0.4)) as transport:
        with pytest.raises(FetchError):
            fetch(transport, "/slow")
        assert fetch(transport, "/then") == b"body"


def test_after_what_was_no_answer_the_connection_is_another(served: Served) -> None:
    """Nothing is left of it that would be noticed otherwise."""
    met = Met(bad=OK + b"Content-Length: 4, 4\r\n\r\n")
    with closing(Transport(f"http://127.0.0.1:{served(met)}", 5)) as transport:
        with pytest.raises(FetchError):
            fetch(transport, "/bad")
        assert fetch(transport, "/then") == b"body"
    assert met.connections == [0, 1]


def test_a_connection_that_was_idle_for_long_is_not_used(served: Served) -> None:
    """A connection idle for longer than the timeout is replaced."""
    met = Met()
    with closing(Transport(f"http://127.0.0.1:{served(met)}", 0.3)) as transport:
        fetch(transport, "/1")
        fetch(transport, "/2")
        threading.Event().wait(0.4)
        fetch(transport, "/3")
    assert met.connections == [0, 0, 1]


def test_a_kept_connection_that_ends_instead_of_answering_may_be_tried_again(
    served: Served,
) -> None:
    """A reused connection that closes is a failure that may be retried."""
    met = Met(last=b"")
    with closing(Transport(f"http://127.0.0.1:{served(met)}", 5)) as transport:
        fetch(transport, "/1")
        with pytest.raises(FetchError) as failed:
            fetch(transport, "/last")
        assert (failed.value.code, failed.value.temporary) == ("cut-off", True)
        assert fetch(transport, "/3") == b"body"
    assert met.connections == [0, 0, 1]


def test_no_text_from_a_server_becomes_a_second_header(served: Served) -> None:
    """A path that no request may have is encoded; a value of two lines is not sent."""
    heads: list[bytes] = []

    port = served(noting(heads, OK + b"Content-Length: 0\r\n\r\n"))
    ask(port, "/a b/售后\r\nX: y?c=%20")
    assert heads[0].split(b"\r\n")[0] == (
        b"GET /a%20b/%E5%94%AE%E5%90%8E%0D%0AX:%20y?c=%20 HTTP/1.1"
    )
    for end in ("\r\n", "\n", "\r", "\r\n "):
        transport = Transport(f"http://127.0.0.1:{port}", 5)
        with closing(transport), pytest.raises(FetchError, match="several lines"):
            transport.send("GET", "/", {"Cookie": f"a{end}X: y"})
    assert len(heads) == 1


def test_a_body_is_sent_with_its_length(served: Served) -> None:
    """Whole, behind a head that says how long it is."""
    seen: list[bytes] = []

    def answer(connection: socket.socket, head: bytes) -> None:
        while not head.endswith(b"a=b"):
            head += connection.recv(9)
        noting(seen)(connection, head)

    port = served(answer)
    with closing(Transport(f"http://127.0.0.1:{port}/xwiki", 5)) as transport:
        transport.send("POST", "/bin", {"Accept": "*/*"}, b"a=b").close()
    first, *fields = seen[0].partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert first == b"POST /xwiki/bin HTTP/1.1"
    assert {b"Host: 127.0.0.1:%d" % port, b"Accept: */*", b"Content-Length: 3"} <= set(fields)


@pytest.mark.parametrize("begun", [b"", OK, OK + b"Content-Length: 9\r\n\r\n", CHUNKED + b"9\r\n"])
def test_an_answer_that_does_not_come_is_waited_for_so_long(served: Served, begun: bytes) -> None:
    """The timeout holds before the head, within it, and within the body."""
    transport = Transport(f"http://127.0.0.1:{served(says(begun))}", 0.2)
    with closing(transport), pytest.raises(FetchError) as failed:
        fetch(transport, "/")
    assert failed.value.code == "timeout"


def test_headers_are_told_by_any_spelling_of_their_names(served: Served) -> None:
    """The first of several, or all; a folded one as one line."""
    lines = b"ETAG: a\r\n  b \r\nSet-Cookie: c=d\r\nset-cookie:e=f\r\nX:\xe9\r\n"
    port = served(says(OK + lines + FOUR))
    with (
        closing(Transport(f"http://127.0.0.1:{port}", 5)) as transport,
        closing(transport.send("GET", "/", {})) as got,
    ):
        assert [got.header(n) for n in ("etag", "set-cookie", "x")] == ["a b", "c=d", "é"]
        assert (got.header("date"), got.all_of("date")) == (None, [])
        assert got.all_of("set-cookie") == ["c=d", "e=f"]
