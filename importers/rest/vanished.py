"""Find pages that were read before and are deleted or renamed now."""

from __future__ import annotations

from collections.abc import Iterator

from importers.web.failures import FetchError
from importers.web.jobs import Job, Reply
from importers.web.request import Request
from importers.xwiki.page_state import PageState, same_past, saved
from importers.xwiki.paths import bin_page, rest_page
from importers.xwiki.rest_lists import Listing
from importers.xwiki.run_context import RunContext
from kb.model import Item


def vanished_pages(run: RunContext, listing: Listing | None) -> Iterator[Item]:
    """Yield Gone for each page that the list lacks, and that is not found when asked for."""
    names: list[str] = []
    if listing is None or documents_of(run, listing) != listing.rows:
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


def documents_of(run: RunContext, met: Listing) -> int:
    """Return the rows that the list should have for all pages that are known or were met."""
    there = {name for name, state in run.states.items() if not state.gone}
    read = sum(run.states[name].documents for name in there)
    return read + sum(count for name, count in met.names.items() if name not in there)
