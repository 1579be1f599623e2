"""What all steps of a run over one wiki share: where it is, what is known, what was met."""

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
    """A run, as it stands."""

    workers: Workers
    wiki: str
    """Its id on the server."""
    name: str
    """What the archive calls it."""
    scope: Scope
    known: Known
    sink: Sink
    limit: RowLimit
    states: dict[str, PageState]
    """What is remembered of each page."""
    new: dict[str, list[HistoryRow]] = {}
    """Histories of pages that this run met first: one may be a page renamed. Empty in a first
    run, which knows of no page that can have gone."""
    failed: dict[str, FetchError] = {}
    """Pages of which nothing came."""
    met: set[str] = set()
    """Pages that this run has read."""

    @property
    def base(self) -> str:
        """Under this stands the wiki."""
        return self.workers.wiki.base

    @property
    def flags(self) -> str:
        """What is read: h for the history, a for the attachments."""
        options = self.scope.options
        return ("h" if options.history else "") + ("a" if options.attachments else "")

    def remembered(self, what: str) -> str | None:
        """What an earlier run remembered of the wiki."""
        return self.known.fetch_state(f"{what}/{self.name}")

    def remember(self, what: str, value: str) -> FetchState:
        """The record that keeps it."""
        return FetchState(key=f"{what}/{self.name}", value=value)

    def unread(self, name: str) -> bool:
        """True where the page was never read as far as it is wanted now."""
        state = self.states.get(name)
        if state is None or state.gone or not state.whole:
            return True
        return not set(self.flags) <= set(state.scope)

    def wants(self, name: str) -> bool:
        """True where the page is to be read, and was not."""
        return self.unread(name) and self.scope.holds(name)
