"""Serve the internal site and its search on this machine, built again when the archive changes."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from kb.errors import UsageError
from kb.files import MARK
from kb.publish.serve import ServedSite, server_for
from kb.search.asking.hits import to_json

if TYPE_CHECKING:
    from kb.library.library import Library

_EVERY: Final = 2.0
"""Seconds between two looks at whether the archive changed."""
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})


class SiteServer:
    """A server that is bound, and runs once its site is built; a context manager."""

    def __init__(self, library: Library, host: str, port: int) -> None:
        """Bind the address. UsageError where it is taken or not this machine's."""
        self._library = library
        self._out = library.home.build / "internal"
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._answering = ThreadPoolExecutor(1, "search")
        served = ServedSite(
            root=self._out, search=self._answer, hosts=_LOCAL | {host.lower()},
            version=lambda: (self._out / MARK).read_text("ascii"),
        )  # fmt: skip
        try:
            self._server = server_for(served, host, port)
        except OSError as error:
            raise _unbound(host, port, error) from error
        self.url: Final = f"http://{host}:{self._server.server_address[1]}/"

    def __enter__(self) -> SiteServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def serve(self, on_ready: Callable[[], None] | None = None) -> None:
        """Build the site, call ``on_ready``, then answer until `close` or an exception ends it."""
        self._build()
        if on_ready is not None:
            on_ready()
        threading.Thread(target=self._watch, daemon=True).start()
        self._server.serve_forever()

    def close(self) -> None:
        """Stop building and give the address up."""
        self._stopping.set()
        self._server.server_close()
        self._answering.shutdown(wait=False, cancel_futures=True)

    def _build(self) -> None:
        with self._lock:
            self._library.build(self._out)

    def _answer(self, query: str, limit: int) -> bytes:
        """Search in one thread for all requests: the index is opened once."""
        return self._answering.submit(self._search, query, limit).result()

    def _search(self, query: str, limit: int) -> bytes:
        with self._lock:
            return to_json(self._library.search(query, limit=limit))

    def _watch(self) -> None:
        seen = self._changed()
        while not self._stopping.wait(_EVERY):
            now = self._changed()
            if now != seen:
                seen = now
                self._build()

    def _changed(self) -> list[tuple[int, int]]:
        archive = self._library.home.archive
        files = (archive, archive.with_name(archive.name + "-wal"))
        stats = [file.stat() for file in files if file.exists()]
        return [(stat.st_mtime_ns, stat.st_size) for stat in stats]


def _unbound(host: str, port: int, error: OSError) -> UsageError:
    taken = error.errno in (errno.EADDRINUSE, errno.EACCES)
    hint = "choose another --port; 0 takes any that is free" if taken else "choose another --host"
    return UsageError(f"{host}:{port}: {error.strerror}", hint=hint)
