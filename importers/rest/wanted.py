"""Decide which pages a run reads: new ones, changed ones, those that were not whole.

A page that the wiki lists and does not show is remembered as refused to a user, so that not every
sync asks for it. Each run asks for a few of them again, those first that were asked for longest
ago: a right that is given later is noticed, at a fixed cost.

Two changes show neither in the list of changes since the last run nor in the list of pages: a
version with an old date, and a deleted translation. Each run looks for some of them, so that the
sync of an unchanged wiki stays cheap.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from math import ceil

from importers.base import Options
from importers.web.failures import FetchError
from importers.web.jobs import Job
from importers.xwiki.page_state import PageState, digest_of
from importers.xwiki.rest_lists import Listing, counted, list_changes, some_changes
from importers.xwiki.rest_model import HistoryRow
from importers.xwiki.run_context import RunContext
from kb.model import PageId

_MARGIN = 5_000
"""Milliseconds by which the changes asked for overlap with the last run."""
_COUNTED = 3
"""Pages whose translations are counted in one run."""
_REFUSED = ("no-right", "bad-request")
_ASKED_AGAIN = 2
"""Refused pages that are asked for again in one run."""
Changes = dict[tuple[str, str], str]


class Refusals:
    """Pages that are refused to the user: those of earlier runs, and what to remember now."""

    def __init__(self, states: dict[str, PageState], options: Options) -> None:
        self._states = states
        self._asker = options.user or ("cookie" if options.cookie_env else "guest")
        mine = [name for name, state in states.items() if state.refused_to == self._asker]
        mine.sort(key=lambda name: states[name].asked)
        self._out = frozenset(mine[_ASKED_AGAIN:])
        self._again = frozenset(mine[:_ASKED_AGAIN])

    def out(self, name: str) -> bool:
        """Tell whether a page was refused before and is not asked for in this run."""
        return name in self._out

    def known(self, name: str, failed: FetchError) -> bool:
        """Tell whether a page was asked for again and is still refused."""
        return name in self._again and failed.code in _REFUSED

    def state(self, name: str, failed: FetchError, translations: int) -> PageState | None:
        """Return the state of a page that is refused now; None where a retry may help."""
        before = self._states.get(name)
        if failed.code not in _REFUSED or (before is not None and before.refused_to is None):
            return None
        return PageState(
            rows=digest_of(()), way="none", whole=False, refused_to=self._asker,
            asked=int(time.time()), untold=translations,
        )  # fmt: skip


class WantedPages:
    """Compares the wiki's lists with the remembered states of its pages."""

    def __init__(self, run: RunContext, refusals: Refusals) -> None:
        self._run = run
        self._refusals = refusals
        self._before = run.workers.requests
        self.sweep = int(run.remembered("sweep") or 0)
        """Row of the list of all changes at which the next run goes on."""

    def changes(self) -> Changes | None:
        """Return the newest versions of pages changed since the last run; None if unknown."""
        since = self._run.remembered("since")
        return {} if since is None else self._changes_after(int(since) - _MARGIN)

    def _changes_after(self, since: int) -> Changes | None:
        try:
            return self._run.workers.one(
                list_changes(self._run.wiki, self._run.limit, since, self._run.most_pages)
            )
        except FetchError:
            return None

    def wanted(self, listing: Listing | None, changes: Changes | None) -> list[str]:
        """Return the references to read: new, changed, or not whole when they were read."""
        if listing is None:
            wanted = {name: None for name in self._run.scope.exact if self._run.unread(name)}
        else:
            names = (name for name in listing.names if not self._refusals.out(name))
            wanted = {name: None for name in names if self._run.unread(name)}
        wanted |= dict.fromkeys(self._changed(changes or {}))
        if changes is None:
            wanted |= dict.fromkeys(self._run.states)
        return self._run.chosen(wanted)

    def _changed(self, changes: Changes) -> Iterator[str]:
        """Yield pages whose newest version is not the one that was read."""
        for (name, locale), version in changes.items():
            state = self._run.states.get(name)
            held = dict(state.locales, **{"": state.rows}).get(locale) if state else None
            if held is None or held.version != version:
                yield name

    def changed_translations(self, listing: Listing) -> list[str]:
        """Return pages whose number of translations has changed."""
        return self._run.chosen(self._run.workers.one(_other_translations(self._run, listing)))

    def old_dated(self, listing: Listing) -> list[str]:
        """Return pages with new versions that have a date before the last run.

        Each run reads some parts of the list of all changes: as many as leave the sync of an
        unchanged wiki within its budget, twice the requests for the list of pages plus eight.
        """
        if self._run.remembered("since") is None or "h" not in self._run.flags:
            return []
        parts = ceil(listing.rows / self._run.limit.rows)
        if not self._run.met:
            parts = min(parts, 2 * parts + 8 - (self._run.workers.requests - self._before))
        if parts < 1:
            return []
        try:
            rows, self.sweep = self._run.workers.one(
                some_changes(self._run.wiki, self._run.limit, self.sweep, parts)
            )
        except FetchError:
            return []
        return self._run.chosen(_old_dated(self._run, rows))

    def saved_meanwhile(self, clock: int) -> list[str]:
        """Return pages that were saved since the run began."""
        return self._run.chosen(self._changed(self._changes_after(clock - _MARGIN) or {}))

    def in_changes(self, met: Listing) -> list[str]:
        """Return pages that the list of pages missed, by the list of changes."""
        changes = self._changes_after(0) or {}
        names = dict.fromkeys(name for name, _ in changes if name not in met.names)
        return [name for name in self._run.chosen(names) if self._run.unread(name)]


def _old_dated(run: RunContext, rows: Iterable[tuple[str, HistoryRow]]) -> list[str]:
    """Return the pages in ``rows``, a part of the list of all changes, with unknown versions."""
    met: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for page, row in rows:
        if page not in run.met:
            met[page, row.language or ""].add(row.version)
    found: dict[str, None] = {}
    for (page, locale), versions in met.items():
        state = run.states.get(page)
        if state is None or state.gone or state.way != "rest":
            continue
        new = versions - run.known.versions(PageId(run.name, page, locale))
        if any(f"{locale} {version}" not in state.lacking for version in new):
            found[page] = None
    return list(found)


def _other_translations(run: RunContext, listing: Listing) -> Job[list[str]]:
    """Return pages that have more translations than before, or fewer.

    No list of changes shows those that were deleted, or imported with their history.
    """
    odd = [
        page for page, count in listing.names.items()
        if (state := run.states.get(page)) is not None and state.way == "rest"
        and not state.gone and count != state.documents
    ]  # fmt: skip
    found = []
    for page in odd[:_COUNTED]:
        count = yield from counted(run.wiki, run.limit, page)
        if count is not None and count != run.states[page].documents:
            found.append(page)
    return found
