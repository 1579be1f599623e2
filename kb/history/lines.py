"""Lines as XWiki's blame counts them."""

from __future__ import annotations

import re

_BREAK = re.compile(r"\r\n|\r|\n")


def split_lines(text: str) -> list[str]:
    r"""Lines of a page's source: `\n`, `\r\n` and a lone `\r` all end one.

    A text that ends with a break has an empty last line; an empty text has no line. Other
    characters that Unicode calls line ends do not count. Source: LineSplitter of
    xwiki-commons-diff-display.
    """
    if not text:
        return []
    return text.split("\n") if "\r" not in text else _BREAK.split(text)


def by_feeds(text: str, numbers: list[int]) -> list[int]:
    r"""One number for each part of ``text`` between line feeds, from one for each of its lines.

    Where a lone `\r` cuts a part into several lines, the largest counts: the newest version.
    """
    if not text:
        return [0]
    if "\r" not in text:
        return numbers
    found, at = [], 0
    *parts, last = text.split("\n")
    for part in [*(part.removesuffix("\r") for part in parts), last]:
        count = part.count("\r") + 1
        found.append(max(numbers[at : at + count]))
        at += count
    return found
