"""Which pages there are, and which changed: the wiki's own lists, read with care.

The list of pages has a row for each translation, no order that holds, and leaves out what we may
not see after it has counted: a part that is short, or even empty, need not be its last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import msgspec

from importers.rest.answers import HISTORY, PAGES, HistoryRow
from importers.rest.lists import Limit, part_of_list
from importers.web.paths import rest_wiki
from importers.web.work import Job
from kb.model import version_key

_HIDDEN_ROWS = 50
"""Rows one after another that we may not see, after which a list counts as ended."""

_LEAST = 3
"""Empty parts one after another that end a list of any length."""


class Listing(msgspec.Struct):
    """What one pass through the list of pages gives, or several together."""

    names: Counter[str]
    """Rows of each reference: itself and its translations."""
    rows: int
    """Documents in the wiki that we may see."""


def list_pages(wiki: str, limit: Limit, turn: int) -> Job[Listing]:
    """All pages that the wiki lists, hidden ones too. ``turn`` tells one pass from the next."""
    names: Counter[str] = Counter()
    again = {"again": turn} if turn else {}

    def path(start: int, number: int) -> str:
        return rest_wiki(wiki, "pages", start=start, number=number, **again)

    start = empty = 0
    while empty < _patience(limit.rows, names.total()):
        answer, asked = yield from part_of_list(limit, path, PAGES, start)
        rows = [row.full_name for row in answer.page_summaries]
        names.update(rows)
        empty = 0 if rows else empty + 1
        start += asked
    return Listing(names, names.total())


def list_changes(wiki: str, limit: Limit, since: int) -> Job[dict[tuple[str, str], str]]:
    """The newest version of each page, by reference and locale, that changed after ``since`` ms.

    Deletions and renames do not show here, nor what was saved with an older date.
    """
    newest: dict[tuple[str, str], str] = {}

    def take(name: str, row: HistoryRow) -> None:
        page = name, row.language or ""
        if version_key(row.version) >= version_key(newest.get(page, "0.0")):
            newest[page] = row.version

    yield from _changes(wiki, limit, since, take)
    return newest


def changes_of(wiki: str, limit: Limit, names: set[str]) -> Job[list[tuple[str, HistoryRow]]]:
    """All versions of some pages, from the list of all that ever changed."""
    rows: list[tuple[str, HistoryRow]] = []

    def take(name: str, row: HistoryRow) -> None:
        if name in names:
            rows.append((name, row))

    yield from _changes(wiki, limit, 0, take)
    return rows


def _changes(
    wiki: str, limit: Limit, since: int, take: Callable[[str, HistoryRow], None]
) -> Job[None]:
    """Hand each row that is later than ``since`` ms to ``take``, oldest first."""

    def path(start: int, number: int) -> str:
        return rest_wiki(
            wiki, "modifications", date=since, order="asc", start=start, number=number,
            prettyNames="true",
        )  # fmt: skip

    start = empty = met = 0
    while empty < (_LEAST if met else 1):
        answer, asked = yield from part_of_list(limit, path, HISTORY, start)
        met += len(answer.history_summaries)
        for row in answer.history_summaries:
            if row.page_id:
                take(row.page_id.removeprefix(f"{wiki}:"), row)
        empty = 0 if answer.history_summaries else empty + 1
        start += asked


def _patience(rows: int, seen: int) -> int:
    """How many empty parts end a list: some rows' worth, few beside what was read."""
    worth = -(-_HIDDEN_ROWS // rows)
    return max(_LEAST, min(worth, seen // rows // 2 + _LEAST))
