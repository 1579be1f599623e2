"""What is no wiki, or not ours to read: an error that says what to do, soon, with exit code 4."""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.conftest import Kb

from .standin import Standing

ANSWERS = {
    "another site": (200, "text/html", b"<html><body>hello</body></html>", {}),
    "no list": (200, "application/json", b"{}", {}),
    "401": (401, "text/html", b"<html>no</html>", {"WWW-Authenticate": "Basic"}),
    "403": (403, "text/plain", b"no", {}),
    "404": (404, "text/plain", b"no", {}),
    "500": (500, "text/plain", b"no", {}),
    "redirect": (302, "text/plain", b"", {"Location": "http://elsewhere.invalid/"}),
}


@pytest.fixture
def serve() -> Iterator[Callable[[str], ThreadingHTTPServer]]:
    """Starts servers that answer everything in one way."""
    running: list[ThreadingHTTPServer] = []

    def start(kind: str) -> ThreadingHTTPServer:
        status, mimetype, body, headers = ANSWERS[kind]

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                for name, value in {**headers, "Content-Type": mimetype}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        running.append(server)
        return server

    yield start
    for server in running:
        server.shutdown()


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("another site", "is this the address of an XWiki?"),
        ("no list", "is this the address of an XWiki?"),
        ("401", "log in: --user"),
        ("403", "log in: --user"),
        ("404", "is this the address of an XWiki?"),
        ("500", "try again later"),
        ("redirect", "elsewhere.invalid"),
    ],
)
def test_no_wiki_of_ours(
    serve: Callable[[str], ThreadingHTTPServer], kb: Kb, kind: str, said: str
) -> None:
    """What is no usable wiki gives exit code 4 and a hint, and no traceback."""
    server = serve(kind)
    done = kb("import", f"http://127.0.0.1:{server.server_address[1]}/", check=False)
    assert (done.returncode, said in done.stderr) == (4, True), done.stderr
    assert "Traceback" not in done.stderr


def test_a_certificate_that_nobody_knows(
    serve: Callable[[str], ThreadingHTTPServer], kb: Kb, tmp_path: Path
) -> None:
    """An untrusted certificate gives exit code 4 and names SSL_CERT_FILE."""
    key, own = tmp_path / "key.pem", tmp_path / "own.pem"
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj",
         "/CN=localhost", "-keyout", str(key), "-out", str(own)], capture_output=True,
    )  # fmt: skip
    if made.returncode:
        pytest.skip("openssl makes no certificate here")
    server = serve("another site")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    done = kb("import", f"https://127.0.0.1:{server.server_address[1]}/", check=False)
    assert done.returncode == 4
    assert "SSL_CERT_FILE" in done.stderr


def test_a_guest_who_may_see_nothing_is_told_to_log_in(
    stand: Callable[..., Standing], kb: Kb
) -> None:
    """A wiki that shows a guest no page gives exit code 4; with a login it is imported."""
    wiki = stand({"pages": [{"spaces": ["A"], "name": "B", "revisions": []}], "rights": "login"})
    done = kb("import", wiki.url, check=False)
    assert (done.returncode, "log in: --user" in done.stderr) == (4, True), done.stderr
    done = kb("import", wiki.url, "--user", "admin", "--password-env", "KB_TEST_PASSWORD")
    assert "1 page(s)" in done.stderr


def test_what_is_not_there_to_choose_is_said(stand: Callable[..., Standing], kb: Kb) -> None:
    """A space that does not exist is reported as a problem."""
    wiki = stand()
    assert "[nothing-chosen]" in kb("import", wiki.url, "--space", "Suport").stderr
