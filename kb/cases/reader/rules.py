"""The reader: a table of rules, of which the first that knows a line takes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from kb.cases.lines.display import DisplayLine
from kb.cases.lines.grammar import Grammar
from kb.cases.lines.headings import CaseHeading
from kb.cases.lines.status import StatusReading, joint_status
from kb.cases.reader.attachments import find_attachments
from kb.cases.reader.draft import Draft, LineKind
from kb.cases.reader.head_rules import PLAIN_RULES, takes_any, takes_definition, takes_text
from kb.cases.reader.part_rules import (
    takes_heading,
    takes_markup,
    takes_part,
    takes_round,
    takes_section,
)
from kb.cases.reader.reading_state import LineRule, ReadingState
from kb.cases.reader.speaker_rules import takes_speaker
from kb.cases.reader.status_rules import (
    readings_of,
    takes_engineer,
    takes_names_below,
    takes_option,
    takes_status,
)

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
