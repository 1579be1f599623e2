"""Read a wiki by its viewers: find its pages, fetch them, notice which have gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from urllib.parse import urljoin

from importers.base import EXPECTED, Options, Source
from importers.viewer_html.view_markup import reference_in
from importers.viewer_html.view_records import ViewRecords
from importers.viewer_html.view_requests import ListedFacts, PageViews, ViewRequests
from importers.web.client import origin_of
from importers.web.failures import FetchError
from importers.web.html import attribute, parse_html
from importers.web.jobs import Job
from importers.web.request import Answer, Request
from importers.web.workers import RefusedError, Workers
from importers.xwiki.address import MAIN, Scope, scope_of
from importers.xwiki.page_state import PageState, load_states, saved
from importers.xwiki.paths import bin_page
from importers.xwiki.probe import HINTS, connected, journal_of
from importers.xwiki.rest_lists import Listing, RowLimit, list_changes, list_pages
from kb.errors import RemoteError
from kb.model import Checkpoint, FetchState, Gone, Item, Known, PageId, Sink
from kb.times import now

_MOST = 20_000
"""Most pages that are found by following links."""


def read_wiki(
    way: str, source: Source, options: Options, known: Known, sink: Sink
) -> Iterator[Item]:
    """Yield all that is new of a living wiki. RemoteError where its server refuses."""
    with journal_of(source, options, way) as journal:
        address, workers = connected(source, options, known, journal)
        wiki = address.wiki or MAIN
        try:
            yield FetchState(key="base", value=workers.wiki.base)
            scope = scope_of(address, options)
            yield from ViewRun(workers, wiki, options.wiki, scope, known, sink).items()
        finally:
            workers.close()
        journal.finished = True


class ViewRun:
    """A run over one wiki, or over some pages of it that REST does not reach."""

    def __init__(
        self,
        workers: Workers,
        wiki: str,
        name: str,
        scope: Scope,
        known: Known,
        sink: Sink,
        states: dict[str, PageState] | None = None,
        limit: RowLimit | None = None,
        *,
        lists: bool = True,
    ) -> None:
        """``wiki`` is its id on the server, ``name`` what the archive calls it.

        ``states`` is what is remembered of each page, where somebody has loaded it; ``limit``
        what is known of the rows that REST gives. ``lists`` is False where REST is off.
        """
        options = scope.options
        self._workers, self._wiki, self._name, self._scope = workers, wiki, name, scope
        self._subwiki = None if wiki == MAIN else wiki
        self._flags = ("h" if options.history else "") + ("a" if options.attachments else "")
        self.listed = ListedFacts(limit or RowLimit(workers.wiki.settings.limit))
        """What the wiki's lists tell of the pages."""
        self._requests = ViewRequests(name, known, options, self.listed, self._subwiki)
        base = workers.wiki.base
        self.records = ViewRecords(base, name, options, sink, workers.with_body)
        self.states = load_states(known, name) if states is None else states
        """What is remembered of each page."""
        self._lists = lists
        self.failed: dict[str, FetchError] = {}
        """Pages of which nothing could be fetched, and why."""

    def items(self) -> Iterator[Item]:
        """Yield all that is new. RemoteError where no page is found, or none of those named."""
        names = list(self._scope.exact) or self._names()
        yield FetchState(key=EXPECTED, value=str(len(names)))
        yield from self.read(names)
        gone = [name for name in self.states if self._scope.holds(name) and name not in names]
        yield from self.read(gone)
        read = [name for name in self._scope.exact if name not in self.failed]
        for name, failed in self.failed.items():
            if not self._scope.alternatives or (not read and name == self._scope.exact[-1]):
                yield failed.problem(self._url(name), name)
        yield Checkpoint()
        if self.failed and not read and not any(not s.gone for s in self.states.values()):
            name = (*self._scope.exact, *self.failed)[-1]
            failed = self.failed[name]
            raise RemoteError(
                f"{self._url(name)}: {failed.detail}", hint=HINTS.get(failed.code, "")
            )

    def read(self, names: Iterable[str]) -> Iterator[Item]:
        """Read pages; those with temporary failures once more when all are done."""
        again: list[str] = []
        for got in self._workers.run(self._job(name) for name in names):
            if got.temporary:
                again.append(got.reference)
            else:
                yield from self._take(got)
        for got in self._workers.run(self._job(name) for name in again):
            yield from self._take(got)

    def _job(self, name: str) -> Job[PageViews]:
        state = self.states.get(name)
        usable = state is not None and state.whole and not state.gone and state.way == "viewer"
        reaches = state is not None and set(self._flags) <= set(state.scope)
        return self._requests.read(name, state if usable and reaches else None)

    def _take(self, got: PageViews) -> Iterator[Item]:
        """Yield the records of a page that was fetched."""
        state = self.states.get(got.reference)
        if got.error is not None:
            if got.error.status == 404 and state is not None and not state.gone:
                yield from self._gone(got.reference, state)
            elif state is None or not state.gone:
                self.failed[got.reference] = got.error
        elif not got.unchanged:
            new = self.records.state(got, self._flags)
            self.states[got.reference] = new
            yield from self.records.records(got, new)
            if files := [f.answer.file for f in got.files if f.answer and f.answer.file]:
                yield Checkpoint()
                for file in files:
                    file.unlink(missing_ok=True)

    def _gone(self, name: str, state: PageState) -> Iterator[Item]:
        noticed = now()
        for locale in ("", *state.locales):
            yield Gone(id=PageId(self._name, name, locale), noticed=noticed)
        yield saved(self._name, name, PageState(rows=state.rows, gone=True, way=state.way))

    def _url(self, name: str) -> str:
        return self._workers.wiki.base + bin_page(name, self._subwiki)

    def _names(self) -> list[str]:
        """Return the pages to read: from REST's list where that is on, else by following links."""
        names = self._listed() if self._lists else None
        if names is None:
            names = list(self._linked())
        found = [name for name in names if self._scope.holds(name)]
        if not found and not self.states:
            raise RemoteError(
                f"{self._workers.wiki.base}: no list of pages, and no links to any",
                hint="name pages: --page Space.Page, or give their URLs",
            )
        return found

    def _listed(self) -> list[str] | None:
        """Return the pages of REST's list; None where there is none."""
        try:
            listing: Listing = self._workers.one(list_pages(self._wiki, self.listed.limit, 0))
            self._ask_lists(listing)
        except RefusedError:
            raise
        except (FetchError, RemoteError):
            return None
        return list(listing.names)

    def _ask_lists(self, listing: Listing) -> None:
        """Learn from REST's lists what viewers do not show. FetchError where there are none."""
        self.listed.rows = listing.names
        if any(count > 1 for count in listing.names.values()):
            self.listed.learn_locales(
                self._workers.one(list_changes(self._wiki, self.listed.limit, 0))
            )
        if "a" in self._flags:
            self.listed.ask_files(self._workers, self._wiki)

    def _linked(self) -> dict[str, None]:
        """Find pages by links, breadth first from the start page."""
        start = f"{self._scope.below or 'Main'}.WebHome"
        met, waiting = {start: None}, [start]
        while waiting and len(met) < _MOST:
            level, waiting = waiting, []
            for links in self._workers.run(self._links(name) for name in level):
                new = [name for name in links if name not in met and self._scope.holds(name)]
                met |= dict.fromkeys(new)
                waiting += dict.fromkeys(new)
        return met

    def _links(self, name: str) -> Job[list[str]]:
        path = bin_page(name, self._subwiki)
        decode = partial(_pages_linked, url=self._workers.wiki.base + path)
        (reply,) = yield [Request(path, kind="html", decode=decode)]
        if not isinstance(reply, Answer):
            return []
        pages: list[str] = reply.value
        return pages


def _pages_linked(body: bytes, url: str) -> list[str]:
    """Return pages of the same server that the page at ``url`` links to."""
    links = parse_html(body).select("a[href]")
    targets = (urljoin(url, attribute(link, "href")) for link in links)
    names = (reference_in(one) for one in targets if origin_of(one) == origin_of(url))
    return [name for name in names if name is not None]
