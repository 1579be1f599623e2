"""What may stand before a label or a mark and says nothing: quotes, bullets, numbers."""

from __future__ import annotations

import re

BULLETS = "※●•■◆◇▶►★☆·▪➤○◎☞✦▲△◈>"
ITEM = r"(?:\(?(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*[.、)]|[①-⑳])"
"""A list's number as people type it: `1.`, `2)`, `(3)`, `三、`, `④`."""
LEAD = rf"[\s{BULLETS}]*(?:{ITEM}\s*)?"
_MARKED = re.compile(rf"[\s{BULLETS}<«《\-–—=*#~+_【\[「|]*")
_NUMBERED = re.compile(rf"{ITEM}[\s(【\[「\-–—]*")
CLOSING = f"{BULLETS}»》 \t-–—=*#~_】]」|)"


def past_lead(text: str) -> tuple[int, bool]:
    """Where a mark's own words begin, and whether decoration stands before them."""
    start = _MARKED.match(text)
    assert start is not None
    at = start.end()
    decorated = bool(start[0].strip())
    number = _NUMBERED.match(text, at)
    if number:
        return number.end(), decorated
    return at + text.startswith("(", at), decorated or text.startswith("(", at)
