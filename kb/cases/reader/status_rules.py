"""Rules for status lines and lines that name engineers: on one line, or listed below it."""

from __future__ import annotations

from kb.cases.lines.display import DisplayLine
from kb.cases.lines.labels import LabelHit, label_at, status_without_colon
from kb.cases.lines.status import StatusOption, StatusReading
from kb.cases.lines.values import names_in
from kb.cases.reader.draft import DraftName, LineKind, LineSpan
from kb.cases.reader.reading_state import ReadingState, StatusLine


def takes_option(line: DisplayLine, state: ReadingState) -> bool:
    """Take an option of the status line, listed right below it."""
    if not state.below_status:
        return False
    hit = state.label(line)
    if hit and hit.meaning:
        return False
    status = state.status_lines[-1]
    if not state.grammar.status.is_option(line, states_below=status.states_below):
        return False
    status.options.append(StatusOption(line, 0, len(line.text)))
    return _take_status(state)


def takes_names_below(line: DisplayLine, state: ReadingState) -> bool:
    """Take names right below an engineers' label that has none on its own line."""
    rule = state.names_below
    if rule is None:
        return False
    value = line.cut(len(line.text) - len(line.text.lstrip(" :|")), len(line.text))
    names = names_in(value, rule, state.vocabulary.nobody)
    if not _are_names(names, state):
        return False
    _add_engineers(names, state)
    state.take(LineKind.ENGINEER)
    state.names_below = rule if line.listed else None
    return True


def takes_status(line: DisplayLine, state: ReadingState) -> bool:
    """Take a status line; within a turn only where it is marked, or options follow."""
    words = state.grammar.status
    hit = state.label(line)
    if hit is None or hit.meaning is None:
        hit = status_without_colon(line, state.vocabulary)
        if hit is None or not words.looks_marked(StatusOption(line, hit.start, hit.end)):
            return False
    if hit.role != "status":
        return False
    option = StatusOption(line, hit.start, hit.end)
    if state.in_turn and not (hit.legend or words.looks_marked(option)):
        empty = not line.text[hit.start : hit.end].strip()
        following = state.number + 1
        below = state.displays[following] if following < len(state.lines) else None
        if not (empty and below and words.is_option(below, states_below=False)):
            return False
    return open_status(line, state, hit)


def open_status(line: DisplayLine, state: ReadingState, hit: LabelHit) -> bool:
    """Take the line as one that states the status; it ends the tracking part."""
    state.close()
    if state.zone == "tracking":
        state.zone, state.zone_marked = "resolution", False
    option = StatusOption(line, hit.start, hit.end)
    empty = not line.text[hit.start : hit.end].strip()
    states_below = not state.grammar.status.names_a_state(option)
    options = [] if empty else [option]
    state.status_lines.append(StatusLine(hit.legend, options, states_below))
    state.below_status = True
    return _take_status(state)


def _take_status(state: ReadingState) -> bool:
    span = state.draft.status_span
    state.draft.status_span = LineSpan(span.first if span else state.number, state.number)
    return state.take(LineKind.STATUS)


def takes_engineer(line: DisplayLine, state: ReadingState) -> bool:
    """Take a line that names engineers; within a turn only where the status follows."""
    hit = state.label(line)
    if hit is None or hit.meaning is None:
        return _takes_engineer_spaced(line, state)
    if hit.role != "engineer" or (state.in_turn and not _status_follows(state)):
        return False
    return open_engineers(line, state, hit)


def _takes_engineer_spaced(line: DisplayLine, state: ReadingState) -> bool:
    """Take a label with no colon right below a status line, with names after it."""
    if state.draft.kinds[state.number - 1] is not LineKind.STATUS:
        return False
    label, _, value = line.text.strip().partition(" ")
    meaning = state.vocabulary.meaning(label)
    if meaning is None or meaning.role != "engineer":
        return False
    names = names_in(value, state.vocabulary.profiles[meaning.profile].engineers, set())
    if not _are_names(names, state):
        return False
    start = len(line.text) - len(line.text.lstrip()) + len(label)
    hit = LabelHit(meaning, label, "", start, len(line.text), row=False)
    return open_engineers(line, state, hit)


def _are_names(names: list[str], state: ReadingState) -> bool:
    return bool(names) and all(map(state.grammar.speakers.may_be_name, names))


def open_engineers(line: DisplayLine, state: ReadingState, hit: LabelHit) -> bool:
    """Take the line, whose label is engineers', as one that names who is responsible."""
    meaning = hit.meaning
    assert meaning is not None
    state.close()
    rule = state.vocabulary.profiles[meaning.profile].engineers
    value = line.raw[line.raw_end(hit.start) :].strip().strip("|")
    _add_engineers(names_in(value, rule, state.vocabulary.nobody), state)
    state.take(LineKind.ENGINEER)
    state.names_below = None if value.strip() else rule
    return True


def _add_engineers(names: list[str], state: ReadingState) -> None:
    """Add names to the draft, each once."""
    for name in names:
        if name not in state.engineers:
            state.engineers.add(name)
            state.draft.engineers.append(DraftName(name, state.here))


def _status_follows(state: ReadingState) -> bool:
    """Return True where the next line that is not blank is a status line, or there is none."""
    for line in state.displays[state.number + 1 : state.number + 4]:
        if line and line.raw.strip():
            hit = label_at(line, state.vocabulary)
            return hit is not None and hit.role == "status"
    return state.stands_alone


def status_is_near(state: ReadingState) -> bool:
    """Return True where a status line with marks or options is among the next few lines."""
    for line in state.displays[state.number + 1 : state.number + 5]:
        hit = label_at(line, state.vocabulary) if line else None
        if line and hit and hit.role == "status":
            option = StatusOption(line, hit.start, hit.end)
            return bool(hit.legend) or state.grammar.status.looks_marked(option)
    return False


def readings_of(state: ReadingState) -> list[StatusReading]:
    """Return what each status line of the case says, read with all its options."""
    words = state.grammar.status
    return [words.read(line.options, line.legend) for line in state.status_lines]
