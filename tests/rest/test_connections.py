"""Ways to a server: names and addresses, TLS, the proxy of the environment."""

from __future__ import annotations

import select
import socket
import ssl
import subprocess
import threading
from contextlib import closing, suppress
from pathlib import Path

import pytest

from importers.web import connections
from importers.web.failures import FetchError
from importers.web.transport import Transport
from kb.errors import UsageError

from .raw import FOUR, OK, Answer, Served, ask, noting, says


def relay(seen: list[bytes]) -> Answer:
    """A proxy that tells a plain request what it was, and passes on bytes after CONNECT."""

    def answer(connection: socket.socket, head: bytes) -> None:
        seen.append(head)
        if not head.startswith(b"CONNECT"):
            connection.sendall(OK + FOUR)
            return
        host, _, port = head.split()[1].decode().rpartition(":")
        with socket.create_connection((host.strip("[]"), int(port))) as behind:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\nVia: us\r\n\r\n")
            passed_on(connection, behind)

    return answer


def passed_on(one: socket.socket, other: socket.socket) -> None:
    """Hand on what either says until one of them ends."""
    while True:
        held = [s for s in (one, other) if isinstance(s, ssl.SSLSocket) and s.pending()]
        for source in held or select.select([one, other], [], [])[0]:
            piece = source.recv(65536)
            if not piece:
                return
            (other if source is one else one).sendall(piece)


def socks_proxy(listener: socket.socket, seen: list[bytes]) -> None:
    """A SOCKS5 proxy (RFC 1928, 1929) that asks who we are and notes what it is told."""
    connection, _ = listener.accept()
    with connection, suppress(OSError):
        for answer in (b"\x05\x02", b"\x01\x00", b"\x05\x00\x00\x01" + bytes(6)):
            seen.append(connection.recv(65536))
            connection.sendall(answer)
        port = int.from_bytes(seen[-1][-2:], "big")
        with socket.create_connection(("127.0.0.1", port)) as behind:
            passed_on(connection, behind)


@pytest.mark.parametrize("inner", ["http", "https"])
def test_a_proxy_of_the_environment_is_used(
    served: Served, secure: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, inner: str
) -> None:
    """By HTTP to it, by HTTP and TLS through it, as the user that its address names."""
    seen: list[bytes] = []
    behind = served(says(OK + FOUR), secure if inner == "https" else None)
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv(f"{inner}_proxy", f"http://me:s%40y@127.0.0.1:{served(relay(seen))}")
    assert ask(behind, scheme=inner) == b"body"
    (head,) = seen
    first = {
        "http": b"GET http://127.0.0.1:%d/rest/wikis HTTP/1.1" % behind,
        "https": b"CONNECT 127.0.0.1:%d HTTP/1." % behind,
    }
    assert head.startswith(first[inner])
    assert b"Proxy-Authorization: Basic bWU6c0B5\r\n" in head


