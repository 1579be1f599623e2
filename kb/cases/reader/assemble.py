"""Assemble the record from a draft: lines get their numbers on the page and their authors."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import count

from kb.archive.views import LineView, PageView
from kb.cases.reader.draft import Draft, DraftName, LineKind, LineSpan
from kb.cases.record import (
    Anomaly,
    Case,
    CaseAttachment,
    CaseSource,
    Event,
    EventKind,
    Field,
    Identifier,
    Origin,
    Resolution,
    Section,
    Turn,
    Unclassified,
)
from kb.model import version_key

_COVERED = {LineKind.FIELD, LineKind.PROBLEM, LineKind.TURN, LineKind.ENGINEER, LineKind.BLANK}


def origin_of(lines: Sequence[LineView], start: int, span: LineSpan) -> Origin:
    """Return the lines of a span, and the newest version among them with its author and date.

    The span counts from the page's line ``start`` (from 0); ``lines`` are those of the page.
    """
    first, last = start + span.first, start + span.last
    known = [line for line in lines[first : last + 1] if line.version]
    newest = max(known, key=lambda line: version_key(line.version or ""), default=None)
    if newest is None:
        return Origin(lines=(first + 1, last + 1))
    version, author, date = newest.version, newest.author, newest.date
    return Origin(lines=(first + 1, last + 1), version=version, author=author, date=date)


def to_case(draft: Draft, first: int, page: PageView) -> Case:
    """Make the record of a case whose first line is the page's line ``first`` (from 0)."""
    at = partial(origin_of, page.lines, first)
    heading, resolution = draft.heading, draft.resolution
    return Case(
        id=heading.id or made_id(page.id.page, heading.text), number=heading.number,
        date=heading.date, language=draft.language, status=draft.status,
        station=draft.station.text if draft.station else None,
        problem=draft.problem.text if draft.problem else "",
        fields=tuple(
            Field(name=f.name, label=f.label, value=f.value, parsed=f.parsed, origin=at(f.span))
            for f in draft.fields
        ),
        turns=tuple(
            Turn(round=t.round, speaker=t.speaker, text=t.text, origin=at(t.span))
            for t in draft.turns
        ),
        sections=tuple(
            Section(label=s.label, text=s.text, origin=at(s.span)) for s in draft.sections
        ),
        resolution=resolution and Resolution(text=resolution.text, origin=at(resolution.span)),
        engineers=tuple(engineer.name for engineer in draft.engineers),
        attachments=tuple(_attachment(named, page, at(named.span)) for named in draft.attachments),
        identifiers=tuple(
            Identifier(kind=i.kind, value=i.value, origin=at(LineSpan(i.line, i.line)))
            for i in draft.identifiers
        ),
        anomalies=_anomalies(draft, first, page),
        unclassified=tuple(
            Unclassified(text=u.text, origin=at(u.span)) for u in draft.unclassified
        ),
        origins={pointer: at(span) for pointer, span in _pointers(draft).items() if span},
        source=CaseSource(
            wiki=page.id.wiki, page=page.id.page, locale=page.id.locale, version=page.version,
            lines=(first + 1, first + draft.length), history=page.history, url=page.url,
        ),
        x={"heading": heading.text, "lines": _accounts(draft, first)},
    )  # fmt: skip


def made_id(page: str, heading: str) -> str:
    """Make an id for a case that the page gives none: page reference and digest of the heading."""
    return f"{page}#{hashlib.sha256(heading.encode()).hexdigest()[:8]}"


def copies_of(name: str) -> Iterator[str]:
    """Yield the ids that the first, second, … case of an id has: `ID`, `ID~2`, `ID~3`."""
    yield name
    yield from (f"{name}~{number}" for number in count(2))


def _pointers(draft: Draft) -> dict[str, LineSpan | None]:
    """Return where each value stands that carries no origin of its own."""
    heading = LineSpan(0, 0)
    found: dict[str, LineSpan | None] = {
        "/id": heading,
        "/number": heading if draft.heading.number is not None else None,
        "/date": heading if draft.heading.date else None,
        "/status": draft.status_span,
        "/station": draft.station.span if draft.station else None,
        "/problem": draft.problem.span if draft.problem else None,
    }
    found |= {f"/engineers/{n}": e.span for n, e in enumerate(draft.engineers)}
    return found


def _attachment(named: DraftName, page: PageView, origin: Origin) -> CaseAttachment:
    held = [file for file in page.attachments if file.name == named.name]
    return CaseAttachment(
        name=named.name, kind="image" if named.kind == "image" else "file",
        sha256=held[-1].sha256 if held else None, origin=origin,
    )  # fmt: skip


def _anomalies(draft: Draft, first: int, page: PageView) -> tuple[Anomaly, ...]:
    at = partial(origin_of, page.lines, first)
    found = [
        Anomaly(code=one.code, message=one.message, origin=at(one.span)) for one in draft.anomalies
    ]
    names = {file.name for file in page.attachments}
    if names or page.history == "complete":
        missing = [a for a in draft.attachments if a.name not in names]
        message = "{} is not on the page"
        found += [
            Anomaly(code="attachment-missing", message=message.format(a.name), origin=at(a.span))
            for a in missing
        ]
    heading = at(LineSpan(0, 0))
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
    """Return what each line was taken for: kind → runs of page lines."""
    runs: dict[str, list[list[int]]] = {}
    for number, kind in enumerate(draft.kinds, first + 1):
        if kind is LineKind.BLANK:
            continue
        of_kind = runs.setdefault(kind.value, [])
        if of_kind and of_kind[-1][1] == number - 1:
            of_kind[-1][1] = number
        else:
            of_kind.append([number, number])
    return runs


def timeline_of_lines(draft: Draft, first: int, lines: Sequence[LineView]) -> tuple[Event, ...]:
    """Return what lines tell of the life, oldest first: never `created`, never an old value."""
    events = [*_elements(draft, first, lines), *_edits(draft, first, lines)]
    return tuple(sorted(events, key=lambda event: version_key(event.version)))


def _elements(draft: Draft, first: int, lines: Sequence[LineView]) -> Iterator[Event]:
    found: list[tuple[EventKind, LineSpan, str, str | None]] = []
    if draft.problem:
        found.append(("problem", draft.problem.span, draft.problem.text, None))
    found += [("field", field.span, field.value, field.name) for field in draft.fields]
    found += [("turn", turn.span, turn.text, turn.speaker) for turn in draft.turns]
    found += [("attachment", file.span, file.name, None) for file in draft.attachments]
    if draft.status != "unset" and draft.status_span:
        found.append(("status", draft.status_span, draft.status, None))
    found += [("engineer", one.span, one.name, None) for one in draft.engineers]
    for change, span, new, name in found:
        at = origin_of(lines, first, span)
        if at.version:
            yield Event(
                version=at.version, author=at.author, date=at.date, change=change, name=name,
                new=new,
            )  # fmt: skip


def _edits(draft: Draft, first: int, lines: Sequence[LineView]) -> Iterator[Event]:
    """Yield one `edited` for each version that wrote a line which no other event covers."""
    seen: set[str] = set()
    for number, kind in enumerate(draft.kinds):
        covered = kind in _COVERED or (kind is LineKind.STATUS and draft.status != "unset")
        line = lines[first + number]
        if not covered and line.version and line.version not in seen:
            seen.add(line.version)
            author, date = line.author, line.date
            yield Event(version=line.version, author=author, date=date, change="edited")
