"""Other spellings of a text: as who reads it takes it, whatever stands between its signs.

A number or a name is hidden from a plain search by entities and escapes (`1380&#48;138000`,
`~1~3~8`, `%E7%94%B2`), by markup (`138**0000**1234`, `138{{{}}}0000`), by numerals and words
(`壹叁捌`, `one three eight`) and by spaces and signs between (`试 验 员 甲`, `138-0013/8000`). Each
step writes the text without one of these; a `Spelling` knows where its signs came from.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias
from urllib.parse import unquote

from kb.text.fold import fold_text

_AGAIN: Final = 3
"""How often what comes of decoding is decoded: an entity of an entity, and the like."""
_CODED: Final = re.compile(
    r"&(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});"
    r"|(?:%[0-9a-f]{2})+"
    r"|(?:\\(?:u[0-9a-f]{4}|u\{[0-9a-f]{1,6}\}|x[0-9a-f]{2}))+"
)
"""Signs written as codes."""
_MARKS: Final = re.compile(
    r"~(?=\S)|\{\{\{|\}\}\}|\{\{/?[^{}]{0,200}\}\}"
    r"|\(%[^%]{0,500}%\)"
    r"|<!--[^<>]{0,2000}-->|</?[a-z!?][^<>]{0,2000}>"
    r"|\*\*|//|__|--|\^\^|,,|##|\[\[|\]\]"
)
"""Marks of XWiki's syntax and of HTML, which no reader sees."""
_ESCAPE: Final = re.compile(r"\\(?:u\{([0-9a-f]{1,6})\}|[ux]([0-9a-f]{2,4}))")

_FOREIGN: Final = re.compile(
    r"[^\x20-\x7e\s·\u2013-\u2027\u3001-\u3006\u3008-\u3020㐀-鿿\uac00-\ud7a3]"
)
"""Signs that may be no letters: marks upon others, unseen ones, digits of other scripts."""
_UNSEEN: Final = frozenset(("Mn", "Me", "Cf", "Cc", "Co", "Cn"))
"""Categories of Unicode that show nothing of themselves."""

_SIGNS: Final = "〇○零洞一二三四五六七八九幺拐勾壹壱贰叁参叄肆伍陆柒捌玖弌弍弎"
_VALUES: Final = str.maketrans(_SIGNS, "0000123456789179112333456789123")
_NUMERAL: Final = f"0-9{_SIGNS}"
_WORDS: Final = {
    word: str(value)
    for value, words in enumerate(
        ["zero|oh|ling|dong", "one|yi|yao", "two|er|liang", "three|san", "four|si", "five|wu",
         "six|liu", "seven|qi|guai", "eight|ba", "nine|jiu|gou"]
    )
    for word in words.split("|")
}  # fmt: skip
"""Digits in English, in the Latin letters of Chinese, and as they are read out by radio."""
_WORD: Final = "|".join(sorted(_WORDS, key=len, reverse=True))
_COUNTED: Final = re.compile(
    rf"(?<![{_NUMERAL}])[{_NUMERAL}](?:[\W_]{{0,4}}[{_NUMERAL}]){{6,}}"
    rf"|(?<![a-z])(?:{_WORD}|[0-9])(?:[\W_]{{0,4}}(?:{_WORD}|[0-9])){{6,}}(?![a-z])"
)
"""Seven or more digits, of which some are numerals of Han, or words."""
_ANY_NUMERAL: Final = re.compile(rf"[{_SIGNS}]|{_WORD}")
_BETWEEN: Final = re.compile(
    r"(?<=[0-9])[\W_]{1,12}(?=[0-9])"
    r"|(?<=[㐀-鿿])(?:[\s·・.\-_/*|~+‐‑–—•「」『』【】（）()\[\]<>\"']{1,6}|、)(?=[㐀-鿿])"
)
"""What stands between digits is no letter; between Han characters it ends no clause."""


Place: TypeAlias = Callable[[int, int], tuple[int, int]]
"""Maps a stretch of a spelling, not empty, to the text that it was made of."""


