"""A wiki to ask: the stand-in beside the project, and an archive to put it in."""

from __future__ import annotations

import hashlib
import importlib.util
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from importers.base import Options, Source, importer_named
from importers.web import connections
from kb.archive import Archive
from kb.archive.ingest import IngestReport
from kb.model import PageId
from tests.rest.raw import Served, serving

PASSWORD = "tr0ub4dor&3 秘"
USER = {"user": "admin", "password_env": "KB_TEST_PASSWORD"}


def _module(path: Path) -> Any:
    name = f"standin_{path.stem}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@dataclass
class Standing:
    """A running stand-in."""

    server: Any
    url: str

    def requests(self) -> int:
        return int(self.server.stats()["requests"])


@pytest.fixture(scope="session")
def sample(shared: Path) -> Callable[[], dict[str, Any]]:
    """Makes the developers' wiki."""
    return lambda: _module(shared / "standin" / "samplewiki.py").make_wiki()


@pytest.fixture
def stand(
    shared: Path, sample: Callable[[], dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Standing]]:
    """Starts stand-ins with a wiki and options; stops them at the end."""
    monkeypatch.setenv("KB_TEST_PASSWORD", PASSWORD)
    module = _module(shared / "standin" / "standin.py")
    with ExitStack() as stack:

        def start(wiki: dict[str, Any] | None = None, **options: Any) -> Standing:
            given = {"user": "admin", "password": PASSWORD, **options}
            server = module.StandIn(wiki or sample(), **given)
            url = stack.enter_context(server)
            return Standing(server, url)

        yield start


@dataclass
class Home:
    """An archive in a folder, and what imports reported."""

    folder: Path
    reports: list[IngestReport] = field(default_factory=list)

    @property
    def path(self) -> Path:
        return self.folder / "archive.db"

    def take(self, location: str, format_name: str = "rest", **options: Any) -> IngestReport:
        """Import, as a user with a password unless told otherwise."""
        given = {**USER, "scratch": str(self.folder / "fetch"), **options}
        with Archive(self.path, create=True) as archive:
            known = archive.source(location, format_name)
            importer = importer_named(format_name)
            items = importer.records(Source(location), Options(**given), known, archive.blobs)
            self.reports.append(archive.ingest(known, items))
        return self.reports[-1]

    def differences(self, server: Any, *, skip: Callable[[Any], bool] = lambda _: False) -> list:
        """How the archive differs from the wiki itself, in contents, authors, dates, files."""
        with Archive(self.path) as archive:
            return [
                line
                for doc in server.wiki.all_docs()
                if not skip(doc)
                for line in _page_differences(archive, doc)
            ]


def _page_differences(archive: Archive, doc: Any) -> Iterator[str]:
    view = archive.page(PageId("xwiki", doc.full, doc.locale))
    name = f"{doc.full} {doc.locale}".strip()
    if view is None or view.gone:
        yield f"{name}: missing"
        return
    revisions = {r.version: r for r in archive.revisions(view.key)}
    if set(revisions) != {r.version for r in doc.revs}:
        yield f"{name}: versions {sorted(revisions)}"
    for rev in doc.revs:
        found = revisions.get(rev.version)
        if found is None:
            continue
        for what, is_, should in (
            ("content", archive.content(view.key, rev.version), rev.content),
            ("author", found.author, rev.author),
            ("date", found.date, moment(rev.ms)),
            ("comment", found.comment, rev.comment),
            ("title", found.title, rev.title),
        ):
            if is_ != should:
                yield f"{name} {rev.version}: {what} {is_!r} is not {should!r}"
    files = {(f.name, f.version): f.sha256 for f in view.attachments}
    wanted = {} if doc.locale else dict(_files(doc))
    if files != wanted:
        yield f"{name}: files {files} are not {wanted}"
    comments = [(c.number, c.text, c.author, c.date, c.reply_to) for c in view.comments]
    if comments != [_comment(o) for o in doc.comments()]:
        yield f"{name}: comments {comments}"
    if set(view.tags) != set(doc.tags()):
        yield f"{name}: tags {view.tags}"


def _files(doc: Any) -> Iterator[tuple[tuple[str, str], str | None]]:
    for file, _ in doc.files():
        for version in file.versions:
            digest = None if file.lost else hashlib.sha256(version.all()).hexdigest()
            yield (file.name, version.version), digest


def _comment(thing: Any) -> tuple[Any, ...]:
    value = thing.value
    return thing.number, value("comment"), value("author"), moment(value("date")), value("replyto")


def moment(milliseconds: int) -> str:
    from kb.times import from_epoch

    text = from_epoch(milliseconds)
    assert text is not None
    return text


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
