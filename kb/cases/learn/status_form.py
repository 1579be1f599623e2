"""Marks of status, from how lines look."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import NamedTuple

from kb.cases.learn.survey import LabelUse
from kb.cases.lines.display import fold

_MARK = re.compile(
    r"\[[^\[\]\w]\]|\[[xX ]?\]|\([xX√✓✔/ ]?\)|[^\w\s.,:;|/、。()\[\]【】\"'“”<>{}*_~&+-]"
)
_SPLIT = re.compile(r"\s*(?:[|、,;]|(?<!\()/(?!\)))\s*|\s{2,}|\t")
_STATES = ("resolved", "in_progress", "shelved")


class StatusForm(NamedTuple):
    """How states stand and are marked."""

    states: dict[str, list[str]]
    """Name → words as written."""
    guessed: list[str]
    """Words put to a state by their place alone."""
    ticks: list[str]
    boxes: list[str]
    lone: bool


def status_form(use: LabelUse, lexicon: dict[str, list[str]]) -> StatusForm | None:
    """Derive the status line's form from its values, those below it included; None: it has none."""
    values = [value for value in use.values if value]
    marks = Counter(mark for value in values for mark in dict.fromkeys(_MARK.findall(value)))
    known = {_folded(word) for group in lexicon.values() for word in group}
    words: Counter[str] = Counter()
    order: dict[str, list[int]] = defaultdict(list)
    marked: Counter[str] = Counter()
    for value in values:
        for place, piece in enumerate(filter(None, _pieces(value, known))):
            word = _MARK.sub(" ", piece).strip(" .:*_·\\-")
            if word and len(word) <= 30:
                words[word] += 1
                order[word].append(place)
                marked.update(_MARK.findall(piece))
    least = max(1, len(values) // 20)
    kept = [word for word, count in words.items() if count >= least]
    if not kept or len(kept) > 12:
        return None
    options = sum(words.values()) / max(len(values), 1)
    ticks, boxes = _ticks(values, marks)
    states, guessed = _states(kept, order, lexicon)
    if not any(states.values()):
        return None
    return StatusForm(states, guessed, ticks, boxes, lone=options < 1.5 and not ticks)


def _pieces(value: str, known: set[str]) -> list[str]:
    """Split a value into options; at spaces alone where two of the words are known states."""
    pieces = _SPLIT.split(_spread(value))
    if len(pieces) == 1:
        words = value.split()
        if sum(_MARK.sub("", word).casefold() in known for word in words) > 1:
            return words
    return pieces


def _spread(value: str) -> str:
    """Put space before each mark that follows a word and a space, so that options come apart."""
    return re.sub(rf"(?<=\w)\s+(?={_MARK.pattern})", "  ", value)


def _ticks(values: list[str], marks: Counter[str]) -> tuple[list[str], list[str]]:
    """Tell ticks from boxes: a mark that stands once in a value chooses, a repeated one not."""
    ticks: list[str] = []
    boxes: list[str] = []
    for mark, _ in marks.most_common():
        having = [value.count(mark) for value in values if mark in value]
        empty = mark.strip("[]() ") == "" or mark in "☐□⬜◻○◯"
        (boxes if empty or sum(having) > 1.5 * len(having) else ticks).append(mark)
    return ticks, boxes


def _states(
    words: list[str], order: dict[str, list[int]], lexicon: dict[str, list[str]]
) -> tuple[dict[str, list[str]], list[str]]:
    """Group words by state: by their meaning, and the rest by their place among the options."""
    states: dict[str, list[str]] = {name: [] for name in _STATES}
    rest = []
    for word in words:
        name = next((n for n in _STATES if _folded(word) in map(_folded, lexicon[n])), None)
        if name:
            states[name].append(word)
        else:
            rest.append(word)
    rest.sort(key=lambda word: sum(order[word]) / len(order[word]))
    free = [name for name in _STATES if not states[name]]
    for name, word in zip(free, rest, strict=False):
        states[name].append(word)
    return states, rest[: len(free)]


def _folded(word: str) -> str:
    return fold(word).casefold()
