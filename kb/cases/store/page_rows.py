"""One page of the archive read whole: what the store keeps of it, packed; by itself, anywhere."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kb.archive import Archive, PageView
from kb.cases.history.life import CaseLife, PageLife, Subject, page_life
from kb.cases.reader.normalise import PageCase, read_page
from kb.cases.reader.selection import ProfileSelection
from kb.cases.reader.unheaded import page_title
from kb.cases.record import Case, Event, to_json
from kb.cases.store.similar import bands

_PACK = msgspec.msgpack.Encoder()
_LIFE = msgspec.msgpack.Decoder(PageLife)


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


class PageReading(msgspec.Struct, array_like=True, frozen=True):
    """What a page holds and held."""

    key: int
    digest: bytes
    wiki: str
    page: str
    locale: str
    renamed_to: str | None
    life: bytes | None
    cases: tuple[CaseRow, ...]
    past: tuple[PastRow, ...]


def read_one(archive: Archive, selection: ProfileSelection, job: PageJob) -> PageReading:
    """Read a page: its cases, and their lives over its revisions."""
    view = archive.view(job.key)
    grammar = selection.grammar(view.id.page)
    life = None
    if view.history == "complete":
        before = _LIFE.decode(job.before) if job.before else None
        life = page_life(archive, Subject(job.key, view.id.page, page_title(view)), grammar, before)
    found = read_page(view, grammar)
    lives = dict(life.cases) if life else {}
    cases: list[CaseRow] = []
    if view.gone is None:
        cases = [_row(one, lives) for one in found]
        past = [_past(name, one.last, one.events) for name, one in lives.items()]
    elif life is None:
        past = [_past(c.id, view.version, _with_end(c.timeline, view)) for c, *_ in found]
    else:
        past = [
            _past(name, one.last, _with_end(one.events, view) if one.present else one.events)
            for name, one in lives.items()
        ]
    return PageReading(
        job.key, job.digest, view.id.wiki, view.id.page, view.id.locale, view.renamed_to,
        _PACK.encode(life) if life else None, tuple(cases), tuple(past),
    )  # fmt: skip


def _row(found: PageCase, lives: dict[str, CaseLife]) -> CaseRow:
    """A present case, its life taken out of ``lives``."""
    case = _with_life(found.case, lives)
    return CaseRow(
        case.source.lines[0], case.id, to_json(case), case.problem, found.keys, found.mentions,
        tuple(bands(case.problem)),
    )  # fmt: skip


def _past(name: str, last: str | None, events: Sequence[Event]) -> PastRow:
    return PastRow(name, last, _PACK.encode(events))


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
