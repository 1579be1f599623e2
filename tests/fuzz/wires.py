"""Targets: what comes over a wire, from a server that is asked and from a reader who asks."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from types import SimpleNamespace
from typing import Any, cast

import msgspec

from importers.base import Options
from importers.rest.page_records import PageRecords
from importers.rest.page_requests import PageRequests
from importers.web.client import Client, WikiServer
from importers.web.connections import _StrictConnection
from importers.web.credentials import Credentials
from importers.web.download import download
from importers.web.failures import FetchError
from importers.web.jobs import Reply
from importers.web.request import Answer, Request
from importers.web.settings import WebSettings
from importers.xwiki.address import Scope, read_address, scope_of
from importers.xwiki.rest_lists import RowLimit, list_changes, list_pages
from importers.xwiki.rest_model import read_wikis
from importers.xwiki.run_context import RunContext
from kb.publish.serve import ServedSite, _SiteHandler
from kb.verify import DigestSink, NothingKnown

from .target import check_storable, folder, parts, text_of

SECRET = b"not of the site"
_SETTINGS = WebSettings(timeout=1, deadline=1, max_rows=200, max_pages=200, max_text=1 << 20)


class _Socket:
    """A connection on which all has come that will."""

    def __init__(self, received: bytes) -> None:
        self._received = received
        self.sent = bytearray()

    def makefile(self, mode: str = "rb", buffering: int = -1) -> Any:
        if "w" in mode:
            raise AssertionError("nothing is written here")
        return (
            io.BytesIO(self._received)
            if buffering
            else io.BufferedReader(io.BytesIO(self._received)).detach()
        )

    def sendall(self, data: bytes) -> None:
        self.sent += data

    def settimeout(self, seconds: float | None) -> None: ...

    def shutdown(self, how: int) -> None: ...

    def close(self) -> None: ...


def http_answer(data: bytes) -> None:
    """Answers of a server, one for each request; through the real client."""
    answers = iter(parts(data))

    class Connection(_StrictConnection):
        patience = 1.0
        is_connected = False

        def connect(self) -> None:
            self.sock = cast("socket.socket", _Socket(next(answers, b"")))

    wiki = WikiServer("http://wiki.example/xwiki", Credentials(), _SETTINGS)
    client = Client(wiki, lambda path: folder() / f"{len(path)}.part")
    cast("Any", client._transport)._pool.ConnectionCls = Connection
    requests = [
        Request("/rest/wikis", decode=read_wikis), Request("/bin/view/A/", kind="html"),
        Request("/rest/a.bin", kind="file", size=9, mimetype="text/plain", resume="/bin/a.bin"),
        Request("/rest/b.bin", kind="file"),
    ]  # fmt: skip
    for request in requests:
        with suppress(FetchError):
            if request.kind == "file":
                size = download(client, request).size
                assert request.size in (None, size)
            else:
                assert len(client.fetch_page(request).body or b"") <= _SETTINGS.max_text
    client.close()


def _replies(data: bytes) -> Iterator[bytes]:
    yield from parts(data)


def _driven(job: Any, bodies: Iterator[bytes]) -> Any:
    """Run a job, each of whose requests is answered by the next body; the last one for ever."""
    last, replies = b"", None
    for _ in range(3000):
        try:
            requests: list[Request] = job.send(replies)
        except StopIteration as stop:
            return stop.value
        replies = []
        for request in requests[:300]:
            last = next(bodies, last)
            replies.append(_reply(request, last))
        replies += [FetchError("not-found", "none", status=404)] * len(requests[300:])
    raise AssertionError("a job asks for ever")


def _reply(request: Request, body: bytes) -> Reply:
    try:
        return Answer(request.path, body, request.decode(body) if request.decode else None)
    except ValueError as error:
        return FetchError("bad-answer", str(error))


@cache
def _run() -> RunContext:
    workers = SimpleNamespace(
        wiki=WikiServer("http://wiki.example", Credentials(), _SETTINGS), with_body=lambda a: a
    )
    scope: Scope = scope_of(read_address("http://wiki.example/"), Options())
    return RunContext(
        workers=cast("Any", workers), wiki="xwiki", name="xwiki", scope=scope,
        known=NothingKnown(), sink=DigestSink(), limit=RowLimit(10), states={},
    )  # fmt: skip


def rest_page(data: bytes) -> None:
    """A page by REST, in JSON or XML: the page itself, then what is asked for in turn."""
    run = msgspec.structs.replace(_run(), limit=RowLimit(10))
    got = _driven(PageRequests(run).read("A.B", None), _replies(data))
    if got.error is None:
        records = PageRecords(run)
        check_storable(records.records(got, records.state(got)))


def rest_list(data: bytes) -> None:
    """The lists of a whole wiki."""
    for job in (
        list_pages("xwiki", RowLimit(3), 0, 50), list_changes("xwiki", RowLimit(3), 0, 50)
    ):  # fmt: skip
        with suppress(FetchError):
            _driven(job, _replies(data))


def url(data: bytes) -> None:
    """A URL that a user pasted."""
    scope_of(read_address(text_of(data)), Options())


@cache
def _site() -> ServedSite:
    root = folder() / "site"
    (root / "a").mkdir(parents=True)
    for name in ("index.html", "404.html", "a/b.js", "a/c.zip"):
        (root / name).write_bytes(b"<head></head>" * 99)
    (folder() / "secret.html").write_bytes(SECRET)
    (root / "a" / ".hidden").write_bytes(SECRET)
    return ServedSite(
        root=root, search=lambda q, n: f"{q} {n}".encode(), hosts=frozenset({"localhost"}),
        version=lambda: "1",
    )  # fmt: skip


def serve(data: bytes) -> None:
    """What a reader sends to `kb serve`: answers only, and nothing that is not of the site."""

    class Handler(_SiteHandler):
        site = _site()

    connection = _Socket(data)
    server = SimpleNamespace(server_name="localhost", server_port=1)
    Handler(cast("Any", connection), ("127.0.0.1", 1), cast("Any", server))
    assert SECRET not in connection.sent
