"""Find pages that were read before and are deleted or renamed now."""

from __future__ import annotations

from collections.abc import Iterator

from importers.rest.run_context import RunContext
from importers.web.failures import FetchError
from importers.web.jobs import Job, Reply
from importers.web.request import Request
from importers.xwiki.address import MAIN
from importers.xwiki.page_state import PageState, same_past, saved
from importers.xwiki.paths import bin_page, rest_page
from importers.xwiki.rest_lists import Listing
from kb.model import Gone, Item, PageId
from kb.times import now


class VanishedPages:
    """Finds vanished pages at the end of a run."""

    def __init__(self, run: RunContext) -> None:
        self._run = run

    def items(self, listing: Listing | None) -> Iterator[Item]:
        """Yield Gone for each page that the list lacks, and that is not found when asked for."""
        names: list[str] = []
        if listing is None or documents_of(self._run, listing) != listing.rows:
            names = [
                name for name, state in self._run.states.items()
                if not state.gone and self._run.scope.holds(name)
                and (listing is None or name not in listing.names)
            ]  # fmt: skip
        names += [
            name for name, failed in self._run.failed.items()
            if failed.status in (404, 410)
            and (state := self._run.states.get(name)) and not state.gone
        ]  # fmt: skip
        names = [name for name in dict.fromkeys(names) if name not in self._run.new]
        for name, reply in self._run.workers.run(self._ask(name) for name in names):
            if isinstance(reply, FetchError) and reply.status in (404, 410):
                self._run.failed.pop(name, None)
                yield from self._marked(name, self._run.states[name])

    def _ask(self, name: str) -> Job[tuple[str, Reply]]:
        state = self._run.states.get(name)
        (reply,) = yield [Request(rest_page(self._run.wiki, name), fresh=True)]
        if isinstance(reply, FetchError) and state is not None and state.way == "viewer":
            path = bin_page(name, None if self._run.wiki == MAIN else self._run.wiki, viewer="code")
            (reply,) = yield [Request(path, kind="html", fresh=True)]
        return name, reply

    def _marked(self, name: str, state: PageState) -> Iterator[Item]:
        noticed = now()
        renamed = self._renamed(name, state)
        for locale in ("", *state.locales):
            page = PageId(self._run.name, name, locale)
            yield Gone(id=page, noticed=noticed, renamed_to=renamed)
        gone = PageState(rows=state.rows, locales=state.locales, gone=True, way=state.way)
        yield saved(self._run.name, name, gone)

    def _renamed(self, name: str, state: PageState) -> str | None:
        """Return the new page whose history begins as this one's; None where none or several do."""
        if not state.rows.count:
            return None
        found = [new for new, rows in self._run.new.items() if same_past(state.rows, rows)]
        return found[0] if len(found) == 1 else None


def documents_of(run: RunContext, met: Listing) -> int:
    """Return the rows that the list should have for all pages that are known or were met."""
    there = {name for name, state in run.states.items() if not state.gone}
    read = sum(run.states[name].documents for name in there)
    return read + sum(count for name, count in met.names.items() if name not in there)
