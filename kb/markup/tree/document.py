"""A page as a tree: its source, where nodes stand in it, and the ids it has given."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable

from kb.markup.tree.base import Node, Parent, Position


class Document(Parent):
    """A whole page.

    `wiki` is False if it was read outside a wiki; `ids` are the heading and image ids given
    so far (see ids.py).
    """

    __slots__ = ("_lines", "ids", "source", "syntax", "wiki")

    def __init__(
        self, source: str, syntax: str, children: list[Node], ids: dict[str, int], wiki: bool
    ) -> None:
        self.pos = 0
        self.children = children
        self.source = source
        self.syntax = syntax
        self.ids = ids
        self.wiki = wiki
        self._lines: list[int] = []

    def position(self, node: Node) -> Position:
        """Return line and column of `node`; lines end at LF, CR LF or CR."""
        if not self._lines:
            self._lines = line_starts(self.source)
        line = bisect_right(self._lines, node.pos)
        return Position(line, node.pos - self._lines[line - 1] + 1)


def nodes_of(tree: Document | Iterable[Node]) -> Iterable[Node]:
    """Return the blocks of a page, or the nodes themselves: renderers take either."""
    return tree.children if isinstance(tree, Document) else tree


def line_starts(source: str) -> list[int]:
    """Return offset of each line's first character."""
    starts = [0]
    for line in source.replace("\r\n", " \n").replace("\r", "\n").split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    starts.pop()
    return starts


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
