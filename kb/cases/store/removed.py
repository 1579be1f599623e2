"""Cases that no page has any more, read from the last version that had them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import msgspec

from kb.archive import Archive, PageView
from kb.cases.history.timeline import Stay, whole_life
from kb.cases.reader.normalise import read_page
from kb.cases.reader.selection import ProfileSelection
from kb.cases.record import Case, Event
from kb.cases.store.finalise import EVENTS

_GONE = """
SELECT page_key, page, id, last, events FROM past
WHERE NOT EXISTS (
  SELECT 1 FROM kase WHERE kase.base_id = past.id AND kase.wiki = past.wiki
  AND kase.locale = past.locale)
ORDER BY wiki, page, locale, last, id
"""


def removed_cases(
    db: sqlite3.Connection, archive: Archive, selection: ProfileSelection
) -> Iterator[Case]:
    """One record for each, of the page that had it last; its lines are those of that version."""
    stays: dict[str, list[tuple[int, str, str | None, tuple[Event, ...]]]] = {}
    for key, page, name, last, events in db.execute(_GONE):
        stays.setdefault(name, []).append((key, page, last, EVENTS.decode(events)))
    pages: dict[tuple[int, str | None], dict[str, Case]] = {}
    for name, found in stays.items():
        *before, now = sorted(found, key=lambda stay: stay[3][-1].date or "" if stay[3] else "")
        key, page, last, events = now
        if (key, last) not in pages:
            pages = {(key, last): _cases(archive, selection, key, last)}
        case = pages[key, last].get(name)
        if case is None:
            continue
        timeline = whole_life(Stay(page, events), [Stay(p, e) for _, p, _, e in before])
        extra = case.x if isinstance(case.x, dict) else {}
        yield msgspec.structs.replace(case, timeline=timeline, x={**extra, "removed": True})


def _cases(
    archive: Archive, selection: ProfileSelection, key: int, version: str | None
) -> dict[str, Case]:
    view: PageView = archive.view(key)
    if version is not None:
        lines = archive.blame(key, version)
        view = msgspec.structs.replace(view, lines=lines, version=version)
    found: dict[str, Case] = {}
    for one in read_page(view, selection.grammar(view.id.page)):
        name, number = one.case.id, 2
        while name in found:
            name, number = f"{one.case.id}~{number}", number + 1
        found[name] = one.case
    return found
