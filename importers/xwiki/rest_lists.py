"""Read the lists that REST gives in parts: of pages, of changes, of attachments.

The list of pages has a row for each translation, in no stable order. The server drops rows that
the user may not view after it has counted: a short or even empty part need not be the last one.
A list may have no end at all: it counts as endless where it is larger than the settings allow, or
brings nothing new for too long.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import msgspec

from importers.web.failures import FetchError
from importers.web.jobs import Job
from importers.web.request import Answer, Request
from importers.xwiki.paths import rest_wiki
from importers.xwiki.rest_model import (
    ATTACHMENTS,
    HISTORY,
    PAGES,
    HistoryRow,
    RestAttachment,
    RestPageRow,
)
from kb.model import version_key

_HIDDEN_ROWS = 50
"""Rows in a row that the user may not view, after which a list counts as ended."""
_LEAST = 3
"""Empty parts in a row that end a list of any length."""
_ROUNDS = 3
_PARTS = 20_000
"""Most parts of a list of the whole wiki."""
_STALE = 1000
"""Rows without anything new, beyond four times those before them, that make a list endless."""
_MOST = re.compile(r"less than or equal to ([0-9]{1,9})")
R = TypeVar("R")
PartPath = Callable[[int, int], str]
"""Returns the path of a part of a list, from its first row and the number of rows."""
Decode = Callable[[bytes], list[R]]


class RowLimit:
    """The number of rows to ask for at a time; lowered when the server refuses so many."""

    def __init__(self, rows: int) -> None:
        self.rows = rows

    def refused(self, asked: int, failed: FetchError) -> bool:
        """Lower the limit after a refusal; False where the refusal is not about that."""
        if failed.status != 400:
            return False
        if found := _MOST.search(failed.detail):
            self.rows = min(self.rows, max(1, int(found[1])))
        elif asked <= self.rows:
            self.rows = max(1, asked // 2)
        return self.rows < asked


def part_of_list(
    limit: RowLimit, path: PartPath, decode: Decode[R], start: int
) -> Job[tuple[list[R], int]]:
    """Fetch rows from ``start`` on; return them and the number asked for. FetchError.

    Lists are few, and much depends on them: each part is worth more tries than other requests.
    """
    rounds = 0
    while True:
        asked = limit.rows
        (reply,) = yield [Request(path(start, asked), decode=decode)]
        if isinstance(reply, Answer):
            return reply.value, asked
        if limit.refused(asked, reply) and asked > 1:
            continue
        rounds += 1
        if not reply.temporary or rounds >= _ROUNDS:
            raise reply


class ListBounds(msgspec.Struct, frozen=True):
    """How large the list of a page may be."""

    rows: int
    size: int
    """Bytes of all parts together."""

    def check(self, rows: int, size: int = 0) -> None:
        """Raise FetchError where a list has more than that."""
        if rows > self.rows:
            raise EndlessListError(f"more than {self.rows} rows: raise max_rows if that is right")
        if size > self.size:
            raise EndlessListError(f"more than {self.size} bytes: raise max_text if that is right")


class EndlessListError(FetchError):
    """A list goes on and on, or begins anew."""

    def __init__(self, detail: str) -> None:
        super().__init__("endless-list", f"a list without end: {detail}")


def whole_list(
    limit: RowLimit,
    path: PartPath,
    decode: Decode[R],
    bounds: ListBounds,
    *,
    ended: Callable[[Sequence[R]], bool] = lambda _: False,
) -> Job[list[R]]:
    """Fetch a list that is not filtered by rights: a part that is not full is its last.

    ``ended`` tells from the rows so far whether there are no more. FetchError, also where the list
    has no end.
    """
    rows: list[R] = []
    met: set[bytes] = set()
    size = 0
    while True:
        new, asked = yield from part_of_list(limit, path, decode, len(rows))
        rows += new
        if len(new) < asked or ended(rows):
            bounds.check(len(rows))
            return rows
        keys = [msgspec.msgpack.encode(row) for row in new]
        size += sum(map(len, keys))
        bounds.check(len(rows), size)
        if met.issuperset(keys):
            raise EndlessListError("it begins anew")
        met.update(keys)


class Listing(msgspec.Struct):
    """The result of one pass through the list of pages, or of several together."""

    names: Counter[str]
    """Rows of each reference: the page and its translations."""
    rows: int
    """Rows in all: pages and translations that the user may view."""
    endless: FetchError | None = None
    """Why the list was left before its end."""


def list_pages(wiki: str, limit: RowLimit, attempt: int, most: int) -> Job[Listing]:
    """List all pages, hidden ones too, at most so many. ``attempt`` tells a pass from the next."""
    names: Counter[str] = Counter()
    again = {"again": attempt} if attempt else {}

    def path(start: int, number: int) -> str:
        return rest_wiki(wiki, "pages", start=start, number=number, **again)

    def take(row: RestPageRow) -> bool:
        names[row.full_name] += 1
        return names[row.full_name] == 1

    try:
        yield from _parts(limit, path, PAGES, take, _patience, most)
    except EndlessListError as endless:
        return Listing(names, names.total(), endless)
    return Listing(names, names.total())


def list_files(wiki: str, limit: RowLimit, most: int) -> Job[dict[str, dict[str, str]]]:
    """List the present versions of the attachments of all visible pages, by page and name."""
    files: dict[str, dict[str, str]] = {}

    def take(file: RestAttachment) -> bool:
        if not file.page_id:
            return False
        here = files.setdefault(file.page_id.removeprefix(f"{wiki}:"), {})
        new = file.name not in here
        here[file.name] = file.version
        return new

    def path(start: int, number: int) -> str:
        return rest_wiki(wiki, "attachments", start=start, number=number)

    yield from _parts(limit, path, ATTACHMENTS, take, _patience, most)
    return files


def list_changes(
    wiki: str, limit: RowLimit, since: int, most: int
) -> Job[dict[tuple[str, str], str]]:
    """List the newest version of each page, by reference and locale, changed after ``since`` ms.

    It lacks deletions, renames, and versions that were saved with an older date.
    """
    newest: dict[tuple[str, str], str] = {}

    def take(name: str, row: HistoryRow) -> bool:
        page = name, row.language or ""
        new = version_key(row.version) > version_key(newest.get(page, "0.0"))
        if new:
            newest[page] = row.version
        return new

    yield from _changes(wiki, limit, since, take, most)
    return newest


def changes_of(
    wiki: str, limit: RowLimit, names: set[str], most: int
) -> Job[list[tuple[str, HistoryRow]]]:
    """List all versions of some pages, from the list of all changes."""
    rows: list[tuple[str, HistoryRow]] = []

    def take(name: str, row: HistoryRow) -> bool:
        if name in names:
            rows.append((name, row))
        return True

    yield from _changes(wiki, limit, 0, take, most)
    return rows


def _changes(
    wiki: str, limit: RowLimit, since: int, take: Callable[[str, HistoryRow], bool], most: int
) -> Job[None]:
    """Hand each row that is later than ``since`` ms to ``take``, oldest first.

    A wiki of ``most`` pages has up to ten times as many changes.
    """

    def take_row(row: HistoryRow) -> bool:
        return bool(row.page_id) and take((row.page_id or "").removeprefix(f"{wiki}:"), row)

    path = partial(_changes_path, wiki, since)
    yield from _parts(
        limit, path, HISTORY, take_row, lambda _, met: _LEAST if met else 1, 10 * most
    )


def some_changes(
    wiki: str, limit: RowLimit, start: int, parts: int
) -> Job[tuple[list[tuple[str, HistoryRow]], int]]:
    """List some parts of the list of all changes; and the row to go on at, 0 at its end."""
    rows: list[tuple[str, HistoryRow]] = []
    for _ in range(parts):
        path = partial(_changes_path, wiki, 0)
        found, asked = yield from part_of_list(limit, path, HISTORY, start)
        if not found:
            return rows, 0
        rows += ((row.page_id.removeprefix(f"{wiki}:"), row) for row in found if row.page_id)
        start += asked
    return rows, start


def counted(wiki: str, limit: RowLimit, page: str) -> Job[int | None]:
    """Count a page and its translations by one answer; None where it does not hold them all.

    A list in parts and without order may have a row several times.
    """
    path = rest_wiki(wiki, "pages", start=0, number=limit.rows, name=page)
    (reply,) = yield [Request(path, decode=PAGES, fresh=True)]
    if not isinstance(reply, Answer):
        return None
    rows = reply.value
    found = sum(row.full_name == page for row in rows)
    return found if found and len(rows) < limit.rows else None


def _changes_path(wiki: str, since: int, start: int, number: int) -> str:
    return rest_wiki(
        wiki, "modifications", date=since, order="asc", start=start, number=number,
        prettyNames="true",
    )  # fmt: skip


def _parts(
    limit: RowLimit,
    path: PartPath,
    decode: Decode[R],
    take: Callable[[R], bool],
    patience: Callable[[int, int], int],
    most: int,
) -> Job[None]:
    """Hand each row of a filtered list to ``take``, until too many parts in a row are empty.

    ``take`` tells whether a row brings something new. ``patience`` returns how many empty parts end
    the list, from the rows asked for at a time and the rows met so far. EndlessListError where more
    than ``most`` rows are new, or too many in a row are not.
    """
    start = empty = met = new = last_new = 0
    for _ in range(_PARTS):
        if empty >= patience(limit.rows, met):
            return
        rows, asked = yield from part_of_list(limit, path, decode, start)
        for row in rows:
            met += 1
            if take(row):
                new, last_new = new + 1, met
        if new > most:
            raise EndlessListError(f"more than {most} rows: raise max_pages if that is right")
        if met > 4 * last_new + _STALE:
            raise EndlessListError("nothing new comes")
        empty = 0 if rows else empty + 1
        start += asked
    raise EndlessListError(f"more than {_PARTS} parts")


def _patience(rows: int, seen: int) -> int:
    """Return how many empty parts end a list: some rows' worth, few compared with those read."""
    worth = -(-_HIDDEN_ROWS // rows)
    return max(_LEAST, min(worth, seen // rows // 2 + _LEAST))
