"""Who speaks: `【令】:`, `[Ann Lee]:`, `Ann:` at the start of a line, or within it."""

from __future__ import annotations

import re
from typing import NamedTuple

from kb.cases.lines.display import BULLETS, ITEM, DisplayLine, fold
from kb.cases.lines.vocabulary import Vocabulary, label_key

_DATED = re.compile(r"\s*(?:\d{2,4}\s*[-./年]|\d{1,2}\s*[-./月:时点]\s*\d)")
_LETTER = re.compile(r"[^\W\d_]")
_ROLE = r"(?: ?\([^()]{1,20}\))?$"
_HAN_NAME = re.compile(rf"[\u3400-\u9fff·]{{1,5}}(?:[A-Za-z]{{1,10}})?{_ROLE}")
_UPPER = r"[A-Z\u00c0-\u00de\u0400-\u042f][\w'’-]*\.?"
_NAME = re.compile(rf"{_UPPER}(?: {_UPPER}){{0,2}}{_ROLE}")
_LOWER = re.compile(rf"[a-z][a-z'’-]{{1,14}}(?: {_UPPER})?{_ROLE}")
_PERSON = (
    r"\[\[(?:[^\[\]>|\n]{1,80}>>)?(?:(?:user|doc):)?(?:[\w-]{1,40}:)?XWiki\.[^\[\]\n]{1,200}\]\]"
)
"""A link to a user's page."""
_PERSON_AT = re.compile(rf"[\s{BULLETS}]*@?(?P<name>{_PERSON})\s*:\s*")
_MENTIONED = re.compile(
    r"[\s*]*\{\{mention [^{}]{0,300}?reference=\"(?P<name>[^\"]{1,200})\"[^{}]{0,300}\}\}"
    r"\s*[:：]\s*"
)
_START = re.compile(rf"[\s{BULLETS}]*(?:{ITEM}\s*)?")
_WHEN = r"\(?\d{2,4}[-/.年:][\d\s:./月日时分秒-]{2,20}\)?\s*"
"""A date or a time between a speaker's mark and its colon: it stays in the text."""
_UNMARKED = re.compile(
    rf"[\s{BULLETS}]*(?P<name>[^\s:|\[\]【】{{}}=<>][^:|\[\]【】{{}}=<>]{{0,39}}?)\s*:(?!/)"
)
_QUOTES = "“‘\"'「『《("
_BREAK = re.compile(r"[\s。.!?;,、）)]")


class SpeakerMark(NamedTuple):
    """A speaker's mark: the name, and the mark's bounds in the display text."""

    name: str
    start: int
    end: int
    colon: bool


class SpeakerMarks:
    """Speakers' marks by the forms of some profiles."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        pairs = list(zip(vocabulary.brackets[::2], vocabulary.brackets[1::2], strict=True))
        every = re.escape(vocabulary.brackets)
        self._names = tuple(f"name{n}" for n in range(len(pairs)))
        self._opens = frozenset(vocabulary.brackets[::2])
        forms = (
            rf"{re.escape(o)}\s*+(?P<name{n}>{_PERSON}|(?:[^{every}:|]|(?<=\d):(?=\d)){{1,40}}?)\s*{re.escape(c)}"
            for n, (o, c) in enumerate(pairs)
        )
        self._bracketed = re.compile(
            rf"(?:{'|'.join(forms) or '(?!)'})\s*(?P<colon>:|(?={_WHEN}:))?\s*"
        )

    def opening(self, line: DisplayLine) -> SpeakerMark | None:
        """Return the bracketed speaker that the line begins with."""
        if "XWiki." in line.raw and (person := self._person(line)):
            return person
        start = _START.match(line.text)
        match = self._bracketed.match(line.text, start.end()) if start else None
        return self._mark(line, match) if match else None

    def within(self, line: DisplayLine, start: int) -> list[SpeakerMark]:
        """Return bracketed speakers with a colon, further on the line."""
        if line.text.find(":", start) < 0 or self._opens.isdisjoint(line.text):
            return []
        found = [self._mark(line, match) for match in self._bracketed.finditer(line.text, start)]
        return [mark for mark in found if mark and mark.colon and not _is_quoted(line, mark)]

    def unmarked(self, line: DisplayLine) -> SpeakerMark | None:
        """Return what may be an unmarked speaker: `Name:` at the start of the line, no brackets."""
        match = _UNMARKED.match(line.text)
        if match is None:
            return None
        name = match["name"].removeprefix("@")
        if not self.may_be_name(name):
            return None
        alone = name.partition("(")[0].rstrip()
        vocabulary = self._vocabulary
        if label_key(alone) in vocabulary.never_unmarked or alone.endswith(vocabulary.never_ends):
            return None
        start = match.start("name")
        return SpeakerMark(line.cut(start, match.end("name")), start, match.end(), colon=True)

    def may_be_name(self, name: str) -> bool:
        """Return True for what has the form of a person's name and is no known label."""
        folded = fold(name)
        forms = (_HAN_NAME, _NAME, _LOWER)
        return any(form.match(folded) for form in forms) and self._may_be(folded)

    @staticmethod
    def _person(line: DisplayLine) -> SpeakerMark | None:
        """Return a link to a user, or a mention of one, before a colon."""
        link = _PERSON_AT.match(line.text)
        if link:
            return SpeakerMark(_linked(link["name"]), link.start("name"), link.end(), colon=True)
        mention = _MENTIONED.match(line.raw)
        if mention is None:
            return None
        end = line.text.index(":") + 1
        return SpeakerMark(mention["name"].rpartition(".")[2], 0, end, colon=True)

    def _mark(self, line: DisplayLine, match: re.Match[str]) -> SpeakerMark | None:
        group = next(n for n in self._names if match[n])
        name = _linked(line.cut(match.start(group), match.end(group)))
        if not self._may_be(fold(name)):
            return None
        return SpeakerMark(name, match.start(), match.end(), colon=match["colon"] is not None)

    def _may_be(self, name: str) -> bool:
        """Return False for dates, numbers, and labels that are no one's name."""
        if _DATED.match(name) or not _LETTER.search(name) or name[0].isdigit():
            return False
        if name.casefold() in self._vocabulary.tick_letters:
            return False
        key = label_key(name)
        vocabulary = self._vocabulary
        if key in vocabulary.never or key in vocabulary.parts or key in vocabulary.sections:
            return False
        return vocabulary.meaning(name) is None


def is_weak(name: str) -> bool:
    """Return True for a name in small letters, which is a name only beside others."""
    return bool(_LOWER.match(name))


def _linked(name: str) -> str:
    """Return the name that a link to a user displays; any other as it is."""
    if not name.startswith("[["):
        return name
    label, arrow, reference = name[2:-2].partition(">>")
    return label.strip() if arrow else reference.partition("||")[0].rpartition(".")[2]


def may_follow(line: DisplayLine, mark: SpeakerMark) -> bool:
    """Return True where a mark within a signed line opens the next turn, by its form or place."""
    if line.text[mark.start] in "【〖":
        return True
    return mark.start == 0 or bool(_BREAK.match(line.text[mark.start - 1]))


def _is_quoted(line: DisplayLine, mark: SpeakerMark) -> bool:
    """Return True for a mark right after an opening quote: what someone is said to have said."""
    return mark.start > 0 and line.text[mark.start - 1] in _QUOTES
