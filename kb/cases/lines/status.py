"""The status line: which of its states is marked, and never a guess."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from kb.cases.lines.display import DisplayLine, fold
from kb.cases.profile.profile import StatusRule
from kb.cases.record import Status

_MOST_WORDS = 50
"""More words between two separators are no options of a status line."""
_SEPARATORS = re.compile(r"[|/、,;]")
_CLAUSES = re.compile(r"[,;、()]")
_LEGEND_MARK = re.compile(
    r"(?P<m>[^\s\w\"“”'‘’「」()]{1,3})[\"“”'‘’「」]?\s*(?:表示|代表|为|即|是|=|means|marks|is)"
)


_INNER_LEGEND = re.compile(
    r"\([^()]{0,60}(?:表示|代表|选定|选中|勾选|means|marks|select|chosen|tick|=)[^()]{0,60}\)",
    re.IGNORECASE,
)


class StatusReading(NamedTuple):
    """What one status line of a case says, its options below it included."""

    status: Status
    unknown: tuple[str, ...]
    """Words that are marked and that no profile knows as a state."""
    ambiguous: bool
    """A mark stands between two words, as near to the one as to the other."""
    unmarked: str
    """The sole state named, where none is marked."""


class StatusOption(NamedTuple):
    """A part of a line that may name states: from ``start`` to ``end`` of its display text."""

    line: DisplayLine
    start: int
    end: int


class _StatusToken(NamedTuple):
    """A mark or a word of an option."""

    kind: str
    """tick, box, word (a known state) or other."""
    start: int
    end: int
    text: str
    """Case folded."""
    written: str


class StatusWords:
    """The marks and state words of some profiles."""

    def __init__(self, rules: tuple[StatusRule, ...]) -> None:
        names = ("resolved", "in_progress", "shelved")
        self._states: dict[str, Status] = {
            fold(word).casefold(): name  # type: ignore[misc]
            for rule in rules
            for name in names
            for word in getattr(rule.states, name)
        }
        self._ticks = {fold(mark).casefold() for rule in rules for mark in rule.ticks}
        self._boxes = {fold(mark).casefold() for rule in rules for mark in rule.boxes}
        self._crosses = {fold(mark).casefold() for rule in rules for mark in rule.crosses}
        self._icons = frozenset(f"icon:{name}" for rule in rules for name in rule.icons)
        self._bullets = {fold(mark) for rule in rules for mark in rule.bullets}
        self._lone = any(rule.lone for rule in rules)
        self._bold = _any(word for rule in rules for word in rule.bold)
        self._struck = _any(word for rule in rules for word in rule.struck)
        self._chosen = _any(word for rule in rules for word in rule.chosen)
        self._excluded = _any(word for rule in rules for word in rule.excluded)
        self._patterns: dict[tuple[str, bool], re.Pattern[str]] = {}

    def _pattern_of(self, extra: str, *, crossed: bool = False) -> re.Pattern[str]:
        """Return the pattern of a segment's tokens; ``extra`` is the mark that the legend names.

        ``crossed``: marks that may be crosses are.
        """
        key = extra, crossed
        if key in self._patterns:
            return self._patterns[key]
        crosses = self._crosses - {extra} if crossed else set()
        ticks = _alternatives((self._ticks - crosses) | ({extra} if extra else set()))
        boxes = _alternatives((self._boxes | crosses) - {extra})
        pattern = self._patterns[key] = re.compile(
            rf"(?P<tick>{ticks})|(?P<box>{boxes})"
            rf"|(?P<word>(?<!\w)(?:{_alternatives(self._states)})(?![^\W\d]))"
            r"|(?P<other>\w[\w.'-]*)"
        )
        return pattern

    def is_option(self, line: DisplayLine, *, states_below: bool) -> bool:
        """Return True where the line, below a status line, is an option of it.

        A line with a mark is one, and one that is nothing but a known state; a list's item too,
        where ``states_below`` (the status line itself names no state).
        """
        text = line.text.strip(" |:").casefold()
        found = self._tokens(StatusOption(line, 0, len(line.text)), self._pattern_of(""))
        if not text or len(text) > 80 or (":" in text and not _before_mark(line, found)):
            return False
        kinds = {token.kind for token in found}
        short, marks = len(text) <= 40, kinds & {"tick", "box"}
        if short and marks and (found[0].kind != "other" or found[-1].kind in marks):
            return True
        known = kinds == {"word"} or ("word" in kinds and bool(marks))
        return known or (short and states_below and line.listed)

    def names_a_state(self, option: StatusOption) -> bool:
        """Return True where a mark or a known state stands in the option."""
        return any(token.kind != "other" for token in self._tokens(option, self._pattern_of("")))

    def looks_marked(self, option: StatusOption) -> bool:
        """Return True where a mark stands in the option, or it names two states."""
        found = self._tokens(option, self._pattern_of(""))
        states = {token.text for token in found if token.kind == "word"}
        return len(states) > 1 or any(token.kind in ("tick", "box") for token in found)

    def read(self, options: Iterable[StatusOption], legend: str) -> StatusReading:
        """Read what is marked in the options of one status line, by marks and by its legend."""
        options = [part for option in options for part in _without_legend(option)]
        inner = (m[0] for one in options for m in _INNER_LEGEND.finditer(one.line.text))
        folded = fold(legend + "".join(dict.fromkeys(inner))).casefold()
        mark = _LEGEND_MARK.search(folded)
        extra = mark["m"].strip() if mark else ""
        crossed = self._are_crosses(options, self._pattern_of(extra))
        pattern = self._pattern_of(extra, crossed=crossed)
        chosen: list[_StatusToken] = []
        named: list[str] = []
        ambiguous = False
        bullets = self._are_bullets(options, pattern)
        for option in options:
            for segment in () if bullets else self._segments(option, pattern):
                words, unsure = _ticked(segment, option.line.text)
                chosen += words
                ambiguous = ambiguous or unsure
            chosen += self._by_format(option, pattern, folded)
            named += [p.text for p in self._tokens(option, pattern) if p.kind == "word"]
        return self._verdict(chosen, named, ambiguous, legend)

    def _are_crosses(self, options: list[StatusOption], pattern: re.Pattern[str]) -> bool:
        """Return True where ticks that cannot be crosses stand beside such as can."""
        tokens = [token for option in options for token in self._tokens(option, pattern)]
        can_be = {token.text in self._crosses for token in tokens if token.kind == "tick"}
        return len(can_be) > 1

    def _are_bullets(self, options: list[StatusOption], pattern: re.Pattern[str]) -> bool:
        """Return True where each of several states has the same mark, a bullet's or a cross's."""
        tokens = [token for option in options for token in self._tokens(option, pattern)]
        ticks = [token.written for token in tokens if token.kind == "tick"]
        if len(set(ticks)) != 1 or any(token.kind == "box" for token in tokens):
            return False
        words = sum(token.kind == "word" for token in tokens)
        crosses = len(ticks) > 2 and len(ticks) == words and ticks[0].casefold() in self._crosses
        return crosses or (len(ticks) > 1 and ticks[0] in self._bullets)

    def _verdict(
        self, chosen: list[_StatusToken], named: list[str], ambiguous: bool, legend: str
    ) -> StatusReading:
        known = list(dict.fromkeys(self._states[p.text] for p in chosen if p.text in self._states))
        unknown = tuple(dict.fromkeys(p.written for p in chosen if p.text not in self._states))
        states = {self._states[word] for word in named}
        sole = named[0] if len(states) == 1 and not chosen and not ambiguous else ""
        if self._lone and sole and not legend:
            return StatusReading(self._states[sole], (), False, "")
        if len(known) + len(unknown) > 1:
            return StatusReading("conflicting", unknown, ambiguous, "")
        status: Status = known[0] if known and not ambiguous else "unset"
        return StatusReading(status, unknown, ambiguous, sole)

    def _segments(self, option: StatusOption, pattern: re.Pattern[str]) -> list[list[_StatusToken]]:
        text = option.line.text[option.start : option.end]
        tokens = self._tokens(option, pattern)
        inside = {n for token in tokens for n in range(token.start, token.end)}
        places = (match.start() + option.start for match in _SEPARATORS.finditer(text))
        cuts = [place for place in places if place not in inside]
        segments: list[list[_StatusToken]] = [[] for _ in range(len(cuts) + 1)]
        struck = _ranges(option.line, "--")
        for token in tokens:
            if token.kind == "tick" and _within(token, struck):
                continue
            segments[bisect_left(cuts, token.start)].append(token)
        return segments

    def _by_format(
        self, option: StatusOption, pattern: re.Pattern[str], legend: str
    ) -> list[_StatusToken]:
        """Return states that bold or struck words choose, where the legend says so."""
        chosen: list[_StatusToken] = []
        words = [p for p in self._tokens(option, pattern) if p.kind == "word"]
        for clause in _CLAUSES.split(legend):
            rules_out = bool(self._excluded.search(clause))
            chooses = bool(self._chosen.search(clause)) and not rules_out
            if self._bold.search(clause) and not rules_out:
                chosen += [p for p in words if _within(p, _ranges(option.line, "**"))]
            if self._struck.search(clause):
                struck = [p for p in words if _within(p, _ranges(option.line, "--"))]
                rest = [p for p in words if p not in struck]
                if chooses:
                    chosen += struck
                elif struck and len(rest) == 1:
                    chosen.append(rest[0])
        return chosen

    def _tokens(self, option: StatusOption, pattern: re.Pattern[str]) -> list[_StatusToken]:
        line = option.line
        text = line.text.casefold()
        if len(text) != len(line.text):
            text = line.text.lower()
        tokens = [
            _StatusToken(m.lastgroup or "", *m.span(), m[0], line.text[m.start() : m.end()])
            for m in pattern.finditer(text, option.start, option.end)
        ]
        icons = [
            _StatusToken("tick", f.at, f.at, f.mark, f.mark)
            for f in line.formats
            if f.mark in self._icons and _is_in(f.at, option)
        ]
        return sorted([*tokens, *icons], key=lambda p: (p.start, p.end)) if icons else tokens


def _without_legend(option: StatusOption) -> list[StatusOption]:
    """Return the option's stretches around a legend that stands within it."""
    parts, at = [], option.start
    for match in _INNER_LEGEND.finditer(option.line.text, option.start, option.end):
        parts.append(option._replace(start=at, end=match.start()))
        at = match.end()
    return [*parts, option._replace(start=at)]


