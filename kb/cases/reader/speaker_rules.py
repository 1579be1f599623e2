"""The rule for lines on which someone begins to speak, with a mark or by the name alone."""

from __future__ import annotations

from collections import Counter

from kb.cases.lines.display import BULLETS, DisplayLine
from kb.cases.lines.headings import heading_line
from kb.cases.lines.labels import label_at
from kb.cases.lines.parts import part_at, round_at
from kb.cases.lines.speakers import SpeakerMark, is_weak, may_follow
from kb.cases.lines.values import names_in
from kb.cases.reader.draft import LineKind
from kb.cases.reader.head_rules import take_before_mark
from kb.cases.reader.profile_selection import Grammar
from kb.cases.reader.reading_state import ReadingState


def takes_speaker(line: DisplayLine, state: ReadingState) -> bool:
    """Take a line on which one or several turns begin: at its start, and further on."""
    if state.zone == "resolution" and state.zone_marked:
        return False
    first = state.grammar.speakers.opening(line)
    if first is not None and state.zone == "head" and _tracking_follows(state):
        return False
    if first is not None and not (first.colon or first.name in _known_speakers(state)):
        first = None
    if first is None and state.zone == "head":
        return False
    first = first or _unmarked_speaker(line, state)
    marks = [first] if first else []
    for mark in state.grammar.speakers.within(line, first.end if first else 0):
        if (marks and may_follow(line, mark)) or mark.name in _known_speakers(state):
            marks.append(mark)
    return bool(marks) and _take_turns(line, state, marks)


def _take_turns(line: DisplayLine, state: ReadingState, marks: list[SpeakerMark]) -> bool:
    start = marks[0].start
    if start > 0 and line.text[:start].strip(f"{BULLETS} "):
        take_before_mark(line, state, line.raw_start(start))
    state.zone = "tracking"
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        state.close()
        end = line.raw_start(following.start) if following else len(line.raw)
        state.start(LineKind.TURN, mark.name, line.after_mark(mark.end, end))
    return True


def _tracking_follows(state: ReadingState) -> bool:
    """Return True where a mark opens the tracking part below: the head has no speakers then."""
    if state.tracking_mark is None:
        lines = enumerate(state.displays)
        found = ((n, line and part_at(line, state.vocabulary)) for n, line in lines)
        marks = [n for n, part in found if part and part[0] == "tracking" and part[1].sure]
        state.tracking_mark = max(marks, default=-1)
    return state.number < state.tracking_mark


def _unmarked_speaker(line: DisplayLine, state: ReadingState) -> SpeakerMark | None:
    """Return the speaker whose name alone opens the line, where the case shows such names."""
    mark = state.grammar.speakers.unmarked(line) if state.vocabulary.unmarked_speakers else None
    if mark is None or mark.name not in _known_speakers(state):
        return None
    return mark._replace(name=mark.name.removeprefix("@"))


def _known_speakers(state: ReadingState) -> frozenset[str]:
    """Return the names that are speakers of the case wherever they open a line.

    They are looked for once, in all lines below the first.
    """
    if state.unmarked is None:
        evidence = _SpeakerEvidence()
        for line in state.displays[1:]:
            if line and line.raw.strip():
                evidence.add(line, state.grammar)
        state.unmarked = evidence.names()
    return state.unmarked


class _SpeakerEvidence:
    """What a case's lines show of who speaks and how."""

    def __init__(self) -> None:
        self._signed: set[str] = set()
        """Names in brackets with a colon."""
        self._unsigned: set[str] = set()
        """Names in brackets without a colon, in the tracking part."""
        self._engineers: set[str] = set()
        self._unmarked: Counter[str] = Counter()
        """Names before a colon, without brackets, in the tracking part."""
        self._opening = self._weak_opening = False
        self._after_mark = False
        self._tracking = False

    def add(self, line: DisplayLine, grammar: Grammar) -> None:
        """Add what one line shows; lines come in order."""
        vocabulary = grammar.vocabulary
        heading = heading_line(line.raw) if line.raw.lstrip().startswith("=") else None
        line = heading.line if heading else line
        part, round_ = part_at(line, vocabulary), round_at(line, vocabulary)
        if round_ or part:
            self._tracking = bool(round_) or bool(part and part[0] == "tracking")
            self._after_mark = self._tracking
            return
        hit = label_at(line, vocabulary)
        if hit and hit.meaning and hit.role == "engineer":
            rule = vocabulary.profiles[hit.meaning.profile].engineers
            self._engineers.update(names_in(line.cut(hit.start, hit.end), rule, vocabulary.nobody))
        mark = grammar.speakers.opening(line)
        if mark and mark.colon:
            self._signed.add(mark.name)
        elif mark and self._tracking:
            self._unsigned.add(mark.name)
        unmarked = grammar.speakers.unmarked(line) if self._tracking and not mark else None
        if unmarked:
            self._unmarked[unmarked.name] += 1
            self._opening = self._opening or (self._after_mark and not is_weak(unmarked.name))
            self._weak_opening = self._weak_opening or self._after_mark
        self._after_mark = False

    def names(self) -> frozenset[str]:
        """Return those in brackets with a colon, and the engineers that open a line.

        Where no one is in brackets: every name before a colon, if one of them opens the tracking
        part or a round, or comes twice. Where brackets go without a colon throughout, every name
        in brackets.
        """
        unmarked = set(self._unmarked)
        if marked := self._signed or self._unsigned:
            return frozenset(marked | (self._engineers & unmarked))
        several = len(unmarked) > 1 or any(not is_weak(name) for name in unmarked)
        twice = max(self._unmarked.values(), default=0) > 1
        if self._opening or (self._weak_opening and several) or twice:
            return frozenset(unmarked)
        return frozenset(self._engineers & unmarked)
