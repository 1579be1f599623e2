"""Verbatim lines, code included: they are text of a case, and nothing in them is a mark."""

from __future__ import annotations

import re
from collections.abc import Sequence

MACROS = (
    "code|velocity|groovy|python|ruby|php|perl|script|html|comment|uml|plantuml|mermaid|css"
    "|noformat|markdown|formula|latex|mathjax|graphviz"
)
TOKEN = re.compile(
    rf"(?<!~)(?:\{{\{{(?P<close>/)?(?P<name>{MACROS})(?:\s[^{{}}]{{0,500}}?)?(?P<self>/)?\}}\}}"
    r"|(?P<open>\{\{\{)|(?P<shut>\}\}\}))",
    re.IGNORECASE,
)
"""What opens or closes a verbatim block."""


def verbatim_lines(lines: Sequence[str]) -> list[bool]:
    """Tell for each line whether it begins within a verbatim block, or with one.

    A macro that is never closed runs to the end; a verbatim block that is never closed is none.
    """
    flags = [False] * len(lines)
    candidates = [n for n, line in enumerate(lines) if "{{" in line or "}}}" in line]
    last_shut = max((n for n in candidates if "}}}" in lines[n]), default=-1)
    inside, depth, since = "", 0, 0
    for number in candidates:
        if inside:
            flags[since : number + 1] = [True] * (number + 1 - since)
        line = lines[number]
        for token in TOKEN.finditer(line):
            opens = inside == "" and not token["close"] and not token["shut"]
            if opens and not line[: token.start()].strip():
                flags[number] |= not token["open"] or number <= last_shut
            inside, depth = _after(token, inside, depth, number <= last_shut)
        since = number + 1
    if inside:
        flags[since:] = [True] * (len(lines) - since)
    return flags


def _after(token: re.Match[str], inside: str, depth: int, closes: bool) -> tuple[str, int]:
    """Return the block that is open after a token, and the depth of blocks of its name."""
    if token["self"]:
        return inside, depth
    if token["open"]:
        return (inside, depth) if inside or not closes else ("{{{", 1)
    if token["shut"]:
        return ("", 0) if inside == "{{{" else (inside, depth)
    name = token["name"].lower()
    if token["close"]:
        if name != inside:
            return inside, depth
        return (inside, depth - 1) if depth > 1 else ("", 0)
    if not inside:
        return name, 1
    return inside, depth + (name == inside)
