"""Records in their final form: doubled ids, relations, what other pages tell of a case's life.

Cases that no page has any more are read from the last version that had them.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

import msgspec

from kb.archive import Archive, PageView
from kb.cases.history.timeline import Stay, durations, whole_life
from kb.cases.reader.assemble import copies_of
from kb.cases.reader.normalise import read_page
from kb.cases.reader.profile_selection import ProfileSelection
from kb.cases.record import Anomaly, Case, Event, from_json, to_json
from kb.cases.store.corrections import Corrections, changed_ids, corrected
from kb.cases.store.relate import Ties, affected_by

_RENUMBER = """
SELECT key, copy, new_copy, new_place FROM (
  SELECT key, copy, place,
    row_number() OVER (PARTITION BY wiki, base_id ORDER BY page, locale, line) AS new_copy,
    row_number() OVER (ORDER BY wiki, page, locale, line) AS new_place
  FROM case_row) WHERE copy != new_copy OR place != new_place
"""
_GONE = """
SELECT page_key, page, id, last, events FROM past
WHERE NOT EXISTS (
  SELECT 1 FROM case_row WHERE case_row.base_id = past.id AND case_row.wiki = past.wiki
  AND case_row.locale = past.locale)
ORDER BY wiki, page, locale, last, id
"""
_EVENTS = msgspec.msgpack.Decoder(tuple[Event, ...])


class TouchedRows(NamedTuple):
    """Rows of `case_row` whose records may be other than they were."""

    new: set[int]
    """Rows of cases that were put in."""
    untied: set[int]
    """Rows that lost a tie to a case which is no more."""
    ids: set[str]
    """Ids of cases that left a page, or whose past there changed."""


class RefreshReport(msgspec.Struct, kw_only=True):
    """What a refresh did."""

    pages: int = 0
    """Pages read anew."""
    cases: int = 0
    """Cases that the store now has."""
    changed: int = 0
    """Records written anew, by their page or by what they are related to."""


def finalise(
    db: sqlite3.Connection, touched: TouchedRows, corrections: Corrections,
    selection: ProfileSelection, report: RefreshReport,
) -> None:  # fmt: skip
    """Number doubled ids and write the records of all cases that are other than before."""
    renamed: set[int] = set()
    for key, copy, new_copy, new_place in db.execute(_RENUMBER).fetchall():
        if copy != new_copy:
            renamed.add(key)
        db.execute(
            "UPDATE case_row SET copy = ?, place = ?, id = base_id || iif(? > 1, '~' || ?, '')"
            " WHERE key = ?",
            (new_copy, new_place, new_copy, new_copy, key),
        )
    for name in touched.ids:
        rows = db.execute("SELECT key FROM case_row WHERE base_id = ?", (name,))
        renamed.update(key for (key,) in rows)
    dirty = affected_by(db, touched.new | renamed) | touched.untied | _by_hand(db, corrections)
    about = {name: corrections.about(name) for name in corrections.named()}
    ties = Ties(db)
    for key in sorted(dirty):
        _write(db, key, about, selection, ties, report)


def _by_hand(db: sqlite3.Connection, corrections: Corrections) -> set[int]:
    """Find rows of cases about which the corrections say something else than the last time."""
    before = last_corrections(db)
    packed = msgspec.msgpack.encode(corrections)
    db.execute("INSERT OR REPLACE INTO meta VALUES ('corrections', ?)", (packed,))
    found: set[int] = set()
    for name in changed_ids(before, corrections):
        found.update(key for (key,) in db.execute("SELECT key FROM case_row WHERE id = ?", (name,)))
    return found


def last_corrections(db: sqlite3.Connection) -> Corrections:
    """Return the corrections that the records were finalised with."""
    row = db.execute("SELECT value FROM meta WHERE key = 'corrections'").fetchone()
    return msgspec.msgpack.decode(row[0], type=Corrections) if row else Corrections()


def _write(
    db: sqlite3.Connection, key: int, about: Mapping[str, Corrections], selection: ProfileSelection,
    ties: Ties, report: RefreshReport,
) -> None:  # fmt: skip
    row = db.execute("SELECT id, copy, base, digest FROM case_row WHERE key = ?", (key,)).fetchone()
    if row is None:
        return
    case = _final_form(db, ties, key, *row[:3])
    if case.id in about:
        case = corrected(case, about[case.id], partial(selection.parse, case.source.page))
    record = to_json(case)
    digest = hashlib.sha256(record).digest()
    if digest != row[3]:
        sql = "UPDATE case_row SET record = ?, digest = ? WHERE key = ?"
        db.execute(sql, (record, digest, key))
        report.changed += 1


def _final_form(
    db: sqlite3.Connection, ties: Ties, key: int, name: str, copy: int, base: bytes
) -> Case:
    case = from_json(base)
    anomalies = case.anomalies
    if copy > 1:
        message = f"{case.id} is also the id of an earlier case; this one is {name}"
        origin = case.origins["/id"]
        anomalies += (Anomaly(code="duplicate-id", message=message, origin=origin),)
    timeline = whole_life(Stay(case.source.page, case.timeline), _before(db, case))
    similar = ties.alike(key)
    extra = dict(case.x) if isinstance(case.x, dict) else {}
    if spent := durations(timeline):
        extra["durations"] = spent
    if similar:
        extra["similar"] = {one.id: one.words for one in similar}
    return msgspec.structs.replace(
        case, id=name, anomalies=anomalies, timeline=timeline, x=extra,
        related=ties.related(key, similar),
    )  # fmt: skip


def _before(db: sqlite3.Connection, case: Case) -> list[Stay]:
    """Return stays of the case on pages that it has left."""
    rows = db.execute(
        "SELECT page, events, renamed_to FROM past"
        " WHERE id = ? AND wiki = ? AND locale = ? AND page != ? ORDER BY page",
        (case.id, case.source.wiki, case.source.locale, case.source.page),
    )
    return [Stay(page, _EVENTS.decode(events), renamed) for page, events, renamed in rows]


def removed_cases(
    db: sqlite3.Connection, archive: Archive, selection: ProfileSelection
) -> Iterator[Case]:
    """Yield a record of each case that no page has any more, as the last version shows it."""
    stays: dict[str, list[tuple[int, str, str | None, tuple[Event, ...]]]] = {}
    for key, page, name, last, events in db.execute(_GONE):
        stays.setdefault(name, []).append((key, page, last, _EVENTS.decode(events)))
    pages: dict[tuple[int, str | None], dict[str, Case]] = {}
    for name, found in stays.items():
        *before, now = sorted(found, key=lambda stay: stay[3][-1].date or "" if stay[3] else "")
        key, page, last, events = now
        if (key, last) not in pages:
            pages = {(key, last): _cases_at(archive, selection, key, last)}
        case = pages[key, last].get(name)
        if case is None:
            continue
        timeline = whole_life(Stay(page, events), [Stay(p, e) for _, p, _, e in before])
        extra = case.x if isinstance(case.x, dict) else {}
        yield msgspec.structs.replace(case, timeline=timeline, x={**extra, "removed": True})


def _cases_at(
    archive: Archive, selection: ProfileSelection, key: int, version: str | None
) -> dict[str, Case]:
    view: PageView = archive.view(key)
    if version is not None:
        lines = archive.blame(key, version)
        view = msgspec.structs.replace(view, lines=lines, version=version)
    found: dict[str, Case] = {}
    for one in read_page(view, selection.grammar(view.id.page)):
        found[next(n for n in copies_of(one.case.id) if n not in found)] = one.case
    return found
