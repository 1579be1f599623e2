"""Read a wiki by its viewers: find its pages, fetch them, notice which have gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from urllib.parse import urlsplit

from importers.base import EXPECTED, Options, Source
from importers.viewer_html.view_markup import reference_in
from importers.viewer_html.view_records import ViewRecords
from importers.viewer_html.view_requests import ListedFacts, PageViews, ViewRequests
from importers.web.failures import FetchError
from importers.web.html import attribute, parse_html
from importers.web.jobs import Job
from importers.web.request import Answer, Request
from importers.web.urls import origin_of, split_url
from importers.web.workers import RefusedError
from importers.xwiki.address import MAIN, scope_of
from importers.xwiki.page_state import PageState, saved
from importers.xwiki.paths import bin_page
from importers.xwiki.probe import connected, journal_of
from importers.xwiki.rest_lists import EndlessListError, Listing, list_changes, list_pages
from importers.xwiki.run_context import RunContext, nothing_there, off_disk, run_context
from kb.errors import RemoteError
from kb.model import Checkpoint, FetchState, Item, Known, Sink

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
            run = run_context(workers, wiki, options.wiki, scope, known, sink)
            yield from ViewRun(run).items()
        finally:
            workers.close()
        journal.finished = True


class ViewRun:
    """A run over one wiki, or over some pages of it that REST does not reach."""

    def __init__(self, run: RunContext, *, lists: bool = True) -> None:
        """``lists`` is False where REST is off."""
        self._run = run
        self._scope = run.scope
        self.listed = ListedFacts(run.limit)
        """What the wiki's lists tell of the pages."""
        self._requests = ViewRequests(run, self.listed)
        self.records = ViewRecords(
            run.base, run.name, run.scope.options, run.sink, run.workers.with_body
        )
        self._lists = lists
        self.failed: dict[str, FetchError] = {}
        """Pages of which nothing could be fetched, and why."""
        self._endless: FetchError | None = None
        """Why not all pages were found."""

    def items(self) -> Iterator[Item]:
        """Yield all that is new. RemoteError where no page is found, or none of those named."""
        names = list(self._scope.exact) or self._names()
        if self._endless is not None:
            yield self._endless.problem(self._run.base)
        yield FetchState(key=EXPECTED, value=str(len(names)))
        yield from self.read(names)
        known = self._run.chosen(self._run.states)
        yield from self.read([name for name in known if name not in names])
        read = [name for name in self._scope.exact if name not in self.failed]
        for name, failed in self.failed.items():
            if not self._scope.alternatives or (not read and name == self._scope.exact[-1]):
                yield failed.problem(self._url(name), name)
        yield Checkpoint()
        if self.failed and not read and all(s.gone for s in self._run.states.values()):
            name = (*self._scope.exact, *self.failed)[-1]
            raise nothing_there(self._url(name), self.failed[name])

    def read(self, names: Iterable[str]) -> Iterator[Item]:
        """Read pages; those with temporary failures once more when all are done."""
        again: list[str] = []
        for got in self._run.workers.run(self._job(name) for name in names):
            if got.temporary:
                again.append(got.reference)
            else:
                yield from self._take(got)
        for got in self._run.workers.run(self._job(name) for name in again):
            yield from self._take(got)

    def _job(self, name: str) -> Job[PageViews]:
        state = self._run.states.get(name)
        usable = state is not None and state.way == "viewer" and not self._run.unread(name)
        return self._requests.read(name, state if usable else None)

    def _take(self, got: PageViews) -> Iterator[Item]:
        """Yield the records of a page that was fetched."""
        name = got.reference
        state = self._run.states.get(name)
        if got.error is not None:
            if got.error.status == 404 and state is not None and not state.gone:
                yield from self._run.gone(name)
                gone = PageState(rows=state.rows, gone=True, way=state.way)
                yield saved(self._run.name, name, gone)
            elif state is None or not state.gone:
                self.failed[name] = got.error
        elif not got.unchanged:
            new = self.records.state(got, self._run.flags)
            self._run.states[name] = new
            yield from self.records.records(got, new)
            yield from off_disk(file.answer for file in got.files)

    def _url(self, name: str) -> str:
        return self._run.base + bin_page(name, self._run.subwiki)

    def _names(self) -> list[str]:
        """Return the pages to read: from REST's list where that is on, else by following links."""
        names = self._listed() if self._lists else None
        if names is None:
            names = list(self._linked())
        found = self._run.chosen(names)
        if not found and not self._run.states:
            raise RemoteError(
                f"{self._run.base}: no list of pages, and no links to any",
                hint="name pages: --page Space.Page, or give their URLs",
            )
        return found

    def _listed(self) -> list[str] | None:
        """Return the pages of REST's list; None where there is none."""
        try:
            listing: Listing = self._run.workers.one(
                list_pages(self._run.wiki, self._run.limit, 0, self._run.most_pages)
            )
            self._endless = listing.endless
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
            changes = list_changes(self._run.wiki, self._run.limit, 0, self._run.most_pages)
            self.listed.learn_locales(self._run.workers.one(changes))
        if "a" in self._run.flags:
            self.listed.ask_files(self._run)

    def _linked(self) -> dict[str, None]:
        """Find pages by links, breadth first from the start page."""
        start = f"{self._scope.below or 'Main'}.WebHome"
        met, waiting = {start: None}, [start]
        while waiting and len(met) < _MOST:
            level, waiting = waiting, []
            for links in self._run.workers.run(self._links(name) for name in level):
                new = dict.fromkeys(self._run.chosen(name for name in links if name not in met))
                met |= new
                waiting += new
        if waiting:
            self._endless = EndlessListError(f"links lead to more than {_MOST} pages")
        return met

    def _links(self, name: str) -> Job[list[str]]:
        decode = partial(pages_linked, url=self._url(name))
        (reply,) = yield [Request(bin_page(name, self._run.subwiki), kind="html", decode=decode)]
        pages: list[str] = reply.value if isinstance(reply, Answer) else []
        return pages


def pages_linked(body: bytes, url: str) -> list[str]:
    """Return pages of the same server that the page at ``url`` links to."""
    links = parse_html(body).select("a[href]")
    origin = origin_of(urlsplit(url))
    targets = (split_url(attribute(link, "href"), url) for link in links)
    names = (reference_in(one.geturl()) for one in targets if one and origin_of(one) == origin)
    return [name for name in names if name is not None]
