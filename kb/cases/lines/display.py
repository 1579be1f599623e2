"""A source line as it is displayed, each character with its position in the source.

Labels and marks are looked for in the display text: escapes undone, formatting off, full-width
forms folded, traditional characters simplified. Values are cut from the source again, by the
positions kept here.

The line prefix is what may precede a label or a mark and says nothing, as bullets, numbers.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import cache
from typing import NamedTuple

from kb.text.fold import simplified_table

_WIDE = (*range(0xFF01, 0xFF5F), *range(0xFE50, 0xFE6C), 0x3000, 0xA0, *range(0x2000, 0x200B))
_FOLDED = {
    code: single for code in _WIDE if len(single := unicodedata.normalize("NFKC", chr(code))) == 1
}
_FOLDED |= {0xFE30: ":", 0x2236: ":", 0xA789: ":"}
"""One character to one, so that places stay. What looks like a colon is one."""

_TOKEN = re.compile(
    r"""(?P<escape>~\S)
    |(?P<keep>\[\[(?:[^\[\]\n]|\[(?!\[)){0,1000}+\]\]|[A-Za-z]{3,6}:(?:~?/){2}[!-~]{0,2000})
    |(?P<icon>\{\{icon\s[^{}]{0,200}\}\})
    |(?P<drop>\\\\|\(%(?:[^%\n]|%(?!\))){0,300}+%\)|\{\{/?[A-Za-z][^{}]{0,300}\}\}
       |[\u200b-\u200f\u2060\ufe0e\ufe0f\ufeff\r])
    |(?P<format>\*\*|//|__|--|\^\^|,,|\#\#)""",
    re.VERBOSE,
)
_ICON = re.compile(r"name\s*=\s*\"?([\w-]{1,40})")
_FORMATS = ("**", "//", "__", "--", "^^", ",,", "##")
_LIST = re.compile(r"[ \t]*(?:(?:[*]+|-+|1(?:[*1]*)\.|[;:]+)[ \t]+)?")


class FormatMark(NamedTuple):
    """A formatting mark, or an icon: its position in the display text, and which it is."""

    at: int
    mark: str


class DisplayLine(NamedTuple):
    """A source line and its display text, which is made of stretches of the source."""

    raw: str
    """The source."""
    text: str
    """The display text, folded: of the same length as what is displayed."""
    starts: tuple[int, ...]
    """Position in ``text`` at which each stretch begins."""
    sources: tuple[tuple[int, bool], ...]
    """Position in ``raw`` at which each stretch begins; True for an escaped character."""
    formats: tuple[FormatMark, ...]
    """Formatting marks and icons, in order."""
    listed: bool
    """True where a list's mark was taken off."""

    def raw_start(self, index: int) -> int:
        """Return the position in the source of the character displayed at ``index``."""
        if index >= len(self.text):
            return len(self.raw)
        stretch = bisect_right(self.starts, index) - 1
        return self.sources[stretch][0] + index - self.starts[stretch]

    def raw_end(self, index: int) -> int:
        """Return the position in the source just after the character displayed before ``index``."""
        if index <= 0:
            return 0
        stretch = bisect_right(self.starts, index - 1) - 1
        source, escaped = self.sources[stretch]
        return source + index - self.starts[stretch] + escaped

    def cut(self, start: int, end: int) -> str:
        """Return the source of the displayed characters from ``start`` to ``end``, stripped."""
        while start < end and self.text[start].isspace():
            start += 1
        while end > start and self.text[end - 1].isspace():
            end -= 1
        return self.raw[self.raw_start(start) : self.raw_end(end)] if start < end else ""

    def after_mark(self, index: int, end: int | None = None) -> str:
        """Return the source after a mark that ends before ``index``, up to ``end`` of the source.

        A format that is opened within the mark and closed right after it goes with the mark.
        """
        while index and self.text[index - 1].isspace():
            index -= 1
        start = self.raw_end(index)
        text = self.raw[start:end].strip()
        for mark in _FORMATS:
            if text.startswith(mark) and self.raw.count(mark, 0, start) % 2:
                text = text[len(mark) :].lstrip()
        if text.startswith("(%%)") and "(%" in self.raw[:start]:
            text = text[4:].lstrip()
        return text


@cache
def _table() -> dict[int, str]:
    return {**{ord(a): b for a, b in simplified_table().items()}, **_FOLDED}


def fold(text: str) -> str:
    """Fold full-width forms and traditional characters to their usual ones, one to one."""
    return text if text.isascii() else text.translate(_table())


def display_line(raw: str) -> DisplayLine:
    """Parse a source line for display."""
    item = _LIST.match(raw)
    assert item is not None
    at = item.end()
    listed = bool(item[0].strip())
    if _TOKEN.search(raw, at) is None:
        whole = ((at, False),) if at < len(raw) else ()
        return DisplayLine(raw, fold(raw[at:]), (0,) if whole else (), whole, (), listed)
    parts: list[str] = []
    starts: list[int] = []
    sources: list[tuple[int, bool]] = []
    formats: list[FormatMark] = []
    length = 0

    def show(start: int, end: int, *, escaped: bool = False) -> None:
        nonlocal length
        if end > start:
            starts.append(length)
            sources.append((start - escaped, escaped))
            parts.append(raw[start:end])
            length += end - start

    for token in _TOKEN.finditer(raw, at):
        if token.start() < at:
            continue
        show(at, token.start())
        at = token.end()
        if token.lastgroup == "escape":
            show(at - 1, at, escaped=True)
        elif token.lastgroup == "keep":
            show(token.start(), at)
        elif token.lastgroup == "format":
            formats.append(FormatMark(length, token[0]))
        elif token.lastgroup == "icon" and (name := _ICON.search(token[0])):
            formats.append(FormatMark(length, f"icon:{name[1]}"))
    show(at, len(raw))
    return DisplayLine(
        raw, fold("".join(parts)), tuple(starts), tuple(sources), tuple(formats), listed
    )  # fmt: skip


BULLETS = "※●•■◆◇▶►★☆·▪➤○◎☞✦▲△◈>"
ITEM = r"(?:\(?(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*[.、)]|[①-⑳])"
"""A list's number as people type it: `1.`, `2)`, `(3)`, `三、`, `④`."""
PREFIX = rf"[\s{BULLETS}]*+(?:{ITEM}\s*+)?"
"""Pattern of bullets and a list's number before a label."""
_MARKED = re.compile(rf"[\s{BULLETS}<«《\-–—=*#~+_【\[「|]*")
_NUMBERED = re.compile(rf"{ITEM}[\s(【\[「\-–—]*")
CLOSING = f"{BULLETS}»》 \t-–—=*#~_】]」|)"
"""Characters that may follow a mark's own words as decoration."""


def past_prefix(text: str) -> tuple[int, bool]:
    """Return where a mark's own words begin, and whether decoration precedes them."""
    start = _MARKED.match(text)
    assert start is not None
    at = start.end()
    decorated = bool(start[0].strip())
    number = _NUMBERED.match(text, at)
    if number:
        return number.end(), decorated
    return at + text.startswith("(", at), decorated or text.startswith("(", at)
