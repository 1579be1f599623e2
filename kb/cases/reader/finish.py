"""From a draft to the record: lines get their numbers on the page and their authors."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from kb.archive.views import LineView, PageView
from kb.cases.reader.draft import Draft, Kind, Named, Place
from kb.cases.record import (
    Anomaly,
    Case,
    CaseAttachment,
    CaseSource,
    Field,
    Identifier,
    Origin,
    Resolution,
    Section,
    Turn,
    Unclassified,
)
from kb.model import version_key


class Origins:
    """Origins of a case's places on a page."""

    def __init__(self, lines: Sequence[LineView], first: int) -> None:
        self._lines = lines
        self._first = first

    def at(self, place: Place) -> Origin:
        """Lines, and the newest version among them with its author and date."""
        first, last = self._first + place.first, self._first + place.last
        known = [line for line in self._lines[first : last + 1] if line.version]
        newest = max(known, key=lambda line: version_key(line.version or ""), default=None)
        if newest is None:
            return Origin(lines=(first + 1, last + 1))
        return Origin(
            lines=(first + 1, last + 1), version=newest.version, author=newest.author,
            date=newest.date,
        )  # fmt: skip


def to_case(draft: Draft, first: int, page: PageView) -> Case:
    """The record of a case whose first line is the page's line ``first`` (from 0)."""
    at = Origins(page.lines, first).at
    heading = draft.heading
    return Case(
        id=heading.id or made_id(page.id.page, heading.text),
        number=heading.number,
        date=heading.date,
        language=draft.language,
        status=draft.status,
        station=draft.station.text if draft.station else None,
        problem=draft.problem.text if draft.problem else "",
        fields=tuple(
            Field(name=f.name, label=f.label, value=f.value, parsed=f.parsed, origin=at(f.place))
            for f in draft.fields
        ),
        turns=tuple(
            Turn(round=t.round, speaker=t.speaker, text=t.text, origin=at(t.place))
            for t in draft.turns
        ),
        sections=tuple(
            Section(label=s.label, text=s.text, origin=at(s.place)) for s in draft.sections
        ),
        resolution=None
        if draft.resolution is None
        else Resolution(text=draft.resolution.text, origin=at(draft.resolution.place)),
        engineers=tuple(engineer.name for engineer in draft.engineers),
        attachments=tuple(_attachment(named, page, at(named.place)) for named in draft.attachments),
        identifiers=tuple(
            Identifier(kind=i.kind, value=i.value, origin=at(Place(i.line, i.line)))
            for i in draft.identifiers
        ),
        anomalies=_anomalies(draft, first, page),
        unclassified=tuple(
            Unclassified(text=u.text, origin=at(u.place)) for u in draft.unclassified
        ),
        origins={
            pointer: at(place) for pointer, place in _pointers(draft).items() if place is not None
        },
        source=CaseSource(
            wiki=page.id.wiki, page=page.id.page, locale=page.id.locale, version=page.version,
            lines=(first + 1, first + draft.length), history=page.history, url=page.url,
        ),
        x={"heading": heading.text, "lines": _accounts(draft, first)},
    )  # fmt: skip


def made_id(page: str, heading: str) -> str:
    """An id for a case that the page gives none: page reference and a digest of the heading."""
    return f"{page}#{hashlib.sha256(heading.encode()).hexdigest()[:8]}"


def _pointers(draft: Draft) -> dict[str, Place | None]:
    """What carries no origin of its own → where it stands."""
    heading = Place(0, 0)
    found: dict[str, Place | None] = {
        "/id": heading,
        "/number": heading if draft.heading.number is not None else None,
        "/date": heading if draft.heading.date else None,
        "/status": draft.status_place,
        "/station": draft.station.place if draft.station else None,
        "/problem": draft.problem.place if draft.problem else None,
    }
    found |= {f"/engineers/{n}": e.place for n, e in enumerate(draft.engineers)}
    return found


def _attachment(named: Named, page: PageView, origin: Origin) -> CaseAttachment:
    held = [file for file in page.attachments if file.name == named.name]
    return CaseAttachment(
        name=named.name,
        kind="image" if named.kind == "image" else "file",
        sha256=held[-1].sha256 if held else None,
        origin=origin,
    )


def _anomalies(draft: Draft, first: int, page: PageView) -> tuple[Anomaly, ...]:
    at = Origins(page.lines, first).at
    found = [
        Anomaly(code=odd.code, message=odd.message, origin=at(odd.place)) for odd in draft.oddities
    ]
    names = {file.name for file in page.attachments}
    if names or page.history == "complete":
        found += [
            Anomaly(
                code="attachment-missing",
                message=f"{a.name} is not on the page",
                origin=at(a.place),
            )
            for a in draft.attachments
            if a.name not in names
        ]
    heading = at(Place(0, 0))
    if draft.heading.date and heading.date and draft.heading.date > heading.date[:10]:
        message = (
            f"the heading's date {draft.heading.date} is later than its last edit {heading.date}"
        )
        found.append(Anomaly(code="date-after-record", message=message, origin=heading))
    lines = page.lines[first : first + draft.length]
    found += [
        Anomaly(
            code="line-missing", message=f"line {line.number} is missing from what was imported",
            origin=Origin(lines=(line.number, line.number)),
        )
        for line in lines
        if line.missing
    ]  # fmt: skip
    return tuple(found)


def _accounts(draft: Draft, first: int) -> dict[str, list[list[int]]]:
    """What each line was taken for: kind → runs of page lines."""
    runs: dict[str, list[list[int]]] = {}
    for number, kind in enumerate(draft.kinds, first + 1):
        if kind is Kind.BLANK:
            continue
        of_kind = runs.setdefault(kind.value, [])
        if of_kind and of_kind[-1][1] == number - 1:
            of_kind[-1][1] = number
        else:
            of_kind.append([number, number])
    return runs
