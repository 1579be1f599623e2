"""One wiki, brought up to date: what to read, reading it, and what has gone."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from math import ceil

from importers.base import EXPECTED
from importers.moments import from_epoch, from_http, to_epoch
from importers.rest.answers import HistoryRow
from importers.rest.emit import Emitter, files_on_disk
from importers.rest.listing import Listing, changes_of, list_changes, list_pages, some_changes
from importers.rest.lists import Limit
from importers.rest.overlooked import old_dated, other_translations
from importers.rest.page import MAIN, PageFetched, PageReader
from importers.rest.refusals import Refusals
from importers.rest.scope import Scope
from importers.rest.state import PageState, load_states, same_past, saved
from importers.viewer_html.history import HistoryLine
from importers.viewer_html.run import ViewRun
from importers.web.calls import Call
from importers.web.connect import HINTS
from importers.web.failures import FetchError
from importers.web.paths import bin_page, rest_page
from importers.web.work import Job, Reply, Workers
from kb.errors import Problem, RemoteError
from kb.model import Checkpoint, FetchState, Gone, Item, Known, PageId, PageSeen, Sink

_PASSES = 10
"""How often a list of pages is read that gives another order each time."""
_MARGIN = 5_000
"""Milliseconds before the last run's start from which changes are asked for again."""
_JOURNAL = 256 << 20
"""Bytes of answers on disk at which what was read is committed and they are dropped."""
Changes = dict[tuple[str, str], str]