class _Change(NamedTuple):
    """A stretch of the new text and the stretch of the old one that it stands for."""

    start: int
    end: int
    old_start: int
    old_end: int


@dataclass(frozen=True, slots=True)
class Spelling:
    """A text as it is read, and where its signs stand in the text that it was made of."""

    text: str
    changes: tuple[_Change, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Map a stretch of ``text``, not empty, to the text that it was made of."""
        return self._place(start)[0], self._place(end - 1)[1]

    def _place(self, at: int) -> tuple[int, int]:
        number = bisect_right(self.changes, at, key=itemgetter(0))
        if not number:
            return at, at + 1
        change = self.changes[number - 1]
        if at < change.end:
            return change.old_start, change.old_end
        old = change.old_end + at - change.end
        return old, old + 1


def spellings(folded: str) -> Iterator[tuple[str, Place]]:
    """Yield the text; decoded, without marks and unseen signs, with digits for numerals.

    Each step goes on from the last. With each comes what maps a stretch of it to ``folded``.
    """
    steps: tuple[Spelling, ...] = ()
    text = folded
    yield text, partial(_original, steps)
    for step in (*[decoded] * _AGAIN, unmarked, seen, counted):
        if (spelling := step(text)) is not None:
            text, steps = spelling.text, (*steps, spelling)
            yield text, partial(_original, steps)


def _original(steps: Sequence[Spelling], start: int, end: int) -> tuple[int, int]:
    """Map a stretch of what the last step made to what the first was given."""
    for spelling in reversed(steps):
        start, end = spelling.span(start, end)
    return start, end


def decoded(folded: str) -> Spelling | None:
    """Decode entities, escapes and percent signs; None where there are none."""
    return _rewritten(folded, _CODED, _said)


def unmarked(folded: str) -> Spelling | None:
    """Leave out the marks of markup; None where there are none."""
    return _rewritten(folded, _MARKS, lambda _: "")


def seen(folded: str) -> Spelling | None:
    """Leave out what shows nothing, write every script's digits as ours; None where all do so."""
    return _rewritten(folded, _FOREIGN, lambda found: _plain(found[0]))


@lru_cache(4096)
def _plain(sign: str) -> str:
    if unicodedata.category(sign) in _UNSEEN or sign in "\u2800\u0640":
        return ""
    value = unicodedata.numeric(sign, -1)
    return str(int(value)) if value in range(10) else sign


def counted(folded: str) -> Spelling | None:
    """Write long runs of numerals in digits; None where there are none."""
    if not _ANY_NUMERAL.search(folded):
        return None
    return _rewritten(folded, _COUNTED, _digits)


def closed_up(folded: str) -> Spelling | None:
    """Take out what stands between digits, or Han characters; None where nothing does."""
    return _rewritten(folded, _BETWEEN, lambda _: "")


def _rewritten(
    text: str, pattern: re.Pattern[str], said: Callable[[re.Match[str]], str]
) -> Spelling | None:
    pieces: list[str] = []
    changes: list[_Change] = []
    at = length = 0
    for match in pattern.finditer(text):
        new = said(match)
        if new != match[0]:
            pieces += (text[at : match.start()], new)
            length += match.start() - at
            changes.append(_Change(length, length + len(new), *match.span()))
            length += len(new)
            at = match.end()
    return Spelling("".join(pieces) + text[at:], tuple(changes)) if changes else None


def _said(match: re.Match[str]) -> str:
    """Return what a code stands for, folded."""
    text = match[0]
    if text[0] == "&":
        return fold_text(html.unescape(text))
    if text[0] == "%":
        return fold_text(unquote(text))
    return fold_text(_ESCAPE.sub(_character, text))


def _character(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else ""


def _digits(match: re.Match[str]) -> str:
    text = match[0]
    if re.search("[a-z]", text):
        return "".join(_WORDS.get(one, one) for one in re.findall(rf"{_WORD}|[0-9]", text))
    return text.translate(_VALUES)