def joint_status(readings: Iterable[StatusReading]) -> Status:
    """Return the one state that several status lines mark; conflicting where they mark several."""
    states = {reading.status for reading in readings} - {"unset"}
    if len(states) > 1:
        return "conflicting"
    return next(iter(states), "unset")


def _any(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(_alternatives({fold(word).casefold() for word in words}))


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True)) or "(?!)"


def _ranges(line: DisplayLine, mark: str) -> list[tuple[int, int]]:
    """Return where text stands between two marks of a format; the line's end closes the last."""
    places = [format_.at for format_ in line.formats if format_.mark == mark]
    if len(places) % 2:
        places.append(len(line.text))
    return list(zip(places[::2], places[1::2], strict=True))


def _within(token: _StatusToken, ranges: list[tuple[int, int]]) -> bool:
    """Return True where one of the ranges, which are in order, holds the whole token."""
    at = bisect_right(ranges, (token.start, len(ranges) and ranges[-1][1])) - 1
    return at >= 0 and ranges[at][0] <= token.start and token.end <= ranges[at][1]


def _before_mark(line: DisplayLine, found: list[_StatusToken]) -> bool:
    """Return True where the line's only colon is between a word and its mark: `已解决:√`."""
    last = found[-1] if found else None
    if last is None or last.kind not in ("tick", "box") or line.text.strip(" |:").count(":") > 1:
        return False
    return line.text[: last.start].rstrip().endswith(":")


