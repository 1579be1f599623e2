"""Serve the internal site and its search on this machine, built again when the archive changes."""

from __future__ import annotations

import errno
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import msgspec

from kb.errors import KbError, UsageError
from kb.files import MARK
from kb.locks import BusyError, writing
from kb.publish.paths import case_path, decode
from kb.publish.serve import ServedSite, server_for
from kb.search.asking.hits import to_json

if TYPE_CHECKING:
    from kb.library.library import Library

_EVERY: Final = 2.0
"""Seconds between two looks at whether the archive changed."""
_AT_LEAST: Final = 60.0
"""Seconds after which a build that failed is tried again at the latest."""
_LOG: Final = logging.getLogger("kb")
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})


class SiteServer:
    """A server that is bound, and runs once its site is built; a context manager."""

    def __init__(self, library: Library, host: str, port: int) -> None:
        """Bind the address. UsageError where it is taken or not this machine's."""
        self._library = library
        self._out = library.home.build / "internal"
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._seen: list[tuple[int, int]] | None = None
        """How the home's files stood at the last build that came to its end."""
        self._told = ""
        self._answering = ThreadPoolExecutor(1, "search")
        served = ServedSite(
            root=self._out, search=self._answer, hosts=_LOCAL | {host.lower()},
            version=self._version,
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
        """Build the site, call ``on_ready``, then answer until `close` or an exception ends it.

        Where it cannot be built, the one that is there is served. Raises what a build raises where
        there is none.
        """
        try:
            self._build()
        except Exception as error:
            if not (self._out / MARK).is_file():
                raise
            self._tell(error)
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
        now = self._changed()
        with self._lock:
            self._library.build(self._out)
        self._seen = now

    def _answer(self, query: str, limit: int) -> bytes:
        """Search in one thread for all requests: the index is opened once."""
        return self._answering.submit(self._search, query, limit).result()

    def _search(self, query: str, limit: int) -> bytes:
        with self._lock:
            found = self._library.search(query, limit=limit)
        if self._seen != self._changed():  # the records are ahead of the site
            shown = tuple(hit for hit in found.hits if hit.kind != "case" or self._shows(hit.id))
            total = found.total - len(found.hits) + len(shown)
            found = msgspec.structs.replace(found, hits=shown, total=total)
        return to_json(found)

    def _shows(self, case: str) -> bool:
        """Whether the site has a page of the case."""
        wikis = (self._out / "case").iterdir()
        return any((self._out / case_path(decode(wiki.name), case)).is_file() for wiki in wikis)

    def _watch(self) -> None:
        """Build whenever the home changed; again, ever more rarely, after a build that failed."""
        wait = _EVERY
        while not self._stopping.wait(wait):
            if self._seen == self._changed():
                continue
            try:
                with writing(self._out, "this site", limit=0):  # else the other build does it
                    self._build()
                wait = _EVERY
            except BusyError:
                continue
            except Exception as error:  # whatever it is, what is there is served on
                self._seen = None
                self._tell(error)
                wait = min(2 * wait, _AT_LEAST)

    def _tell(self, error: Exception) -> None:
        """Say once why there is no new site."""
        hint = f" ({error.hint})" if isinstance(error, KbError) and error.hint else ""
        said = f"not built, the last site stays: {error or type(error).__name__}{hint}"
        if said != self._told:
            self._told = said
            _LOG.warning("%s", said)

    def _version(self) -> str:
        try:
            return (self._out / MARK).read_text("ascii")
        except OSError:
            return ""  # between two renames

    def _changed(self) -> list[tuple[int, int]]:
        home = self._library.home
        log = home.archive.with_name(f"{home.archive.name}-wal")
        files = (home.archive, log, home.root / "corrections.toml")
        stats = [file.stat() for file in files if file.exists()]
        return [(stat.st_mtime_ns, stat.st_size) for stat in stats]


def _unbound(host: str, port: int, error: OSError) -> UsageError:
    taken = error.errno in (errno.EADDRINUSE, errno.EACCES)
    hint = "choose another --port; 0 takes any that is free" if taken else "choose another --host"
    return UsageError(f"{host}:{port}: {error.strerror}", hint=hint)
