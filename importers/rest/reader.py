"""Read pages by REST; retry temporary failures once; read what REST cannot by the viewers."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from importers.base import EXPECTED
from importers.rest.page_records import PageRecords
from importers.rest.page_requests import PageFetched, PageRequests
from importers.rest.wanted import Refusals
from importers.web.failures import FetchError
from importers.web.jobs import Job
from importers.xwiki.rest_lists import changes_of
from importers.xwiki.run_context import RunContext, off_disk
from kb.model import Checkpoint, FetchState, Gone, Item, PageId, PageSeen
from kb.times import from_epoch, now

if TYPE_CHECKING:
    from importers.viewer_html.crawl import ViewRun
    from importers.viewer_html.view_markup import HistoryLine

_JOURNAL = 256 << 20
"""Bytes of the journal at which a checkpoint is made, after which it starts empty."""


class WikiReader:
    """Reads pages of one wiki, and remembers the state of each."""

    def __init__(self, run: RunContext, refusals: Refusals) -> None:
        self._run = run
        self._refusals = refusals
        self._first = not run.states
        self.rows: Counter[str] | None = None
        """Number of rows of each page in the wiki's list; None where there is no list."""
        self._requests = PageRequests(run)
        self._page_records = PageRecords(run)

    def translations(self, name: str) -> int:
        """Return the number of translations by the wiki's list; 0 where it is not known."""
        return self.rows[name] - 1 if self.rows and name in self.rows else 0

    @cached_property
    def _views(self) -> ViewRun:
        from importers.viewer_html.crawl import ViewRun  # parsers, which few wikis need

        views = ViewRun(self._run)
        views.listed.rows = self.rows
        return views

    def read(self, names: list[str], *, fresh: bool = False) -> Iterator[Item]:
        """Read pages; those with temporary failures once more when all others are done.

        ``fresh`` is True for pages that this run has read before.
        """
        if not names:
            return
        self._run.met.update(names)
        yield FetchState(key=EXPECTED, value=str(len(names)))
        again: list[str] = []
        yield from self._read_all(deque(names), again, fresh=fresh)
        yield from self._read_all(deque(again), None, fresh=fresh)
        yield from self._by_viewers([n for n in names if n in self._run.failed])

    def _by_viewers(self, names: list[str]) -> Iterator[Item]:
        """Read pages by their viewers that REST cannot address (a slash in a name) or fails at."""
        odd = [
            name for name in names
            if self._run.failed[name].status in (400, 500)
            and not self._refusals.known(name, self._run.failed[name])
        ]  # fmt: skip
        if odd:
            self._views.records.better = better = self._precise(set(odd))
            self._views.listed.learn_locales(better)
            if "a" in self._run.flags and not self._views.listed.files:
                self._views.listed.ask_files(self._run)
        for item in self._views.read(odd):
            yield item
            if isinstance(item, PageSeen) and not item.id.locale:
                self._run.failed.pop(item.id.page, None)

    def _precise(self, names: set[str]) -> dict[tuple[str, str], dict[str, HistoryLine]]:
        """Return versions of pages that REST cannot address, by its list of changes."""
        from importers.viewer_html.view_markup import HistoryLine

        found: dict[tuple[str, str], dict[str, HistoryLine]] = {}
        try:
            rows = self._run.workers.one(
                changes_of(self._run.wiki, self._run.limit, names, self._run.most_pages)
            )
        except FetchError:
            return found
        for name, row in rows:
            author = self._page_records.user(row.modifier)
            line = HistoryLine(
                row.version, author, row.modifier_name, from_epoch(row.modified), row.comment
            )  # fmt: skip
            found.setdefault((name, row.language or ""), {})[row.version] = line
        return found

    def _read_all(
        self, names: deque[str], again: list[str] | None, *, fresh: bool
    ) -> Iterator[Item]:
        """Read pages in any order; make a checkpoint whenever the journal is full."""
        while names:
            for got in self._run.workers.run(self._jobs(names, fresh=fresh)):
                if again is not None and got.temporary:
                    again.append(got.reference)
                else:
                    yield from self._records(got)
            if names:
                yield Checkpoint()
                self._run.workers.journal.clear()

    def _jobs(self, names: deque[str], *, fresh: bool) -> Iterator[Job[PageFetched]]:
        while names and self._run.workers.journal.size < _JOURNAL:
            name = names.popleft()
            yield self._requests.read(name, self._run.states.get(name), fresh=fresh)

    def _records(self, got: PageFetched) -> Iterator[Item]:
        """Yield the records of a page that was read; remember its state, or its failure."""
        name = got.reference
        if got.error is not None:
            self._run.failed[name] = got.error
            return
        before = self._run.states.get(name)
        if not self._first and (before is None or before.gone or before.refused_to is not None):
            self._run.new[name] = got.document.rows
        state = self._page_records.state(got)
        self._run.states[name] = state
        yield from self._page_records.records(got, state)
        if before is not None and got.listed:
            noticed = now()
            for locale in before.locales.keys() - state.locales.keys():
                yield Gone(id=PageId(self._run.name, name, locale), noticed=noticed)
        yield from off_disk(file.reply for file in got.files)
