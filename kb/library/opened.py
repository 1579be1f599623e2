"""What a library has open: archive, records and search of a home, for each thread its own."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Protocol, TypeVar

from kb.config import Home
from kb.errors import UsageError
from kb.files import make_folder, unwritable_told
from kb.freshness import home_stamp

if TYPE_CHECKING:
    from kb.archive import Archive
    from kb.cases.store.store import CaseStore
    from kb.search.service import HomeSearch


class _Closable(Protocol):
    def close(self) -> None: ...


_Item = TypeVar("_Item")
_Kept = TypeVar("_Kept", bound=_Closable)


class _OfThread(threading.local):
    """One thread's connections, and the state of the home's files when they were brought up."""

    def __init__(self) -> None:
        self.archive: Archive | None = None
        self.store: CaseStore | None = None
        self.refreshed: str | None = None
        self.searches: dict[bool, tuple[str, HomeSearch]] = {}


class Opened:
    """Opens what is asked for when it is asked for, and brings it up to date.

    SQLite's connections and search readers belong to the thread that opened them, so each thread
    has its own; they are closed together. Whether anything changed is told by the files' own
    facts, so that asking again costs next to nothing.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._here = _OfThread()
        self._lock = threading.Lock()
        self._all = ExitStack()
        self._closed = False
        self._told = False

    def while_open(self, items: Iterable[_Item]) -> Iterator[_Item]:
        """Yield the items as long as the library is open. UsageError once it is closed."""
        iterator = iter(items)
        while True:
            self._check()
            try:
                item = next(iterator)
            except StopIteration:
                return
            yield item

    def _check(self) -> None:
        if self._closed:
            raise UsageError("the library is closed", hint="open it again with kb.open")

    def archive(self) -> Archive:
        """Return the thread's archive. InputError where nothing was imported."""
        self._check()
        if self._here.archive is None:
            from kb.archive import Archive  # who only searches an index that is fresh needs none

            self._here.archive = self._keep(Archive(self._home.archive))
        return self._here.archive

    def store(self) -> CaseStore:
        """Return the thread's case records, brought up to the archive."""
        here, archive = self._here, self.archive()
        if here.store is None:
            from kb.cases.store.store import CaseStore

            self._tell_where()
            with unwritable_told(self._home.cases):
                here.store = self._keep(CaseStore(self._home.cases))
        stamp = home_stamp(self._home)
        if stamp is None or stamp != here.refreshed:
            with self._lock, unwritable_told(self._home.cases):
                here.store.refresh(archive, self._home.config.cases, self._home.root, stamp=stamp)
            here.refreshed = stamp
        return here.store

    def search(self, *, old: bool) -> HomeSearch:
        """Return the thread's search over what the home has, or once had, brought up to date."""
        self._check()
        stamp = home_stamp(self._home)
        held = self._here.searches.get(old)
        if held is not None and stamp is not None and held[0] == stamp:
            return held[1]
        from kb.search.service import searching

        self._tell_where()
        with self._lock, unwritable_told(self._home.index):
            search = self._all.enter_context(searching(self._home, old=old))
        if stamp is not None:
            self._here.searches[old] = (stamp, search)
        return search

    def _tell_where(self) -> None:
        """Tell once where what is derived is, and make the place, where the home is only read."""
        if self._told or self._home.derived == self._home.archive.parent:
            return
        self._told = True
        make_folder(self._home.derived)
        with suppress(OSError):
            self._home.derived.chmod(0o700)
        import logging  # which takes long to load

        logging.getLogger("kb").warning(
            "note: %s cannot be written to: records, index and sites are in %s",
            self._home.archive.parent, self._home.derived,
        )  # fmt: skip

    def close(self) -> None:
        """Close everything that any thread opened."""
        self._closed = True
        self._here = _OfThread()
        with self._lock:
            self._all.close()

    def _keep(self, resource: _Kept) -> _Kept:
        with self._lock:
            self._all.callback(resource.close)
        return resource
