"""Ids of headings and images, as XWiki makes them."""

from __future__ import annotations

import re

_OTHER = re.compile(r"[^A-Za-z0-9:_.\-]")
# Python calls these white space, Java does not.
_NOT_WHITESPACE = "\x85\xa0\u2007\u202f"


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    if char.isspace() and char not in _NOT_WHITESPACE:
        return ""
    code = ord(char)
    if code < 0x10000:
        return f"{code:X}"
    code -= 0x10000
    return f"{0xD800 + (code >> 10):X}{0xDC00 + (code & 0x3FF):X}"


def unique_id(prefix: str, text: str, taken: dict[str, int]) -> str:
    """Return `prefix` and `text` without blanks, others as UTF-16 hex; -1, -2 … on repeats.

    `taken` maps each id given to the number to try next for it, so that n equal headings
    cost n steps.
    """
    stem = prefix + _OTHER.sub(_escape, text)
    if stem not in taken:
        taken[stem] = 1
        return stem
    number = taken[stem]
    while f"{stem}-{number}" in taken:
        number += 1
    taken[stem] = number + 1
    taken[f"{stem}-{number}"] = 1
    return f"{stem}-{number}"
