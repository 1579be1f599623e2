"""Rules for what a case's head says: labelled values on lines, in tables, as definitions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kb.cases.lines.display import DisplayLine
from kb.cases.lines.labels import (
    LabelHit,
    RowCell,
    cells_of,
    is_plain,
    known_labels,
    label_alone,
    label_spaced,
    may_be_field,
)
from kb.cases.reader.draft import DraftText, LineKind
from kb.cases.reader.reading_state import LineRule, OpenBlock, ReadingState
from kb.cases.reader.status_rules import open_engineers, open_status


def takes_table_row(line: DisplayLine, state: ReadingState) -> bool:
    """Take a row of headings, or one of values below headings that are labels."""
    if state.zone != "head":
        return False
    cells = cells_of(line)
    if cells and all(cell.heading for cell in cells) and len(cells) > 1:
        state.close()
        columns = [line.cut(cell.start, cell.end) for cell in cells]
        known = sum(state.vocabulary.meaning(label) is not None for label in columns)
        state.columns = columns if known > 1 else []
        return state.take(LineKind.MARK)
    if _takes_pairs(line, state, cells):
        return True
    if not cells or len(cells) != len(state.columns):
        state.columns = []
        return False
    return _take_cells(line, state, state.columns, cells)


def _takes_pairs(line: DisplayLine, state: ReadingState, cells: list[RowCell]) -> bool:
    """Take a row in which label and value alternate: `|=Phone|134|=Bill|2020`."""
    if len(cells) < 4 or len(cells) % 2:
        return False
    labels = [line.cut(cell.start, cell.end).rstrip(":：") for cell in cells[::2]]
    meanings = [state.vocabulary.meaning(label) for label in labels]
    if not all(meaning and meaning.role == "field" for meaning in meanings):
        return False
    state.columns = []
    return _take_cells(line, state, labels, cells[1::2])


def _take_cells(
    line: DisplayLine, state: ReadingState, labels: Sequence[str], cells: Sequence[RowCell]
) -> bool:
    for label, cell in zip(labels, cells, strict=True):
        meaning = state.vocabulary.meaning(label)
        state.add_labelled(line, LabelHit(meaning, label, "", cell.start, cell.end, row=True))
    state.close()
    return state.take(LineKind.FIELD)


def takes_known_labels(line: DisplayLine, state: ReadingState) -> bool:
    """Take the known labels of a line of the head, one or several."""
    return state.zone == "head" and _takes_fields(line, state)


def _takes_fields(line: DisplayLine, state: ReadingState) -> bool:
    hit = state.label(line)
    if hit is None or hit.meaning is None:
        hit = label_spaced(line, state.vocabulary) if state.zone == "head" else None
    if hit is None:
        return False
    for one in known_labels(line, state.vocabulary, hit):
        state.add_labelled(line, one)
    return True


def takes_unknown_label(line: DisplayLine, state: ReadingState) -> bool:
    """Take a line of the head with a label that no profile knows, where it has the shape of one."""
    hit = state.label(line) if state.zone == "head" else None
    if hit is None:
        return False
    problem = state.open if state.open and state.open.kind is LineKind.PROBLEM else None
    if not may_be_field(hit, line, state.vocabulary, in_problem=problem is not None):
        return False
    return (problem is None or problem.one_line) and state.add_labelled(line, hit)


def takes_station(line: DisplayLine, state: ReadingState) -> bool:
    """Take a line with no label right below the heading that the profile knows as a station."""
    if state.zone != "head" or not state.is_fresh:
        return False
    text = line.text.strip()
    if not any(pattern.fullmatch(text) for pattern in state.vocabulary.stations):
        return False
    state.draft.station = DraftText("", line.cut(0, len(line.text)), state.here)
    return state.take(LineKind.STATION)


def takes_late_field(line: DisplayLine, state: ReadingState) -> bool:
    """Take a field outside the head: a known label, with a value and no sentence after it."""
    if state.zone == "head" or state.open is not None:
        return False
    if state.round is not None and state.zone == "tracking":
        return False
    hit = state.label(line)
    if hit is None or hit.meaning is None:
        return False
    if hit.role == "problem":
        return not state.problem and _takes_fields(line, state)
    return hit.meaning.type != "text" and is_plain(hit, line) and _takes_fields(line, state)


def takes_definition(line: DisplayLine, state: ReadingState) -> bool:
    """Take a label with no colon, its value below as its definition: `; label`, `: value`."""
    following = state.number + 1
    below = state.lines[following].lstrip() if following < len(state.lines) else ""
    if not below.startswith((":", "：")):
        return False
    hit = label_alone(line, state.vocabulary)
    if hit is None or state.in_turn:
        return False
    if hit.role in ("field", "problem", "station") and state.zone != "head":
        return False
    return take_meaning(line, state, hit)


def take_meaning(line: DisplayLine, state: ReadingState, hit: LabelHit) -> bool:
    """Take a labelled line for what its label means."""
    if hit.role == "status":
        return open_status(line, state, hit)
    if hit.role == "engineer":
        return open_engineers(line, state, hit)
    return state.add_labelled(line, hit)


def value_fits_below(hit: LabelHit, state: ReadingState) -> bool:
    """Return True where what is below a label may be its value: a field has one line alone."""
    if hit.role != "field":
        return True
    below = [line.strip() for line in state.lines[state.number + 1 : state.number + 4]]
    text = next((n for n, line in enumerate(below) if line), None)
    after = "" if text is None else "".join(below[text + 1 : text + 2])
    return text is not None and (not after or after.startswith("="))


def takes_text(line: DisplayLine, state: ReadingState) -> bool:
    """Take a line as text: it goes on with what is open, or opens what its zone is for."""
    block = state.open
    if block.kind is LineKind.UNCLASSIFIED if block else state.zone == "head":
        return False
    if state.zone != "head":
        return state.add_text(line.raw)
    state.add_text(_below_label(line, block) if block else line.raw)
    if state.open and state.open.kind in (LineKind.FIELD, LineKind.STATION):
        state.close()
    return True


def _below_label(line: DisplayLine, block: OpenBlock) -> str:
    """Return the line's source, without a colon where it is the value of the label above it."""
    if not block.is_empty:
        return line.raw
    if block.kind in (LineKind.FIELD, LineKind.STATION):
        return line.cut(len(line.text) - len(line.text.lstrip(" :")), len(line.text))
    raw = line.raw.lstrip()
    return raw[1:].lstrip() if raw.startswith((":", "：")) else line.raw


def takes_any(line: DisplayLine, state: ReadingState) -> bool:
    """Take any line as unclassified: it is kept and searched, never dropped."""
    return state.add_text(line.raw)


PLAIN_RULES: Final = (
    LineRule("table row", takes_table_row),
    LineRule("known label", takes_known_labels),
    LineRule("unknown label", takes_unknown_label),
    LineRule("unlabelled station", takes_station),
    LineRule("late field", takes_late_field),
)
"""Rules for lines that open nothing but a value; the first four hold in the head only."""


def take_before_mark(line: DisplayLine, state: ReadingState, end: int) -> None:
    """Take what precedes a speaker's mark, up to ``end`` of the source; in the head, the line."""
    if any(rule.takes(line, state) for rule in PLAIN_RULES):
        return
    if state.zone != "head":
        state.add_text(line.raw[:end])
    elif not takes_text(line, state):
        takes_any(line, state)