class WikiRun:
    """A run over one wiki of a server."""

    def __init__(
        self, workers: Workers, wiki: str, name: str, scope: Scope, known: Known, sink: Sink
    ) -> None:
        """``wiki`` is its id on the server, ``name`` what the archive calls it."""
        options, settings = scope.options, workers.wiki.settings
        self._workers = workers
        self._wiki, self._name, self._scope, self._known = wiki, name, scope, known
        self._flags = ("h" if options.history else "") + ("a" if options.attachments else "")
        self._limit = Limit(int(self._remembered("limit") or settings.limit))
        self._reader = PageReader(
            wiki, name, known, self._limit, options, settings.max_attachment
        )  # fmt: skip
        self._emitter = Emitter(
            workers.wiki.base,
            wiki,
            name,
            sink,
            workers.whole,
            history=options.history,
            attachments=options.attachments,
        )
        self._states = load_states(known, name)
        self._new: dict[str, list[HistoryRow]] = {}
        """Histories of pages that this run met first: one may be a page renamed. Empty in a first
        run, which knows of no page that can have gone."""
        self._first = not self._states
        self._refusals = Refusals(self._states, options)
        self._failed: dict[str, FetchError] = {}
        """Pages of which nothing came."""
        self._met = set[str]()
        """Pages that this run has read."""
        self._before = workers.requests
        self._sweep = int(self._remembered("sweep") or 0)
        self._views = ViewRun(workers, wiki, name, scope, known, sink, self._states, self._limit)

    def items(self) -> Iterator[Item]:
        """All that is new. Raises RemoteError where the server cannot be asked."""
        listing = self._ask_list(0) if not self._scope.exact else None
        self._views.hints.rows = listing.names if listing else None
        if listing is not None:
            yield from self._nothing(listing)
        changes = self._changes()
        clock = self._remembered("running") or self._clock()
        yield self._remember("running", clock)
        yield from self._read(self._wanted(listing, changes))
        if listing is not None:
            found = self._overlooked(listing)
            listing = yield from self._whole_list(listing)
            yield from self._read(found)
            yield from self._read(self._old_dated(listing))
            yield self._remember("sweep", str(self._sweep))
        if self._met:
            yield from self._read(self._saved_meanwhile(int(clock)), fresh=True)
        yield from self._gone(listing)
        yield self._remember("since", clock)
        yield self._remember("limit", str(self._limit.rows))
        yield self._remember("running", "")
        yield from self._not_there()
        yield Checkpoint()

    def _remembered(self, what: str) -> str | None:
        return self._known.fetch_state(f"{what}/{self._name}")

    def _remember(self, what: str, value: str) -> FetchState:
        return FetchState(key=f"{what}/{self._name}", value=value)

    def _clock(self) -> str:
        """The server's time at the run's first answer, in ms; ours where it does not say."""
        moment = from_http(self._workers.clock) or datetime.now(UTC).isoformat()
        return str(to_epoch(moment))

    def _ask_list(self, turn: int) -> Listing:
        try:
            return self._workers.one(list_pages(self._wiki, self._limit, turn))
        except FetchError as failed:
            raise RemoteError(
                f"{self._workers.wiki.base}: the list of pages: {failed.detail}",
                hint="run it again; what was read is kept",
            ) from failed

    def _nothing(self, listing: Listing) -> Iterator[Problem]:
        """Say so where there is nothing to read, and never was. RemoteError: nothing at all."""
        base = self._workers.wiki.base
        if self._states or any(self._scope.holds(name) for name in listing.names):
            return
        if not listing.names:
            raise RemoteError(f"{base}: no page that we may see", hint=HINTS["no-right"])
        detail = f"none of the {len(listing.names)} pages here is chosen"
        yield Problem(where=base, code="nothing-chosen", detail=detail)

    def _changes(self) -> Changes | None:
        """Newest versions of pages changed since the last run; None where nobody can say."""
        since = self._remembered("since")
        if since is None:
            return {}
        try:
            return self._workers.one(
                list_changes(self._wiki, self._limit, int(since) - _MARGIN)
            )  # fmt: skip
        except FetchError:
            return None

    def _wanted(self, listing: Listing | None, changes: Changes | None) -> list[str]:
        """References to read: new ones, changed ones, those that were not whole."""
        if listing is None:
            wanted = {name: None for name in self._scope.exact if self._unread(name)}
        else:
            names = (name for name in listing.names if not self._refusals.out(name))
            wanted = {name: None for name in names if self._unread(name)}
        wanted |= dict.fromkeys(self._changed(changes or {}))
        if changes is None:
            wanted |= dict.fromkeys(self._states)
        return [name for name in wanted if self._scope.holds(name)]

    def _changed(self, changes: Changes) -> Iterator[str]:
        """Pages whose newest version is not the one that was read."""
        for (name, locale), version in changes.items():
            state = self._states.get(name)
            held = dict(state.locales, **{"": state.rows}).get(locale) if state else None
            if held is None or held.version != version:
                yield name

    def _overlooked(self, listing: Listing) -> list[str]:
        """Pages whose translations are others than they were."""
        job = other_translations(self._wiki, self._limit, listing, self._states)
        return [name for name in self._workers.one(job) if self._scope.holds(name)]

    def _old_dated(self, listing: Listing) -> list[str]:
        """Pages with versions that were saved with a date of before the last run.

        Some parts of the list of all changes are read in each run, as many as leave the run of an
        unchanged wiki within what it may cost: each list of pages twice, and eight requests.
        """
        if self._remembered("since") is None or "h" not in self._flags:
            return []
        parts = ceil(listing.rows / self._limit.rows)
        if not self._met:
            parts = min(parts, 2 * parts + 8 - (self._workers.requests - self._before))
        if parts < 1:
            return []
        try:
            rows, self._sweep = self._workers.one(
                some_changes(self._wiki, self._limit, self._sweep, parts)
            )
        except FetchError:
            return []
        rows = [(name, row) for name, row in rows if name not in self._met]
        found = old_dated(self._name, rows, self._states, self._known)
        return [name for name in found if self._scope.holds(name)]

    def _saved_meanwhile(self, clock: int) -> list[str]:
        """Pages saved since the run began that were read before."""
        try:
            changes = self._workers.one(list_changes(self._wiki, self._limit, clock - _MARGIN))
        except FetchError:
            return []
        return [name for name in self._changed(changes) if self._scope.holds(name)]

    def _unread(self, name: str) -> bool:
        """True where the page was never read as far as it is wanted now."""
        state = self._states.get(name)
        return state is None or state.gone or not state.whole or not self._reaches(state)

    def _reaches(self, state: PageState) -> bool:
        return set(self._flags) <= set(state.scope)

    def _read(self, names: list[str], *, fresh: bool = False) -> Iterator[Item]:
        """Read pages; those that failed in passing are read once more when all are done.

        ``fresh`` is True for pages that this run has read before.
        """
        if not names:
            return
        self._met.update(names)
        yield FetchState(key=EXPECTED, value=str(len(names)))
        again: list[str] = []
        yield from self._turn(deque(names), again, fresh=fresh)
        yield from self._turn(deque(again), None, fresh=fresh)
        yield from self._by_viewers([n for n in names if n in self._failed])

    def _by_viewers(self, names: list[str]) -> Iterator[Item]:
        """Pages that REST cannot address (a slash in a name), or fails at, by their viewers."""
        odd = [
            name for name in names
            if self._failed[name].status in (400, 500)
            and not self._refusals.known(name, self._failed[name])
        ]  # fmt: skip
        if odd:
            self._views.emitter.better = better = self._precise(set(odd))
            self._views.hints.learn_locales(better)
            if "a" in self._flags and not self._views.hints.files:
                self._views.hints.ask_files(self._workers, self._wiki)
        for item in self._views.read(odd):
            yield item
            if isinstance(item, PageSeen) and not item.id.locale:
                self._failed.pop(item.id.page, None)

    def _precise(self, names: set[str]) -> dict[tuple[str, str], dict[str, HistoryLine]]:
        """What REST knows of pages that it cannot address: the list of all changes names them."""
        found: dict[tuple[str, str], dict[str, HistoryLine]] = {}
        try:
            rows = self._workers.one(changes_of(self._wiki, self._limit, names))
        except FetchError:
            return found
        for name, row in rows:
            author = self._emitter.user(row.modifier)
            line = HistoryLine(
                row.version, author, row.modifier_name, from_epoch(row.modified), row.comment
            )  # fmt: skip
            found.setdefault((name, row.language or ""), {})[row.version] = line
        return found

    def _turn(self, names: deque[str], again: list[str] | None, *, fresh: bool) -> Iterator[Item]:
        """Read pages in the order in which they come, a journal's worth at a time."""
        while names:
            for got in self._workers.run(self._jobs(names, fresh=fresh)):
                if again is not None and got.passing:
                    again.append(got.reference)
                else:
                    yield from self._take(got)
            if names:
                yield Checkpoint()
                self._workers.journal.clear()

    def _jobs(self, names: deque[str], *, fresh: bool) -> Iterator[Job[PageFetched]]:
        while names and self._workers.journal.size < _JOURNAL:
            name = names.popleft()
            yield self._reader.read(name, self._states.get(name), fresh=fresh)

    def _take(self, got: PageFetched) -> Iterator[Item]:
        """The records of a page that was read."""
        name = got.reference
        if got.error is not None:
            self._failed[name] = got.error
            return
        before = self._states.get(name)
        if not self._first and (before is None or before.gone or before.refused_to is not None):
            self._new[name] = got.document.rows
        state = self._emitter.state(got, self._flags)
        self._states[name] = state
        yield from self._emitter.records(got, state)
        if before is not None and got.listed:
            noticed = _now()
            for locale in before.locales.keys() - state.locales.keys():
                yield Gone(id=PageId(self._name, name, locale), noticed=noticed)
        if files := files_on_disk(got):
            yield Checkpoint()
            for file in files:
                file.unlink(missing_ok=True)

    def _whole_list(self, listing: Listing) -> Generator[Item, None, Listing]:
        """Read the list again as long as it misses pages, and the pages that it brings.

        Returns the union of all passes, with as many rows as the last one had.
        """
        met, idle = Listing(listing.names.copy(), listing.rows), 0
        for turn in range(1, _PASSES):
            balance = self._documents(met) - met.rows
            if not balance or (balance > 0 and (idle > 1 or not self._repeats(listing))):
                return met
            if turn == 1 and balance < 0:
                yield from self._read(self._in_changes(met))
            listing = self._ask_list(turn)
            new = [name for name in listing.names if name not in met.names]
            idle = 0 if new else idle + 1
            met = Listing(met.names | listing.names, listing.rows)
            yield from self._read([n for n in new if self._unread(n) and self._scope.holds(n)])
        yield Problem(
            where=self._workers.wiki.base, code="list-incomplete",
            detail="the wiki's list of pages comes in another order each time; pages may miss",
        )  # fmt: skip
        return met

    def _in_changes(self, met: Listing) -> list[str]:
        """Pages that the list did not bring, from the list of all changes, whose order holds."""
        try:
            changes = self._workers.one(list_changes(self._wiki, self._limit, 0))
        except FetchError:
            return []
        names = dict.fromkeys(name for name, _ in changes if name not in met.names)
        return [name for name in names if self._unread(name) and self._scope.holds(name)]

    def _documents(self, met: Listing) -> int:
        """Rows that the list should have for all pages that are known or were met."""
        there = {name for name, state in self._states.items() if not state.gone}
        read = sum(self._states[name].documents for name in there)
        return read + sum(count for name, count in met.names.items() if name not in there)

    def _repeats(self, listing: Listing) -> bool:
        """True where a pass has a page more often than it can be: the order has changed."""
        return any(
            name in self._states and count > self._states[name].documents
            for name, count in listing.names.items()
        )

    def _gone(self, listing: Listing | None) -> Iterator[Item]:
        """Pages that are known and no longer there, each asked for to be sure."""
        names: list[str] = []
        if listing is None or self._documents(listing) != listing.rows:
            names = [
                name for name, state in self._states.items()
                if not state.gone and self._scope.holds(name)
                and (listing is None or name not in listing.names)
            ]  # fmt: skip
        names += [
            name for name, failed in self._failed.items()
            if failed.status in (404, 410) and name in self._states and not self._states[name].gone
        ]  # fmt: skip
        names = [name for name in dict.fromkeys(names) if name not in self._new]
        for name, reply in self._workers.run(self._ask(name) for name in names):
            if isinstance(reply, FetchError) and reply.status in (404, 410):
                self._failed.pop(name, None)
                yield from self._marked(name, self._states[name])

    def _ask(self, name: str) -> Job[tuple[str, Reply]]:
        state = self._states.get(name)
        (reply,) = yield [Call(rest_page(self._wiki, name), fresh=True)]
        if isinstance(reply, FetchError) and state is not None and state.way == "viewer":
            path = bin_page(name, None if self._wiki == MAIN else self._wiki, viewer="code")
            (reply,) = yield [Call(path, kind="html", fresh=True)]
        return name, reply

    def _marked(self, name: str, state: PageState) -> Iterator[Item]:
        noticed = _now()
        renamed = self._renamed(name, state)
        for locale in ("", *state.locales):
            page = PageId(self._name, name, locale)
            yield Gone(id=page, noticed=noticed, renamed_to=renamed)
        gone = PageState(rows=state.rows, locales=state.locales, gone=True, way=state.way)
        yield saved(self._name, name, gone)

    def _renamed(self, name: str, state: PageState) -> str | None:
        """The one new page whose history begins as this one's was; None where none or several."""
        if not state.rows.count:
            return None
        found = [new for new, rows in self._new.items() if same_past(state.rows, rows)]
        return found[0] if len(found) == 1 else None

    def _not_there(self) -> Iterator[Item]:
        """Pages of which nothing came, and why. RemoteError where that is all that was asked."""
        there = {name for name, state in self._states.items() if state.refused_to is None}
        read = there & set(self._scope.exact)
        for name, failed in self._failed.items():
            if self._scope.alternatives and (read or name != self._scope.exact[-1]):
                continue
            yield failed.problem(self._workers.wiki.base + rest_page(self._wiki, name), name)
            listed = self._views.hints.translations(name) or 0
            if (state := self._refusals.state(name, failed, listed)) is not None:
                yield saved(self._name, name, state)
        if self._failed and self._scope.exact and not read:
            failed = self._failed[self._scope.exact[-1]]
            raise RemoteError(
                f"{self._scope.exact[-1]}: {failed.detail}", hint=HINTS.get(failed.code, "")
            )


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
