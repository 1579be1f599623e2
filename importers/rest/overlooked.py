"""What neither the newest changes nor the names of pages tell, looked for a part at a time.

An unchanged wiki still costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from importers.rest.answers import HistoryRow
from importers.rest.listing import Listing, counted
from importers.rest.lists import Limit
from importers.rest.state import PageState
from importers.web.work import Job
from kb.model import Known, PageId

_AT_ONCE = 3
"""Pages whose documents are counted in one run."""


def old_dated(
    name: str, rows: Iterable[tuple[str, HistoryRow]], states: Mapping[str, PageState], known: Known
) -> list[str]:
    """Pages with a version that the archive lacks, which came with a date before the last run.

    ``name`` is the wiki's in the archive, ``rows`` some of the list of all that ever changed.
    """
    met: dict[tuple[str, str], set[str]] = {}
    for page, row in rows:
        met.setdefault((page, row.language or ""), set()).add(row.version)
    found: dict[str, None] = {}
    for (page, locale), versions in met.items():
        state = states.get(page)
        if state is None or state.gone or state.way != "rest":
            continue
        new = versions - known.versions(PageId(name, page, locale))
        if any(f"{locale} {version}" not in state.lacking for version in new):
            found[page] = None
    return list(found)


def other_translations(
    wiki: str, limit: Limit, listing: Listing, states: Mapping[str, PageState]
) -> Job[list[str]]:
    """Pages that have more translations than they had, or fewer.

    No list of changes tells of those that were deleted, or brought in with their history.
    """
    odd = [
        page for page, count in listing.names.items()
        if (state := states.get(page)) is not None and state.way == "rest"
        and not state.gone and count != state.documents
    ]  # fmt: skip
    found = []
    for page in odd[:_AT_ONCE]:
        count = yield from counted(wiki, limit, page)
        if count is not None and count != states[page].documents:
            found.append(page)
    return found
