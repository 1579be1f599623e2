"""The store's rows of pages: read a page whole, anywhere; put in those that changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

import msgspec

from kb.archive import Archive, PageView
from kb.cases.history.life import CaseLife, PageLife, PageSubject, page_life
from kb.cases.history.named import Named, named_in_case, named_on_page
from kb.cases.reader.assemble import copies_of
from kb.cases.reader.case_places import page_title
from kb.cases.reader.normalise import PageCase, read_page
from kb.cases.reader.profile_selection import ProfileSelection
from kb.cases.record import Case, Event, to_json
from kb.cases.store.finalise import RefreshReport, TouchedRows
from kb.cases.store.relate import affected_by, bands
from kb.errors import Problem, page_trouble
from kb.pool import Load, pooled

_BATCH: Final = 25
_PAYS: Final = 500
"""Pages to read from which more processes are quicker."""
_PACK: Final = msgspec.msgpack.Encoder()
_LIFE: Final = msgspec.msgpack.Decoder(PageLife)
_NAMED: Final = msgspec.msgpack.Decoder(tuple[Named, ...])


class PageJob(msgspec.Struct, array_like=True, frozen=True):
    """A page to read."""

    key: int
    """Its row in the archive."""
    digest: bytes
    before: bytes | None
    """What was known of its cases' lives, as a reading gave it."""


class CaseRow(msgspec.Struct, array_like=True, frozen=True):
    """A present case and what ties it to others."""

    line: int
    id: str
    record: bytes
    problem: str
    ties: tuple[str, ...]
    mentions: tuple[str, ...]
    bands: tuple[bytes, ...]


class PastRow(msgspec.Struct, array_like=True, frozen=True):
    """A case that the page had once: its id, its last version, its events packed."""

    id: str
    last: str | None
    events: bytes


class PageRows(msgspec.Struct, array_like=True, frozen=True):
    """What a page holds and held."""

    key: int
    digest: bytes
    wiki: str
    page: str
    locale: str
    renamed_to: str | None
    life: bytes
    named: bytes
    """What any of its versions names, packed."""
    cases: tuple[CaseRow, ...]
    past: tuple[PastRow, ...]
    trouble: Problem | None = None
    """Why it could not be read: then it has no cases."""


def page_rows(archive: Archive, selection: ProfileSelection, job: PageJob) -> PageRows:
    """Read a page; one whose content cannot be read has no cases, and says why."""
    view = archive.view(job.key)
    try:
        return _read_rows(archive, view, selection, job)
    except Exception as error:
        page = view.id
        where = f"{page.page} {page.locale}".rstrip()
        trouble = page_trouble(error, where, page.page)
        before = _LIFE.decode(job.before) if job.before else PageLife()
        named = {*before.named, *named_on_page(view, archive.revisions(job.key))}
        return PageRows(
            job.key, job.digest, page.wiki, page.page, page.locale, None,
            _PACK.encode(PageLife(named=before.named)), _PACK.encode(sorted(named)), (), (),
            trouble,
        )  # fmt: skip


def _read_rows(
    archive: Archive, view: PageView, selection: ProfileSelection, job: PageJob
) -> PageRows:
    """Read a page: its cases, and their lives over its revisions."""
    grammar = selection.grammar(view.id.page)
    before = _LIFE.decode(job.before) if job.before else None
    subject = PageSubject(job.key, view.id.page, page_title(view))
    life = page_life(archive, subject, grammar, before)
    found = read_page(view, grammar)
    complete = view.history == "complete"
    lives = dict(life.cases) if complete else {}
    named = {*life.named, *named_on_page(view, archive.revisions(job.key))}
    named.update(*(named_in_case(one.case) for one in found))
    cases: list[CaseRow] = []
    if view.gone is None:
        cases = [_row(one, lives) for one in found]
        past = [_past(name, one.last, one.events) for name, one in lives.items()]
    elif not complete:
        past = [_past(c.id, view.version, _with_end(c.timeline, view)) for c, *_ in found]
    else:
        past = [
            _past(name, one.last, _with_end(one.events, view) if one.present else one.events)
            for name, one in lives.items()
        ]
    return PageRows(
        job.key, job.digest, view.id.wiki, view.id.page, view.id.locale, view.renamed_to,
        _PACK.encode(life), _PACK.encode(sorted(named)), tuple(cases), tuple(past),
    )  # fmt: skip


def _row(found: PageCase, lives: dict[str, CaseLife]) -> CaseRow:
    """Make the row of a present case, its life taken out of ``lives``."""
    case = _with_life(found.case, lives)
    return CaseRow(
        case.source.lines[0], case.id, to_json(case), case.problem, found.keys, found.mentions,
        tuple(bands(case.problem)),
    )  # fmt: skip


def _past(name: str, last: str | None, events: Sequence[Event]) -> PastRow:
    return PastRow(name, last, _PACK.encode(events))


