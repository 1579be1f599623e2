"""The reader: a table of rules, of which the first that knows a line takes it; those for parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from kb.cases.lines.display import DisplayLine
from kb.cases.lines.headings import CaseHeading, heading_line
from kb.cases.lines.labels import label_alone
from kb.cases.lines.parts import part_at, round_at, section_at
from kb.cases.lines.status import StatusReading, joint_status
from kb.cases.profile.profile import PartName
from kb.cases.reader.draft import Draft, LineKind
from kb.cases.reader.head_rules import (
    PLAIN_RULES,
    take_meaning,
    takes_any,
    takes_definition,
    takes_text,
    value_fits_below,
)
from kb.cases.reader.identifiers import find_attachments
from kb.cases.reader.profile_selection import Grammar
from kb.cases.reader.reading_state import LineRule, ReadingState
from kb.cases.reader.speaker_rules import takes_speaker
from kb.cases.reader.status_rules import (
    readings_of,
    status_is_near,
    takes_engineer,
    takes_names_below,
    takes_option,
    takes_status,
)


def takes_markup(line: DisplayLine, state: ReadingState) -> bool:
    """Take a line that displays nothing: part of the text that is open, else a mark."""
    if line.text.strip(" |"):
        return False
    if state.open and state.open.kind is not LineKind.PROBLEM:
        return state.add_text(line.raw)
    return state.note(LineKind.MARK)


def takes_heading(line: DisplayLine, state: ReadingState) -> bool:
    """Take a heading within the case: a part, a round, a label of what follows, or a section."""
    heading = heading_line(line.raw)
    if heading is None:
        return False
    line = heading.line
    if _takes_part(line, state, heading=True) or takes_round(line, state):
        return True
    hit = state.label(line)
    if hit and hit.meaning and line.text[hit.start : hit.end].strip():
        return take_meaning(line, state, hit)
    state.close()
    state.take(LineKind.MARK)
    alone = label_alone(line, state.vocabulary)
    if alone and value_fits_below(alone, state):
        return take_meaning(line, state, alone)
    opening = section_at(line, state.vocabulary, heading=True)
    label = opening.label if opening else line.cut(0, len(line.text.rstrip(" :")))
    return state.start(LineKind.SECTION, label, "")


def takes_part(line: DisplayLine, state: ReadingState) -> bool:
    """Take the line that opens the tracking or the resolution part, and the text after its mark."""
    return _takes_part(line, state, heading=False)


def _takes_part(line: DisplayLine, state: ReadingState, *, heading: bool) -> bool:
    found = part_at(line, state.vocabulary)
    if found is None:
        return False
    name, opening = found
    rest = line.text[opening.rest :].strip(" -=*】]")
    if not (heading or opening.sure or _opens_by_place(name, state, rest=bool(rest))):
        return False
    state.close()
    state.zone, state.zone_marked = name, True
    state.take(LineKind.MARK)
    if rest:
        state.add_text(line.after_mark(opening.rest))
    return True


def _opens_by_place(name: PartName, state: ReadingState, *, rest: bool) -> bool:
    """Return True where the place of a part's mere label bears it out: nothing else is open."""
    if rest and state.open is None:
        return True
    if name == "resolution" and status_is_near(state):
        return True
    return not rest and (state.stands_alone or state.zone == "head")


def takes_round(line: DisplayLine, state: ReadingState) -> bool:
    """Take the line that opens a round of the tracking part, and the text after its mark."""
    found = round_at(line, state.vocabulary)
    if found is None or (state.zone == "resolution" and state.zone_marked):
        return False
    state.close()
    state.round, rest = found
    state.zone, state.zone_marked = "tracking", True
    state.take(LineKind.MARK)
    if line.text[rest:].strip(" =*"):
        state.add_text(line.after_mark(rest))
    return True


def takes_section(line: DisplayLine, state: ReadingState) -> bool:
    """Take the line that opens a section, and the text after its label."""
    opening = section_at(line, state.vocabulary)
    if opening is None:
        return False
    state.close()
    return state.start(LineKind.SECTION, opening.label, line.after_mark(opening.rest))


RULES: Final = (
    LineRule("markup alone", takes_markup),
    LineRule("heading", takes_heading),
    LineRule("status option", takes_option),
    LineRule("engineers below", takes_names_below),
    LineRule("part", takes_part),
    LineRule("status", takes_status),
    LineRule("engineers", takes_engineer),
    LineRule("round", takes_round),
    LineRule("section", takes_section),
    LineRule("definition", takes_definition),
    LineRule("speaker", takes_speaker),
    *PLAIN_RULES,
    LineRule("text", takes_text),
    LineRule("unclassified", takes_any),
)
"""Tried in this order for each line that is neither blank nor verbatim; the last takes any."""
VERBATIM: Final = "verbatim"
"""What is noted for verbatim lines, which are text and nothing else."""


class ReadCase(NamedTuple):
    """A case as it was read from its lines."""

    draft: Draft
    lines: Sequence[str]
    displays: Sequence[DisplayLine | None]
    """What each line displays; None for verbatim lines."""
    readings: list[StatusReading]
    """What each of its status lines says."""


def read_case(
    lines: Sequence[str], verbatim: Sequence[bool], heading: CaseHeading, grammar: Grammar
) -> ReadCase:
    """Take each line of a case, in order, for what the first rule that knows it says it is.

    ``lines`` begin with the heading, unless the page itself is the case.
    """
    state = ReadingState(lines, verbatim, heading, grammar)
    headed = heading.rule.begins != "page"
    if headed:
        state.draft.kinds[0] = LineKind.HEADING
    for number in range(headed, len(lines)):
        state.number = number
        state.draft.rules[number] = _take(state, lines[number], state.displays[number])
    draft = state.finalise()
    readings = readings_of(state)
    draft.status = joint_status(readings)
    find_attachments(draft, state.displays)
    return ReadCase(draft, lines, state.displays, readings)


def _take(state: ReadingState, raw: str, line: DisplayLine | None) -> str:
    """Take a line; return the name of the rule that took it, empty for a blank line."""
    if not raw.strip():
        state.add_blank()
        return ""
    if line is None:
        state.add_text(raw)
        return VERBATIM
    return next(rule.name for rule in RULES if rule.takes(line, state))
