"""Fixtures: a wiki to ask, an archive to put it in, servers that say what a test says."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from importers.web import connections

from .raw import Served, serving
from .standin import PASSWORD, Home, Standing, standin_module


@pytest.fixture(scope="session")
def sample(shared: Path) -> Callable[[], dict[str, Any]]:
    """Makes the developers' wiki."""
    return lambda: standin_module(shared / "standin" / "samplewiki.py").make_wiki()


@pytest.fixture
def stand(
    shared: Path, sample: Callable[[], dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Standing]]:
    """Starts stand-ins with a wiki and options; stops them at the end."""
    monkeypatch.setenv("KB_TEST_PASSWORD", PASSWORD)
    module = standin_module(shared / "standin" / "standin.py")
    with ExitStack() as stack:

        def start(wiki: dict[str, Any] | None = None, **options: Any) -> Standing:
            given = {"user": "admin", "password": PASSWORD, **options}
            server = module.StandIn(wiki or sample(), **given)
            url = stack.enter_context(server)
            return Standing(server, url)

        yield start


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty archive."""
    return Home(tmp_path)


@pytest.fixture
def served() -> Iterator[Served]:
    """Starts servers that give what a test says; the port of each."""
    with serving() as start:
        yield start


@pytest.fixture(scope="session")
def certified(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for this machine's own addresses that signs itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    made, key = folder / "cert.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=here", "-addext", "subjectAltName=IP:127.0.0.1,IP:::1"]
    subprocess.run([*command, "-keyout", key, "-out", made], check=True, capture_output=True)
    return made, key


@pytest.fixture
def secure(
    certified: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> Iterator[ssl.SSLContext]:
    """A server's side of TLS whose certificate we trust."""
    made, key = certified
    monkeypatch.setenv("SSL_CERT_FILE", str(made))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    connections.trusted.cache_clear()
    yield context
    connections.trusted.cache_clear()