def _is_in(place: int, option: StatusOption) -> bool:
    """Return True for a place in the option, or just before it but for space."""
    if place < option.start:
        return not option.line.text[place : option.start].strip()
    return place <= option.end


def _ticked(segment: list[_StatusToken], text: str) -> tuple[list[_StatusToken], bool]:
    """Return the words that a segment's ticks belong to; True where one tick is ambiguous."""
    ticks = [token for token in segment if token.kind == "tick"]
    words = [token for token in segment if token.kind in ("word", "other")]
    if not ticks or not words:
        return [], False
    if len([w for w in words if w.kind == "word"]) == 1 and words[0].kind == "word":
        return [words[0]], False
    if all(word.kind == "other" for word in words):
        written = " ".join(word.written for word in words)
        return [words[0]._replace(text=written.casefold(), written=written)], False
    marks = [token for token in segment if token.kind in ("tick", "box")]
    if len(marks) == len(words):
        pairs = zip(marks, words, strict=True)
        return [word for mark, word in pairs if mark.kind == "tick"], False
    if len(words) > _MOST_WORDS:
        return [], True
    chosen = [_nearest(tick, words, segment, text) for tick in ticks]
    return [word for word in chosen if word], any(word is None for word in chosen)


def _gap(text: str, start: int, end: int) -> int:
    """Measure how far apart two tokens are; a colon is less than a space, a tab more."""
    return sum(1 if c == ":" else 4 if c == "\t" else 2 for c in text[start:end])


def _nearest(
    tick: _StatusToken, words: list[_StatusToken], segment: list[_StatusToken], text: str
) -> _StatusToken | None:
    """Find the word that a tick belongs to; the segment's ends decide between equally near ones."""
    before = max((w for w in words if w.end <= tick.start), default=None, key=lambda w: w.end)
    after = min((w for w in words if w.start >= tick.end), default=None, key=lambda w: w.start)
    if before is None or after is None:
        return before or after
    left, right = _gap(text, before.end, tick.start), _gap(text, tick.end, after.start)
    if left != right:
        return before if left < right else after
    if segment[0].kind == "tick":
        return after
    return before if segment[-1].kind == "tick" else None