def _with_life(case: Case, lives: dict[str, CaseLife]) -> Case:
    """Return the case with the events of its life on the page: of its id, or the next id~2 left."""
    ids = islice(copies_of(case.id), len(lives) + 1)
    life = next((lives.pop(name) for name in ids if name in lives), None)
    return msgspec.structs.replace(case, timeline=tuple(life.events)) if life else case


def _with_end(events: Sequence[Event], view: PageView) -> list[Event]:
    """Return the events and the removal of the page, in the last version known."""
    last = view.version or (events[-1].version if events else "1.1")
    return [*events, Event(version=last, date=view.gone, change="removed")]


def named_in(db: sqlite3.Connection) -> Iterator[Named]:
    """Yield each value that any version of any page names, once."""
    seen: set[Named] = set()
    for (packed,) in db.execute("SELECT DISTINCT named FROM page"):
        new = [one for one in _NAMED.decode(packed) if one not in seen]
        seen.update(new)
        yield from new


_READINGS: Final = msgspec.msgpack.Decoder(list[PageRows])


class PageRefresh:
    """Brings the rows of changed pages up to the archive."""

    def __init__(
        self, db: sqlite3.Connection, archive: Archive, selection: ProfileSelection,
        workers: int | None = None,
    ) -> None:  # fmt: skip
        self._db = db
        self._archive = archive
        self._selection = selection
        self._workers = workers
        self._touched = TouchedRows(set(), set(), set())

    def read(self, report: RefreshReport) -> TouchedRows:
        """Read new and changed pages, drop those that the archive has no more."""
        known = dict(self._db.execute("SELECT key, digest FROM page"))
        changed = {
            key: digest
            for key, _, digest in self._archive.digests()
            if known.pop(key, None) != digest
        }
        lives = self._forget([*changed, *known])
        jobs = [PageJob(key, digest, lives.get(key)) for key, digest in changed.items()]
        for packed in self._readings(jobs):
            for reading in _READINGS.decode(packed):
                self._put(reading)
        report.pages += len(jobs)
        return self._touched

    def _readings(self, jobs: Sequence[PageJob]) -> Iterator[bytes]:
        """Read the pages in the order of the jobs; yield what each holds, packed by batches."""

        def read(batch: Sequence[PageJob]) -> bytes:
            archive = self._archive.here()
            return _PACK.encode([page_rows(archive, self._selection, job) for job in batch])

        batches = [jobs[n : n + _BATCH] for n in range(0, len(jobs), _BATCH)]
        load = Load(tasks=len(batches), pays=_PAYS // _BATCH, batch=1)
        return pooled(read, batches, load, self._workers)

    def _forget(self, pages: list[int]) -> dict[int, bytes | None]:
        """Forget pages; what was known of their cases' lives."""
        sql = "SELECT key FROM case_row WHERE page_key = ?"
        rows = {page: [key for (key,) in self._db.execute(sql, (page,))] for page in pages}
        every = {row for found in rows.values() for row in found}
        self._touched.untied.update(affected_by(self._db, every) - every)
        return {page: self._drop(page, found) for page, found in rows.items()}

    def _drop(self, page: int, rows: list[int]) -> bytes | None:
        self._touched.ids.update(
            name for (name,) in self._db.execute("SELECT id FROM past WHERE page_key = ?", (page,))
        )
        kept = self._db.execute("SELECT life FROM page WHERE key = ?", (page,)).fetchone()
        for row in rows:
            for table in ("tie", "mention", "band"):
                self._db.execute(f"DELETE FROM {table} WHERE case_key = ?", (row,))
        for table, column in (("case_row", "page_key"), ("past", "page_key"), ("page", "key")):
            self._db.execute(f"DELETE FROM {table} WHERE {column} = ?", (page,))
        return kept[0] if kept else None

    def _put(self, found: PageRows) -> None:
        """Put a page in as it was read."""
        trouble = _PACK.encode(found.trouble) if found.trouble else None
        row = (found.key, found.digest, found.life, found.named, trouble)
        self._db.execute("INSERT INTO page VALUES (?, ?, ?, ?, ?)", row)
        at = (found.key, found.wiki, found.page, found.locale)
        self._touched.new.update([self._add(at, case) for case in found.cases])
        self._touched.ids.update(one.id for one in found.past)
        rows = [(*at, one.id, one.last, found.renamed_to, one.events) for one in found.past]
        self._db.executemany("INSERT OR REPLACE INTO past VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def _add(self, at: tuple[int, str, str, str], case: CaseRow) -> int:
        """Put a present case in; its row."""
        row = self._db.execute(
            "INSERT INTO case_row (page_key, wiki, page, locale, line, base_id, base, problem)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*at, case.line, case.id, case.record, case.problem),
        ).lastrowid
        assert row is not None
        for table, values in (("tie", case.ties), ("band", case.bands), ("mention", case.mentions)):
            pairs = [(row, value) for value in values]
            self._db.executemany(f"INSERT OR IGNORE INTO {table} VALUES (?, ?)", pairs)
        return row
