"""Ways to a server: names and addresses, TLS, the proxy of the environment."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from contextlib import closing, suppress
from pathlib import Path

import pytest

from importers.web import route
from importers.web.failures import FetchError
from importers.web.wire import Wire
from kb.errors import UsageError
from tests.rest.raw import FOUR, OK, Answer, Served, ask, noting, says


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
            back = threading.Thread(target=passed_on, args=(behind, connection), daemon=True)
            back.start()
            passed_on(connection, behind)

    return answer


def passed_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)


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
    with closing(Wire(f"https://127.0.0.1:{served(noting(heads), secure)}", 5)) as wire:
        for _ in range(3):
            with closing(wire.send("GET", "/", [(b"Authorization", b"Basic of-the-wiki")])) as got:
                assert got.read(9) == b"body"
    assert (len(seen), len(heads)) == (1, 3)
    assert b"of-the-wiki" not in seen[0]
    assert b"Proxy-Authorization" not in b"".join(heads)


def test_a_server_that_the_environment_excepts_is_asked_directly(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
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
    assert (failed.value.code, failed.value.passing) == ("unreachable", True)
    assert left.wait(5)
    assert failed.value.detail.isprintable()
    assert len(failed.value.detail) < 300
    assert "secret" not in failed.value.detail
    assert ("407 Who" in failed.value.detail) == (b"407" in said)


@pytest.mark.parametrize("variable", ["https_proxy", "all_proxy"])
@pytest.mark.parametrize("kind", ["https", "socks5"])
def test_a_proxy_of_another_kind_is_a_mistake_that_says_what_to_write(
    monkeypatch: pytest.MonkeyPatch, variable: str, kind: str
) -> None:
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv(variable, f"{kind}://me:secret@127.0.0.1:1")
    with pytest.raises(UsageError, match=f"^{variable}: a proxy by {kind} is not known$") as failed:
        ask(1, scheme="https")
    assert f"{variable}=http://" in failed.value.hint


def test_a_proxy_without_a_good_address_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
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
    assert [head.split(b"\r\n")[1] for head in heads] == [
        b"Host: [::1]:%d" % number for number in (port, secured, secured)
    ]
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
    assert seen[1].startswith(b"GET http://xn--3jsx02g.Example:80/")


@pytest.mark.parametrize("host", ["my wiki", "维" * 70])
def test_what_cannot_be_a_host_is_a_mistake(host: str) -> None:
    with pytest.raises(UsageError, match="no name of a host"):
        ask(80, host=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "a..b", "x" * 70 + ".invalid", "nowhere.invalid"])
def test_a_server_that_is_not_there_is_unreachable(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(FetchError, match="no connection: ") as failed:
        ask(port, host=host)
    assert (failed.value.code, failed.value.passing) == ("unreachable", True)


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
        route.context.cache_clear()
    assert heads == []


def test_a_server_that_speaks_no_tls_is_told_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        wire = Wire(f"https://127.0.0.1:{port}", 5)

        def greet() -> None:
            with listener.accept()[0] as connection:
                connection.sendall(b"220 smtp ready\r\n")
                connection.recv(9)

        threading.Thread(target=greet, daemon=True).start()
        with closing(wire), pytest.raises(FetchError, match="no secure connection") as failed:
            wire.send("GET", "/", [])
    assert failed.value.code == "tls"


def test_a_server_that_does_not_shake_hands_is_waited_for_so_long() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        wire = Wire(f"https://127.0.0.1:{silent.getsockname()[1]}", 0.2)
        with closing(wire), pytest.raises(FetchError) as failed:
            wire.send("GET", "/", [])
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
    route.context.cache_clear()
    with pytest.raises(FetchError, match="certificate verify failed"):
        ask(port, scheme="https")
    asked = ["openssl", "x509", "-hash", "-noout", "-in", str(certified[0])]
    name = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    (tmp_path / f"{name}.0").write_bytes(certified[0].read_bytes())
    route.context.cache_clear()
    assert ask(port, scheme="https") == b"body"
