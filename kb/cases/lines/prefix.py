"""The line prefix: what may precede a label or a mark and says nothing, as bullets, numbers."""

from __future__ import annotations

import re

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
