"""What lines alone tell of a case's life: for each element the newest version known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kb.archive.views import LineView
from kb.cases.reader.draft import Draft, Kind, Place
from kb.cases.reader.finish import Origins
from kb.cases.record import Change, Event
from kb.model import version_key

_COVERED = {Kind.FIELD, Kind.PROBLEM, Kind.TURN, Kind.ENGINEER, Kind.BLANK}


def timeline_of_lines(draft: Draft, first: int, lines: Sequence[LineView]) -> tuple[Event, ...]:
    """Oldest first. Never `created`, never an old value: lines do not tell them."""
    events = [*_elements(draft, first, lines), *_edits(draft, first, lines)]
    return tuple(sorted(events, key=lambda event: version_key(event.version)))


def _elements(draft: Draft, first: int, lines: Sequence[LineView]) -> Iterator[Event]:
    origins = Origins(lines, first)

    def event(change: Change, place: Place, new: str, name: str | None = None) -> Iterator[Event]:
        at = origins.at(place)
        if at.version:
            yield Event(
                version=at.version, author=at.author, date=at.date, change=change, name=name,
                new=new,
            )  # fmt: skip

    if draft.problem:
        yield from event("problem", draft.problem.place, draft.problem.text)
    for field in draft.fields:
        yield from event("field", field.place, field.value, field.name)
    for turn in draft.turns:
        yield from event("turn", turn.place, turn.text, turn.speaker)
    for file in draft.attachments:
        yield from event("attachment", file.place, file.name)
    if draft.status != "unset" and draft.status_place:
        yield from event("status", draft.status_place, draft.status)
    for engineer in draft.engineers:
        yield from event("engineer", engineer.place, engineer.name)


def _edits(draft: Draft, first: int, lines: Sequence[LineView]) -> Iterator[Event]:
    """One `edited` for each version that wrote a line which no other event covers."""
    seen: set[str] = set()
    for number, kind in enumerate(draft.kinds):
        covered = kind in _COVERED or (kind is Kind.STATUS and draft.status != "unset")
        line = lines[first + number]
        if not covered and line.version and line.version not in seen:
            seen.add(line.version)
            yield Event(
                version=line.version, author=line.author, date=line.date, change="edited"
            )  # fmt: skip
