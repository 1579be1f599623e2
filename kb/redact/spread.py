"""Values written apart: digits between which other signs stand, Han names with spaces in them.

`(138) 00–13/8000`, `一三八零零一三八零零零`, `试 验 员 甲`: what stands between is taken out, and
each character remembers where it was.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

LEAST_DIGITS: Final = 10
"""Shorter numbers are not looked for in this way: dates and times would make them up."""
_BETWEEN = re.compile(
    r"(?<=[0-9])[\s\-._/()·,:–—~*+|]{1,4}(?=[0-9])"
    r"|(?<=[㐀-鿿])[\s·・]{1,4}(?=[㐀-鿿])"
)
_NUMERALS = re.compile("[〇零一二三四五六七八九幺]{7,}")
_DIGIT_OF: Final = str.maketrans("〇零一二三四五六七八九幺", "001234567891")


class Joined(NamedTuple):
    """A text with what stands between taken out."""

    text: str
    gaps: tuple[tuple[int, int], ...]
    """Place in ``text`` and how many characters are missing before it, all told."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of ``text`` stands in what it was made of."""
        return start + self._missing(start), end + self._missing(end - 1)

    def _missing(self, at: int) -> int:
        low, high = 0, len(self.gaps)
        while low < high:
            middle = (low + high) // 2
            if self.gaps[middle][0] <= at:
                low = middle + 1
            else:
                high = middle
        return self.gaps[low - 1][1] if low else 0


def joined(folded: str) -> Joined | None:
    """The text without what stands between digits, or Han characters; None where nothing does."""
    plain = _NUMERALS.sub(lambda m: m[0].translate(_DIGIT_OF), folded)
    pieces: list[str] = []
    gaps: list[tuple[int, int]] = []
    at = length = missing = 0
    for match in _BETWEEN.finditer(plain):
        pieces.append(plain[at : match.start()])
        length += match.start() - at
        missing += match.end() - match.start()
        gaps.append((length, missing))
        at = match.end()
    if not gaps and plain == folded:
        return None
    return Joined("".join(pieces) + plain[at:], tuple(gaps))