def test_a_proxy_is_told_of_us_and_the_server_behind_it_is_not(
    served: Served, secure: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes through TLS has no login of the proxy, and many requests take one connection."""
    seen: list[bytes] = []
    heads: list[bytes] = []

    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("all_proxy", f"me:x@127.0.0.1:{served(relay(seen))}")
    with closing(Transport(f"https://127.0.0.1:{served(noting(heads), secure)}", 5)) as transport:
        for _ in range(3):
            with closing(transport.send("GET", "/", {"Authorization": "Basic of-the-wiki"})) as got:
                assert got.read(9) == b"body"
    assert (len(seen), len(heads)) == (1, 3)
    assert b"of-the-wiki" not in seen[0]
    assert b"Proxy-Authorization" not in b"".join(heads)


def test_a_server_that_the_environment_excepts_is_asked_directly(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host in no_proxy is reached without the proxy."""
    monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert ask(served(says(OK + FOUR))) == b"body"


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 407 Who \x1b[2Jare you\r\n\r\n",
        b"HTTP/1.1 502 " + b"x" * 9000 + b"\r\n\r\n",
        b"no HTTP\r\n",
        b"",
    ],
)
def test_a_proxy_that_refuses_is_named(
    served: Served, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    """With what it says, as far as that fits a line; and it is left."""
    left = threading.Event()

    def answer(connection: socket.socket, _: bytes) -> None:
        connection.sendall(said)
        connection.shutdown(socket.SHUT_WR)
        if not connection.recv(1):
            left.set()

    proxy = served(answer)
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("https_proxy", f"me:secret@127.0.0.1:{proxy}")
    with pytest.raises(FetchError, match=rf"by the proxy 127\.0\.0\.1:{proxy}: ") as failed:
        ask(1, scheme="https")
    assert (failed.value.code, failed.value.temporary) == ("unreachable", True)
    assert left.wait(5)
    assert failed.value.detail.isprintable()
    assert len(failed.value.detail) < 300
    assert "secret" not in failed.value.detail
    assert ("407 Who" in failed.value.detail) == (b"407" in said)


@pytest.mark.parametrize("inner", ["http", "https"])
def test_a_proxy_may_be_reached_by_tls(
    served: Served, secure: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, inner: str
) -> None:
    """With a server behind it that speaks plain HTTP, and one that speaks TLS within that TLS."""
    seen: list[bytes] = []
    behind = served(says(OK + FOUR), secure if inner == "https" else None)
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("all_proxy", f"https://me:x@127.0.0.1:{served(relay(seen), secure)}")
    with closing(Transport(f"{inner}://127.0.0.1:{behind}", 5)) as transport:
        for _ in range(2):
            with closing(transport.send("GET", "/", {})) as got:
                assert got.read(9) == b"body"
    assert b"Proxy-Authorization: Basic bWU6eA==\r\n" in seen[0]
    assert len(seen) == {"http": 2, "https": 1}[inner]


@pytest.mark.parametrize("inner", ["http", "https"])
def test_a_proxy_may_speak_socks(
    served: Served, secure: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, inner: str
) -> None:
    """It is told who we are and the address that is meant, and TLS goes through it."""
    seen: list[bytes] = []
    behind = served(says(OK + FOUR), secure if inner == "https" else None)
    monkeypatch.setenv("no_proxy", "")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=socks_proxy, args=(listener, seen), daemon=True).start()
        monkeypatch.setenv("all_proxy", f"socks5h://me:s%40y@127.0.0.1:{listener.getsockname()[1]}")
        assert ask(behind, scheme=inner) == b"body"
    assert seen[1:] == [
        b"\x01\x02me\x03s@y",
        b"\x05\x01\x00\x01" + socket.inet_aton("127.0.0.1") + behind.to_bytes(2, "big"),
    ]


def test_a_socks_proxy_without_its_extra_is_a_mistake_that_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The error names the variable and the extra, and not the password."""
    monkeypatch.setattr(connections, "find_spec", lambda _: None)
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("all_proxy", "socks5://me:secret@127.0.0.1:1")
    with pytest.raises(UsageError, match=r"^all_proxy: a SOCKS proxy needs PySocks$") as failed:
        ask(1)
    assert "wiki-casebook[socks]" in failed.value.hint


@pytest.mark.parametrize("variable", ["https_proxy", "all_proxy"])
def test_a_proxy_of_another_kind_is_a_mistake_that_says_what_to_write(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """The error names the variable and a proxy that is known, and not the password."""
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv(variable, "ftp://me:secret@127.0.0.1:1")
    with pytest.raises(UsageError, match=f"^{variable}: a proxy by ftp is not known$") as failed:
        ask(1, scheme="https")
    assert f"{variable}=http://" in failed.value.hint


def test_a_proxy_without_a_good_address_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that is no number is a usage error that names the variable."""
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:eighty")
    with pytest.raises(UsageError, match="http_proxy"):
        ask(1)


