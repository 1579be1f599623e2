"""Bring one wiki up to date: list its pages, read what is wanted, find what has vanished."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import UTC, datetime

from importers.rest.reader import WikiReader
from importers.rest.wanted import Refusals, WantedPages
from importers.web.failures import FetchError
from importers.web.jobs import Job, Reply
from importers.web.request import Request
from importers.xwiki.page_state import PageState, same_past, saved
from importers.xwiki.paths import bin_page, rest_page, rest_wiki
from importers.xwiki.probe import HINTS
from importers.xwiki.rest_lists import Listing, list_pages
from importers.xwiki.run_context import RunContext, nothing_there
from kb.errors import Problem, RemoteError
from kb.model import Checkpoint, Item
from kb.times import from_http, to_epoch

_PASSES = 10
"""Most passes through a list of pages whose order changes from request to request."""


class WikiRun:
    """A run over one wiki of a server."""

    def __init__(self, run: RunContext) -> None:
        self._run = run
        self._refusals = Refusals(run.states, run.scope.options)
        self._wanted = WantedPages(run, self._refusals)
        self._reader = WikiReader(run, self._refusals)

    def items(self) -> Iterator[Item]:
        """Yield all that is new. RemoteError where the server cannot be asked."""
        listing = self._ask_list(0) if not self._run.scope.exact else None
        self._reader.rows = listing.names if listing else None
        if listing is not None:
            yield from self._check_not_empty(listing)
        changes = self._wanted.changes()
        clock = self._run.remembered("running") or self._clock()
        yield self._run.remember("running", clock)
        yield from self._reader.read(self._wanted.wanted(listing, changes))
        if listing is not None:
            found = self._wanted.changed_translations(listing)
            listing = yield from self._whole_list(listing)
            yield from self._reader.read(found)
            yield from self._reader.read(self._wanted.old_dated(listing))
            yield self._run.remember("sweep", str(self._wanted.sweep))
        if self._run.met:
            yield from self._reader.read(self._wanted.saved_meanwhile(int(clock)), fresh=True)
        yield from _vanished_pages(self._run, listing)
        yield self._run.remember("since", clock)
        yield self._run.remember("limit", str(self._run.limit.rows))
        yield self._run.remember("running", "")
        yield from self._failures()
        yield Checkpoint()

    def _clock(self) -> str:
        """Return the Date of the run's first answer in ms since 1970, or else our time."""
        moment = from_http(self._run.workers.clock) or datetime.now(UTC).isoformat()
        return str(to_epoch(moment))

    def _ask_list(self, attempt: int) -> Listing:
        try:
            return self._run.workers.one(
                list_pages(self._run.wiki, self._run.limit, attempt, self._run.most_pages)
            )
        except FetchError as failed:
            raise RemoteError(
                f"{self._run.base}: the list of pages: {failed.detail}",
                hint="run it again; what was read is kept",
            ) from failed

    def _check_not_empty(self, listing: Listing) -> Iterator[Problem]:
        """Yield a Problem where no page is chosen. RemoteError where the wiki shows no page."""
        base = self._run.base
        if self._run.states or any(self._run.scope.holds(name) for name in listing.names):
            return
        if not listing.names:
            raise RemoteError(
                f"{base}: the server shows no page to this user", hint=HINTS["no-right"]
            )
        detail = f"none of the {len(listing.names)} pages here is chosen"
        yield Problem(where=base, code="nothing-chosen", detail=detail)

    def _whole_list(self, listing: Listing) -> Generator[Item, None, Listing]:
        """Read the list again while pages are missing from it, and read the pages that it adds.

        Return the union of all passes, with the number of rows of the last one.
        """
        met, idle = Listing(listing.names.copy(), listing.rows), 0
        if listing.endless is not None:
            yield listing.endless.problem(self._run.base + rest_wiki(self._run.wiki, "pages"))
            return listing
        for attempt in range(1, _PASSES):
            balance = _documents_of(self._run, met) - met.rows
            if not balance or (balance > 0 and (idle > 1 or not self._repeats(listing))):
                return met
            if attempt == 1 and balance < 0:
                yield from self._reader.read(self._wanted.in_changes(met))
            listing = self._ask_list(attempt)
            new = [name for name in listing.names if name not in met.names]
            idle = 0 if new else idle + 1
            met = Listing(met.names | listing.names, listing.rows)
            unread = [name for name in self._run.chosen(new) if self._run.unread(name)]
            yield from self._reader.read(unread)
        yield Problem(
            where=self._run.base, code="list-incomplete",
            detail="the wiki's list of pages comes in another order each time; pages may miss",
        )  # fmt: skip
        return met

    def _repeats(self, listing: Listing) -> bool:
        """Tell whether a pass has a page too often: the order changed while it was read."""
        return any(
            name in self._run.states and count > self._run.states[name].documents
            for name, count in listing.names.items()
        )

    def _failures(self) -> Iterator[Item]:
        """Yield the failures of pages. RemoteError where no page that was asked for is there."""
        run, scope = self._run, self._run.scope
        there = {name for name, state in run.states.items() if state.refused_to is None}
        read = there & set(scope.exact)
        for name, failed in run.failed.items():
            if scope.alternatives and (read or name != scope.exact[-1]):
                continue
            yield failed.problem(run.base + rest_page(run.wiki, name), name)
            listed = self._reader.translations(name)
            if (state := self._refusals.state(name, failed, listed)) is not None:
                yield saved(run.name, name, state)
        if run.failed and scope.exact and not read:
            raise nothing_there(scope.exact[-1], run.failed[scope.exact[-1]])


def _vanished_pages(run: RunContext, listing: Listing | None) -> Iterator[Item]:
    """Yield Gone for each page that the list lacks, and that is not found when asked for."""
    names: list[str] = []
    if listing is None or _documents_of(run, listing) != listing.rows:
        names = [
            name for name, state in run.states.items()
            if not state.gone and run.scope.holds(name)
            and (listing is None or name not in listing.names)
        ]  # fmt: skip
    names += [
        name for name, failed in run.failed.items()
        if failed.status in (404, 410) and (state := run.states.get(name)) and not state.gone
    ]  # fmt: skip
    names = [name for name in dict.fromkeys(names) if name not in run.new]
    for name, reply in run.workers.run(_ask(run, name) for name in names):
        if isinstance(reply, FetchError) and reply.status in (404, 410):
            run.failed.pop(name, None)
            state = run.states[name]
            yield from run.gone(name, _renamed(run, state))
            gone = PageState(rows=state.rows, locales=state.locales, gone=True, way=state.way)
            yield saved(run.name, name, gone)


def _ask(run: RunContext, name: str) -> Job[tuple[str, Reply]]:
    state = run.states.get(name)
    (reply,) = yield [Request(rest_page(run.wiki, name), fresh=True)]
    if isinstance(reply, FetchError) and state is not None and state.way == "viewer":
        path = bin_page(name, run.subwiki, viewer="code")
        (reply,) = yield [Request(path, kind="html", fresh=True)]
    return name, reply


def _renamed(run: RunContext, state: PageState) -> str | None:
    """Return the new page whose history begins as this one's; None where none or several do."""
    if not state.rows.count:
        return None
    found = [new for new, rows in run.new.items() if same_past(state.rows, rows)]
    return found[0] if len(found) == 1 else None


def _documents_of(run: RunContext, met: Listing) -> int:
    """Return the rows that the list should have for all pages that are known or were met."""
    there = {name for name, state in run.states.items() if not state.gone}
    read = sum(run.states[name].documents for name in there)
    return read + sum(count for name, count in met.names.items() if name not in there)
