"""How a person is drawn: initials, and a colour that stays the same on every page."""

from __future__ import annotations

import re
import zlib
from functools import lru_cache

COLOURS = 12
"""Classes `p0` to `p11` of the stylesheet."""

_LATIN = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=1024)
def colour(name: str) -> int:
    """Number of the person's colour, by name alone."""
    return zlib.crc32(name.strip().casefold().encode("utf-8", "replace")) % COLOURS


@lru_cache(maxsize=1024)
def initials(name: str) -> str:
    """One Han character or up to two letters; `?` where the name has neither."""
    words: list[str] = _LATIN.findall(name.removeprefix("XWiki."))
    if not words:
        return (name.strip() or "?")[0]
    if ord(words[0][0]) > 0x2E7F:
        return words[0][0]
    if len(words) > 1 and ord(words[1][0]) <= 0x2E7F:
        return (words[0][0] + words[1][0]).upper()
    return words[0][:2].upper() if words[0].isupper() else words[0][0].upper() + words[0][1:2]
