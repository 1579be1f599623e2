"""What all steps of a run over one wiki share: the server, the scope, states, failures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from importers.web.failures import FetchError
from importers.web.jobs import Reply
from importers.web.request import Answer, Request
from importers.web.workers import Workers
from importers.xwiki.address import MAIN, Scope
from importers.xwiki.page_state import PageState, load_states
from importers.xwiki.probe import HINTS
from importers.xwiki.rest_lists import ListBounds, RowLimit
from importers.xwiki.rest_model import HistoryRow
from kb.errors import RemoteError
from kb.model import Checkpoint, FetchState, Gone, Item, Known, PageId, Sink
from kb.times import now


class PageFailures(msgspec.Struct):
    """What could not be fetched of a page."""

    reference: str
    failures: list[tuple[str, FetchError]] = []
    """Failures, each with the path that was asked."""

    @property
    def temporary(self) -> bool:
        """Tell whether something failed that another run may get."""
        return any(failed.temporary and failed.status != 500 for _, failed in self.failures)

    def note(self, requests: Iterable[Request], replies: Iterable[Reply]) -> None:
        """Note the failures among the replies to requests."""
        for request, reply in zip(requests, replies, strict=True):
            if isinstance(reply, FetchError):
                self.failures.append((request.path, reply))


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
    def bounds(self) -> ListBounds:
        """Return how large the list of a page may be."""
        settings = self.workers.wiki.settings
        return ListBounds(settings.max_rows, settings.max_text)

    @property
    def most_pages(self) -> int:
        """Return how many pages a wiki may have."""
        return self.workers.wiki.settings.max_pages

    @property
    def subwiki(self) -> str | None:
        """Return the wiki's id for the paths of viewers; None for the server's main wiki."""
        return None if self.wiki == MAIN else self.wiki

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

    def chosen(self, names: Iterable[str]) -> list[str]:
        """Return those of the pages that are in the scope."""
        return [name for name in names if self.scope.holds(name)]

    def gone(self, name: str, renamed_to: str | None = None) -> Iterator[Gone]:
        """Yield that a page and its translations are not in the wiki any more."""
        noticed = now()
        for locale in ("", *self.states[name].locales):
            yield Gone(id=PageId(self.name, name, locale), noticed=noticed, renamed_to=renamed_to)


def run_context(
    workers: Workers, wiki: str, name: str, scope: Scope, known: Known, sink: Sink
) -> RunContext:
    """Begin a run; ``wiki`` is the wiki's id on the server, ``name`` its name in the archive."""
    rows = known.fetch_state(f"limit/{name}") or workers.wiki.settings.limit
    return RunContext(
        workers=workers, wiki=wiki, name=name, scope=scope, known=known, sink=sink,
        limit=RowLimit(int(rows)), states=load_states(known, name),
    )  # fmt: skip


def nothing_there(what: str, failed: FetchError) -> RemoteError:
    """Return the error of a run in which nothing that was asked for could be fetched."""
    return RemoteError(f"{what}: {failed.detail}", hint=HINTS.get(failed.code, ""))


def off_disk(replies: Iterable[object]) -> Iterator[Item]:
    """Commit what was read, and delete the files of large attachments that it needed."""
    files = [reply.file for reply in replies if isinstance(reply, Answer) and reply.file]
    if files:
        yield Checkpoint()
    for file in files:
        file.unlink(missing_ok=True)
