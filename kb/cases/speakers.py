"""Who speaks: `【令】:`, `[Ann Lee]:`, `Ann:` at the start of a line, or within it."""

from __future__ import annotations

import re
from typing import NamedTuple

from kb.cases.rules import Rules, label_key
from kb.cases.shown import Shown

_DATED = re.compile(r"\s*(?:\d{2,4}\s*[-./年]|\d{1,2}\s*[-./月:时点]\s*\d)")
_LETTER = re.compile(r"[^\W\d_]")
_HAN_NAME = re.compile(r"[\u3400-\u9fff·]{1,5}(?:[A-Za-z]{1,10})?$")
_NAME = re.compile(r"[A-Z][\w'’-]*\.?(?: [A-Z][\w'’-]*\.?){0,2}(?: ?\([^()]{1,20}\))?$")
_BARE = re.compile(r"\s*(?P<name>[^\s:|\[\]【】{}=<>][^:|\[\]【】{}=<>]{0,39}?)\s*:(?!/)")
_BREAK = re.compile(r"[\s。.!?;,、）)]")


class Mark(NamedTuple):
    """A speaker's mark: the name, and the mark's bounds in the shown text."""

    name: str
    start: int
    end: int
    colon: bool


class Marks:
    """Speakers' marks by the forms of some profiles."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        pairs = list(zip(rules.brackets[::2], rules.brackets[1::2], strict=True))
        every = re.escape(rules.brackets)
        self._opens = frozenset(rules.brackets[::2])
        forms = (
            rf"{re.escape(o)}\s*(?P<name{n}>(?:[^{every}:|]|(?<=\d):(?=\d)){{1,40}}?)\s*{re.escape(c)}"
            for n, (o, c) in enumerate(pairs)
        )
        self._bracketed = re.compile(rf"(?:{'|'.join(forms) or '(?!)'})\s*(?P<colon>:)?\s*")

    def opening(self, line: Shown) -> Mark | None:
        """The bracketed speaker that the line begins with."""
        at = len(line.text) - len(line.text.lstrip())
        match = self._bracketed.match(line.text, at)
        return self._mark(line, match) if match else None

    def within(self, line: Shown, start: int) -> list[Mark]:
        """Bracketed speakers with a colon, further on the line."""
        if line.text.find(":", start) < 0 or self._opens.isdisjoint(line.text):
            return []
        found = [self._mark(line, match) for match in self._bracketed.finditer(line.text, start)]
        return [mark for mark in found if mark and mark.colon]

    def bare(self, line: Shown) -> Mark | None:
        """What may be a speaker with no brackets: `Name:` at the start of the line."""
        match = _BARE.match(line.text)
        if match is None:
            return None
        name = match["name"].removeprefix("@")
        if not (_HAN_NAME.match(name) or _NAME.match(name)) or not self._may_be(name):
            return None
        if label_key(name) in self._rules.never_bare:
            return None
        start = match.start("name")
        return Mark(line.cut(start, match.end("name")), start, match.end(), colon=True)

    def _mark(self, line: Shown, match: re.Match[str]) -> Mark | None:
        group = next(n for n, name in match.groupdict().items() if name and n != "colon")
        if not self._may_be(match[group]):
            return None
        name = line.cut(match.start(group), match.end(group))
        return Mark(name, match.start(), match.end(), colon=bool(match["colon"]))

    def _may_be(self, name: str) -> bool:
        """False for dates, numbers, and labels that are no one's name."""
        if _DATED.match(name) or not _LETTER.search(name) or name[0].isdigit():
            return False
        if name.casefold() in self._rules.tick_letters:
            return False
        key = label_key(name)
        rules = self._rules
        if key in rules.never or key in rules.parts or key in rules.sections:
            return False
        return rules.meaning(name) is None


def may_follow(line: Shown, mark: Mark) -> bool:
    """True where a mark within a signed line opens the next turn, by its form or its place."""
    if line.text[mark.start] in "【〖":
        return True
    return mark.start == 0 or bool(_BREAK.match(line.text[mark.start - 1]))
