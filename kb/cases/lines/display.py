"""A source line as a reader sees it, each character with its place in the source.

Labels and marks are looked for in what is shown: escapes undone, formatting off, full-width
forms folded, traditional characters simplified. Values are cut from the source again, by the
places kept here.
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
    |(?P<keep>\[\[[^\]\n]{0,1000}\]\]|[A-Za-z]{3,6}:(?:~?/){2}[!-~]{0,2000})
    |(?P<icon>\{\{icon\s[^{}]{0,200}\}\})
    |(?P<drop>\\\\|\(%.{0,300}?%\)|\{\{/?[A-Za-z][^{}]{0,300}\}\}
       |[\u200b-\u200f\u2060\ufe0e\ufe0f\ufeff\r])
    |(?P<format>\*\*|//|__|--|\^\^|,,|\#\#)""",
    re.VERBOSE,
)
_ICON = re.compile(r"name\s*=\s*\"?([\w-]{1,40})")
_LIST = re.compile(r"[ \t]*(?:(?:[*]+|-+|1(?:[*1]*)\.|[;:]+)[ \t]+)?")


class Format(NamedTuple):
    """A formatting mark, or an icon: where it stands in the shown text, and which."""

    at: int
    mark: str


class Shown(NamedTuple):
    """``text`` is what is shown; ``pieces`` say where it comes from in ``raw``."""

    raw: str
    text: str
    starts: tuple[int, ...]
    """Where each piece begins in ``text``."""
    places: tuple[tuple[int, bool], ...]
    """Where each piece begins in ``raw``; True for an escaped character."""
    formats: tuple[Format, ...]
    listed: bool
    """True where a list's mark was taken off."""

    def raw_start(self, index: int) -> int:
        """Place in the source of the character shown at ``index``."""
        if index >= len(self.text):
            return len(self.raw)
        piece = bisect_right(self.starts, index) - 1
        return self.places[piece][0] + index - self.starts[piece]

    def raw_end(self, index: int) -> int:
        """Place in the source just after the character shown before ``index``."""
        if index <= 0:
            return 0
        piece = bisect_right(self.starts, index - 1) - 1
        place, escaped = self.places[piece]
        return place + index - self.starts[piece] + escaped

    def cut(self, start: int, end: int) -> str:
        """Source of the shown characters from ``start`` to ``end``, outer space off."""
        while start < end and self.text[start].isspace():
            start += 1
        while end > start and self.text[end - 1].isspace():
            end -= 1
        return self.raw[self.raw_start(start) : self.raw_end(end)] if start < end else ""


@cache
def _table() -> dict[int, str]:
    return {**{ord(a): b for a, b in simplified_table().items()}, **_FOLDED}


def fold(text: str) -> str:
    """Full-width forms as their usual ones, traditional characters simplified, same length."""
    return text if text.isascii() else text.translate(_table())


def shown(raw: str) -> Shown:
    """Read a source line."""
    lead = _LIST.match(raw)
    assert lead is not None
    at = lead.end()
    listed = bool(lead[0].strip())
    if _TOKEN.search(raw, at) is None:
        whole = ((at, False),) if at < len(raw) else ()
        return Shown(raw, fold(raw[at:]), (0,) if whole else (), whole, (), listed)
    parts: list[str] = []
    starts: list[int] = []
    places: list[tuple[int, bool]] = []
    formats: list[Format] = []
    length = 0

    def show(start: int, end: int, *, escaped: bool = False) -> None:
        nonlocal length
        if end > start:
            starts.append(length)
            places.append((start - escaped, escaped))
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
            formats.append(Format(length, token[0]))
        elif token.lastgroup == "icon" and (name := _ICON.search(token[0])):
            formats.append(Format(length, f"icon:{name[1]}"))
    show(at, len(raw))
    return Shown(
        raw, fold("".join(parts)), tuple(starts), tuple(places), tuple(formats), listed
    )  # fmt: skip
