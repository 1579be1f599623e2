"""Reading the archive's changed pages into the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from kb.archive import Archive, PageView
from kb.cases.forms import page_title
from kb.cases.life import CaseLife, PageLife, Subject, page_life
from kb.cases.normalise import PageCase, read_page
from kb.cases.record import Case, Event, to_json
from kb.cases.relate import affected_by
from kb.cases.selection import Selection
from kb.cases.settle import RefreshReport
from kb.cases.similar import bands

_PACK = msgspec.msgpack.Encoder()
_LIFE = msgspec.msgpack.Decoder(PageLife)


class Touched(NamedTuple):
    """Rows of `kase` whose records may be other than they were."""

    new: set[int]
    beside: set[int]
    """Rows that lost a tie to a case which is no more."""
    ids: set[str]
    """Ids of cases that left a page, or whose past there changed."""


class PageReader:
    """Brings the rows of changed pages up to the archive."""

    def __init__(self, db: sqlite3.Connection, archive: Archive, selection: Selection) -> None:
        self._db = db
        self._archive = archive
        self._selection = selection

    def read(self, report: RefreshReport) -> Touched:
        """Read new and changed pages, drop those that the archive has no more."""
        known = dict(self._db.execute("SELECT key, digest FROM page"))
        touched = Touched(set(), set(), set())
        for key, _, digest in self._archive.digests():
            if known.pop(key, None) == digest:
                continue
            life = self._drop(key, touched)
            self._read_page(key, digest, life, touched)
            report.pages += 1
        for key in known:
            self._drop(key, touched)
        return touched

    def _drop(self, page: int, touched: Touched) -> PageLife | None:
        """Forget a page; what was known of its cases' lives."""
        rows = [k for (k,) in self._db.execute("SELECT key FROM kase WHERE page_key = ?", (page,))]
        touched.beside.update(affected_by(self._db, rows) - set(rows))
        touched.ids.update(
            name for (name,) in self._db.execute("SELECT id FROM past WHERE page_key = ?", (page,))
        )
        kept = self._db.execute("SELECT life FROM page WHERE key = ?", (page,)).fetchone()
        for row in rows:
            for table in ("tie", "mention", "band"):
                self._db.execute(f"DELETE FROM {table} WHERE case_key = ?", (row,))
        for table, column in (("kase", "page_key"), ("past", "page_key"), ("page", "key")):
            self._db.execute(f"DELETE FROM {table} WHERE {column} = ?", (page,))
        return _LIFE.decode(kept[0]) if kept and kept[0] else None

    def _read_page(
        self, key: int, digest: bytes, before: PageLife | None, touched: Touched
    ) -> None:
        view = self._archive.view(key)
        tools = self._selection.tools(view.id.page)
        life = None
        if view.history == "complete":
            subject = Subject(key, view.id.page, page_title(view))
            life = page_life(self._archive, subject, tools, before)
        cases = read_page(view, tools)
        if view.gone is None:
            lives = dict(life.cases) if life else {}
            touched.new.update(self._add(key, found, lives) for found in cases)
            for name, one in lives.items():
                self._past(view, name, one.last, one.events, touched)
        else:
            self._depart(view, cases, life, touched)
        packed = _PACK.encode(life) if life else None
        self._db.execute("INSERT INTO page VALUES (?, ?, ?)", (key, digest, packed))

    def _depart(
        self, view: PageView, cases: Sequence[PageCase], life: PageLife | None, touched: Touched
    ) -> None:
        """The cases of a page that the wiki no longer has."""
        if life is None:
            for found in cases:
                events = _with_end(found.case.timeline, view)
                self._past(view, found.case.id, view.version, events, touched)
            return
        for name, one in life.cases.items():
            events = _with_end(one.events, view) if one.present else one.events
            self._past(view, name, one.last, events, touched)

    def _past(
        self, view: PageView, name: str, last: str | None, events: Sequence[Event], touched: Touched
    ) -> None:
        touched.ids.add(name)
        self._db.execute(
            "INSERT OR REPLACE INTO past VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                view.key, view.id.wiki, view.id.page, view.id.locale, name, last, view.renamed_to,
                _PACK.encode(events),
            ),
        )  # fmt: skip

    def _add(self, page: int, found: PageCase, lives: dict[str, CaseLife]) -> int:
        """Put a present case in, its life taken out of ``lives``."""
        case = _with_life(found.case, lives)
        source = case.source
        row = self._db.execute(
            "INSERT INTO kase (page_key, wiki, page, locale, line, base_id, base, problem)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                page, source.wiki, source.page, source.locale, source.lines[0], case.id,
                to_json(case), case.problem,
            ),
        ).lastrowid  # fmt: skip
        assert row is not None
        ties = [(row, key) for key in found.keys]
        self._db.executemany("INSERT INTO tie VALUES (?, ?)", ties)
        alike = [(row, band) for band in bands(case.problem)]
        self._db.executemany("INSERT OR IGNORE INTO band VALUES (?, ?)", alike)
        named = [(row, mention) for mention in found.mentions]
        self._db.executemany("INSERT INTO mention VALUES (?, ?)", named)
        return row


def _with_life(case: Case, lives: dict[str, CaseLife]) -> Case:
    """The case with the events of its life on the page: of its id, or of the next id~2 left."""
    name, number = case.id, 2
    while name not in lives and number <= len(lives) + 1:
        name, number = f"{case.id}~{number}", number + 1
    life = lives.pop(name, None)
    return msgspec.structs.replace(case, timeline=tuple(life.events)) if life else case


def _with_end(events: Sequence[Event], view: PageView) -> list[Event]:
    """The events and the removal of the page, in the last version known."""
    last = view.version or (events[-1].version if events else "1.1")
    return [*events, Event(version=last, date=view.gone, change="removed")]
