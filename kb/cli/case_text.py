"""A case as text for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from kb.cases.record import Case, Event, Origin
from kb.cli.cases_ import COLOURS, fitted
from kb.cli.styled import Styled

_SHORT = 50
"""Cells of a terminal that a value in a change may take."""


def case_text(case: Case) -> Styled:
    """The whole case, in the order in which one reads it."""
    text = Styled()
    for part in (_head(case), _talk(case), _end(case)):
        for line in part:
            text.append(line).append("\n")
    text.rstrip()
    return text


def _head(case: Case) -> Iterator[Styled]:
    colour = COLOURS.get(case.status, "dim")
    yield Styled.assemble((case.id, "bold"), "  ", case.date or "", "  ", (case.status, colour))
    yield Styled.assemble((f"{case.source.page}, {_lines(case.source.lines)}", "dim"))
    yield Styled()
    if case.station:
        yield Styled.assemble(("station: ", "cyan"), case.station)
    for field in case.fields:
        yield Styled.assemble((f"{field.label}: ", "cyan"), field.value, _at(field.origin))
    if case.problem:
        yield Styled.assemble(("problem: ", "cyan"), (case.problem, "bold"))


def _talk(case: Case) -> Iterator[Styled]:
    round_: int | None = None
    for turn in case.turns:
        yield Styled()
        if turn.round != round_:
            round_ = turn.round
            name = "no round" if round_ is None else f"round {round_}"
            yield Styled(f"— {name}", style="magenta")
        yield Styled.assemble(
            (f"{turn.speaker or '·'}: ", "bold yellow"), turn.text, _at(turn.origin)
        )
    for section in case.sections:
        yield Styled()
        yield Styled.assemble((f"{section.label}: ", "bold"), section.text, _at(section.origin))


def _end(case: Case) -> Iterator[Styled]:
    yield Styled()
    if case.resolution:
        yield Styled.assemble(("resolution: ", "green"), case.resolution.text)
    if case.engineers:
        yield Styled.assemble(("engineers: ", "cyan"), ", ".join(case.engineers))
    for file in case.attachments:
        held = "" if file.sha256 else "  (not imported)"
        yield Styled.assemble(("attachment: ", "cyan"), file.name, (held, "dim"), _at(file.origin))
    for stretch in case.unclassified:
        yield Styled.assemble(("unclassified: ", "yellow"), stretch.text, _at(stretch.origin))
    for anomaly in case.anomalies:
        line = f"{anomaly.message} [{anomaly.code}]"
        yield Styled.assemble(("anomaly: ", "red"), line, _at(anomaly.origin))
    for note in case.corrections if isinstance(case.corrections, tuple) else ():
        line = f"{note.path} {note.old!r} → {note.new!r} by {note.by}: {note.why}"
        yield Styled.assemble(("put right: ", "magenta"), line)
    extra = case.x if isinstance(case.x, dict) else {}
    if withheld := extra.get("withheld"):
        line = f"by {withheld['by']}: {withheld['why']}"
        yield Styled.assemble(("withheld from the public: ", "magenta"), line)
    for related in case.related:
        yield Styled.assemble(("related: ", "cyan"), related.id, f"  by {', '.join(related.via)}")
    if case.timeline:
        yield Styled("timeline:", style="cyan")
    yield from (event_text(event) for event in case.timeline)


def event_text(event: Event) -> Styled:
    """One change: when, by whom, what, from and to."""
    what = " ".join(filter(None, (event.change, event.name)))
    change = " → ".join(
        fitted(" ".join(value.split()), _SHORT)
        for value in (event.old, event.new)
        if value is not None
    )
    who = f"{event.version:>8} {(event.date or '')[:16]:<16} {event.author or ''}"
    return Styled.assemble((f"{who.rstrip()}  ", "dim"), what, f"  {change}" if change else "")


def _at(origin: Origin) -> tuple[str, str]:
    known = [part for part in (origin.version, origin.author, (origin.date or "")[:10]) if part]
    return f"  ({', '.join([_lines(origin.lines), *known])})", "dim"


def _lines(lines: tuple[int, int]) -> str:
    first, last = lines
    return f"line {first}" if first == last else f"lines {first}–{last}"
