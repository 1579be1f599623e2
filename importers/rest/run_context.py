"""What all steps of a run over one wiki share: the server, the scope, states, failures."""

from __future__ import annotations

import msgspec

from importers.web.failures import FetchError
from importers.web.workers import Workers
from importers.xwiki.address import Scope
from importers.xwiki.page_state import PageState
from importers.xwiki.rest_lists import RowLimit
from importers.xwiki.rest_model import HistoryRow
from kb.model import FetchState, Known, Sink


class RunContext(msgspec.Struct, kw_only=True):
    """The present state of a run over one wiki."""

    workers: Workers
    wiki: str
    """The wiki's id on the server."""
    name: str
    """The wiki's name in the archive."""
    scope: Scope
    known: Known
    sink: Sink
    limit: RowLimit
    states: dict[str, PageState]
    """Remembered state of each page, by reference."""
    new: dict[str, list[HistoryRow]] = {}
    """Histories of pages that no earlier run has read: one may be a renamed page. Empty in the
    first run, before which no page can have been renamed."""
    failed: dict[str, FetchError] = {}
    """Failures of pages of which nothing could be fetched."""
    met: set[str] = set()
    """Pages that this run has read."""

    @property
    def base(self) -> str:
        """Return the base URL of the server."""
        return self.workers.wiki.base

    @property
    def flags(self) -> str:
        """Return what is read, as PageState.scope: h for history, a for attachments."""
        options = self.scope.options
        return ("h" if options.history else "") + ("a" if options.attachments else "")

    def remembered(self, what: str) -> str | None:
        """Return what an earlier run remembered of the wiki under a key."""
        return self.known.fetch_state(f"{what}/{self.name}")

    def remember(self, what: str, value: str) -> FetchState:
        """Return the record that makes the archive remember it."""
        return FetchState(key=f"{what}/{self.name}", value=value)

    def unread(self, name: str) -> bool:
        """Tell whether the page has never been read as far as it is wanted now."""
        state = self.states.get(name)
        if state is None or state.gone or not state.whole:
            return True
        return not set(self.flags) <= set(state.scope)

    def wants(self, name: str) -> bool:
        """Tell whether the page is in the scope, and unread."""
        return self.unread(name) and self.scope.holds(name)
