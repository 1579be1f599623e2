"""`kb serve`: the site and its search API from this machine."""

from __future__ import annotations

import errno
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path

import click

from kb.cases.store.store import up_to_date
from kb.cli.build_ import memory_of, site_of
from kb.cli.console import home_option, say
from kb.cli.search_ import json_of
from kb.config import Home, find_home
from kb.errors import UsageError
from kb.files import MARK
from kb.publish.build import build
from kb.publish.serve import Served, server_for
from kb.redact.material import ArchiveMaterial
from kb.search.find import Options
from kb.search.service import searching

_EVERY = 2.0
"""Seconds between two looks at whether the archive changed."""
_LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})


@click.command(epilog="Example: kb serve --port 8080")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port to listen on; 0 takes any that is free and says which.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@home_option
def command(port: int, host: str, home: Path | None) -> None:
    """Build the internal site, serve it, and build again whenever the archive changes."""
    place = find_home(home)
    out = place.build / "internal"
    lock = threading.Lock()
    served = Served(
        out, lambda query, limit: _answer(place, lock, query, limit), _LOCAL | {host.lower()},
        lambda: (out / MARK).read_text("ascii"),
    )  # fmt: skip
    server = _bound(served, host, port)  # before the build, which may take a while
    stopping = threading.Event()
    try:
        _build(place, out, lock)
        say("note", "cyan", "the internal site: personal data is shown to whoever can reach it")
        say("serving", "green", f"http://{host}:{server.server_address[1]}/ (Ctrl-C ends it)")
        threading.Thread(target=_watch, args=(place, out, lock, stopping), daemon=True).start()
        server.serve_forever()
    finally:
        stopping.set()
        server.server_close()


def _bound(served: Served, host: str, port: int) -> ThreadingHTTPServer:
    try:
        return server_for(served, host, port)
    except OSError as error:
        taken = error.errno in (errno.EADDRINUSE, errno.EACCES)
        hint = (
            "choose another --port; 0 takes any that is free" if taken else "choose another --host"
        )
        raise UsageError(f"{host}:{port}: {error.strerror}", hint=hint) from error


def _build(place: Home, out: Path, lock: threading.Lock) -> None:
    with lock, up_to_date(place) as (archive, store):
        build(ArchiveMaterial(archive, store), out, site_of(place, "internal"), memory_of(place))


def _answer(place: Home, lock: threading.Lock, query: str, limit: int) -> bytes:
    with lock, searching(place) as search:
        found = search.find(query, Options(limit=limit))
    return json_of(found)


def _watch(place: Home, out: Path, lock: threading.Lock, stopping: threading.Event) -> None:
    """Build again when the archive's files change."""
    seen = _changed(place)
    while not stopping.wait(_EVERY):
        now = _changed(place)
        if now != seen:
            seen = now
            _build(place, out, lock)


def _changed(place: Home) -> list[tuple[int, int]]:
    files = (place.archive, place.archive.with_name(place.archive.name + "-wal"))
    stats = [file.stat() for file in files if file.exists()]
    return [(stat.st_mtime_ns, stat.st_size) for stat in stats]