def test_an_address_of_ipv6_stands_in_brackets(
    served: Served, secure: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the Host header, and in what a proxy is told; not where it is looked up or proven."""
    heads: list[bytes] = []
    seen: list[bytes] = []

    try:
        port, secured = served(noting(heads), None, "::1"), served(noting(heads), secure, "::1")
    except OSError:
        pytest.skip("this machine has no IPv6")
    assert ask(port, host="[::1]") == b"body"
    assert ask(secured, scheme="https", host="[::1]") == b"body"
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("all_proxy", f"127.0.0.1:{served(relay(seen))}")
    assert ask(port, host="[::1]") == b"body"
    assert ask(secured, scheme="https", host="[::1]") == b"body"
    for head, number in zip(heads, (port, secured, secured), strict=True):
        assert b"\r\nHost: [::1]:%d\r\n" % number in head
    assert seen[0].startswith(b"GET http://[::1]:%d/" % port)
    assert seen[1].startswith(b"CONNECT [::1]:%d HTTP/1." % secured)


def test_a_host_is_called_as_its_url_calls_it(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In its own letters, and as DNS writes what is beyond ASCII."""
    seen: list[bytes] = []
    port = served(relay(seen))
    assert ask(port, host="LocalHost") == b"body"
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("http_proxy", f"127.0.0.1:{port}")
    assert ask(80, host="维基.Example") == b"body"
    assert b"\r\nHost: LocalHost:%d\r\n" % port in seen[0]
    assert seen[1].startswith(b"GET http://xn--3jsx02g.example:80/")
    assert b"\r\nHost: xn--3jsx02g.Example:80\r\n" in seen[1]


@pytest.mark.parametrize("host", ["my wiki", "维" * 70])
def test_what_cannot_be_a_host_is_a_mistake(host: str) -> None:
    """A name that DNS cannot have is a usage error."""
    with pytest.raises(UsageError, match="no name of a host"):
        ask(80, host=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "a..b", "x" * 70 + ".invalid", "nowhere.invalid"])
def test_a_server_that_is_not_there_is_unreachable(host: str) -> None:
    """A closed port, a bad or unknown name: one failure, which may be retried."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(FetchError, match="no connection: ") as failed:
        ask(port, host=host)
    assert (failed.value.code, failed.value.temporary) == ("unreachable", True)


def test_who_does_not_prove_who_it_is_is_told_nothing(
    served: Served, secure: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate for another name, one of nobody we know."""
    heads: list[bytes] = []
    port = served(lambda _, head: heads.append(head), secure)
    for host in ("localhost", "127.0.0.1"):
        with pytest.raises(FetchError, match="certificate verify failed") as failed:
            ask(port, scheme="https", host=host)
        assert (failed.value.code, failed.value.tries) == ("tls", 2)
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        connections.trusted.cache_clear()
    assert heads == []


def test_a_server_that_speaks_no_tls_is_told_nothing() -> None:
    """Under https, a server without TLS is a failure of TLS; nothing is sent in clear."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        transport = Transport(f"https://127.0.0.1:{port}", 5)

        def greet() -> None:
            with listener.accept()[0] as connection:
                connection.sendall(b"220 smtp ready\r\n")
                connection.recv(9)

        threading.Thread(target=greet, daemon=True).start()
        with closing(transport), pytest.raises(FetchError, match="no secure connection") as failed:
            transport.send("GET", "/", {})
    assert failed.value.code == "tls"


def test_a_server_that_does_not_shake_hands_is_waited_for_so_long() -> None:
    """The timeout holds for the TLS handshake too."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        transport = Transport(f"https://127.0.0.1:{silent.getsockname()[1]}", 0.2)
        with closing(transport), pytest.raises(FetchError) as failed:
            transport.send("GET", "/", {})
    assert failed.value.code == "timeout"


def test_authorities_may_be_a_folder(
    served: Served,
    secure: ssl.SSLContext,
    certified: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of files that are called as OpenSSL looks for them."""
    port = served(says(OK + FOUR), secure)
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    connections.trusted.cache_clear()
    with pytest.raises(FetchError, match="certificate verify failed"):
        ask(port, scheme="https")
    asked = ["openssl", "x509", "-hash", "-noout", "-in", str(certified[0])]
    name = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    (tmp_path / f"{name}.0").write_bytes(certified[0].read_bytes())
    connections.trusted.cache_clear()
    assert ask(port, scheme="https") == b"body"
