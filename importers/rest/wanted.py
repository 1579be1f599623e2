"""Which pages a run is to read: new ones, changed ones, those that were not whole."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from importers.rest.listing import Listing, list_changes, some_changes
from importers.rest.overlooked import old_dated, other_translations
from importers.rest.refusals import Refusals
from importers.rest.shared import Run
from importers.web.failures import FetchError

_MARGIN = 5_000
"""Milliseconds before the last run's start from which changes are asked for again."""
Changes = dict[tuple[str, str], str]


class Wanted:
    """Reads the wiki's lists beside what is remembered of its pages."""

    def __init__(self, run: Run, refusals: Refusals) -> None:
        self._run = run
        self._refusals = refusals
        self._before = run.workers.requests
        self.sweep = int(run.remembered("sweep") or 0)
        """Where the next run goes on in the list of all that ever changed."""

    def changes(self) -> Changes | None:
        """Newest versions of pages changed since the last run; None where nobody can say."""
        since = self._run.remembered("since")
        if since is None:
            return {}
        try:
            return self._run.workers.one(
                list_changes(self._run.wiki, self._run.limit, int(since) - _MARGIN)
            )  # fmt: skip
        except FetchError:
            return None

    def wanted(self, listing: Listing | None, changes: Changes | None) -> list[str]:
        """References to read: new ones, changed ones, those that were not whole."""
        if listing is None:
            wanted = {name: None for name in self._run.scope.exact if self._run.unread(name)}
        else:
            names = (name for name in listing.names if not self._refusals.out(name))
            wanted = {name: None for name in names if self._run.unread(name)}
        wanted |= dict.fromkeys(self._changed(changes or {}))
        if changes is None:
            wanted |= dict.fromkeys(self._run.states)
        return [name for name in wanted if self._run.scope.holds(name)]

    def _changed(self, changes: Changes) -> Iterator[str]:
        """Pages whose newest version is not the one that was read."""
        for (name, locale), version in changes.items():
            state = self._run.states.get(name)
            held = dict(state.locales, **{"": state.rows}).get(locale) if state else None
            if held is None or held.version != version:
                yield name

    def overlooked(self, listing: Listing) -> list[str]:
        """Pages whose translations are others than they were."""
        job = other_translations(self._run.wiki, self._run.limit, listing, self._run.states)
        return [name for name in self._run.workers.one(job) if self._run.scope.holds(name)]

    def old_dated(self, listing: Listing) -> list[str]:
        """Pages with versions that were saved with a date of before the last run.

        Some parts of the list of all changes are read in each run, as many as leave the run of an
        unchanged wiki within what it may cost: each list of pages twice, and eight requests.
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
        rows = [(name, row) for name, row in rows if name not in self._run.met]
        found = old_dated(self._run.name, rows, self._run.states, self._run.known)
        return [name for name in found if self._run.scope.holds(name)]

    def saved_meanwhile(self, clock: int) -> list[str]:
        """Pages saved since the run began that were read before."""
        try:
            changes = self._run.workers.one(
                list_changes(self._run.wiki, self._run.limit, clock - _MARGIN)
            )
        except FetchError:
            return []
        return [name for name in self._changed(changes) if self._run.scope.holds(name)]

    def in_changes(self, met: Listing) -> list[str]:
        """Pages that the list did not bring, from the list of all changes, whose order holds."""
        try:
            changes = self._run.workers.one(list_changes(self._run.wiki, self._run.limit, 0))
        except FetchError:
            return []
        names = dict.fromkeys(name for name, _ in changes if name not in met.names)
        return [name for name in names if self._run.wants(name)]
