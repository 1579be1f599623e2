"""What all nodes of the tree have, and the page that they belong to."""

from __future__ import annotations

from bisect import bisect_right

from kb.markup.values import Params, Position


class Node:
    """Anything in the tree; `pos` is the offset in the document's source."""

    __slots__ = ("pos",)

    def __init__(self, pos: int) -> None:
        self.pos = pos


class Parent(Node):
    """A node with children, in order."""

    __slots__ = ("children",)

    def __init__(self, pos: int, children: list[Node]) -> None:
        self.pos = pos
        self.children = children


class Block(Parent):
    """A node with children and parameters."""

    __slots__ = ("params",)

    def __init__(self, pos: int, children: list[Node], params: Params) -> None:
        self.pos = pos
        self.children = children
        self.params = params


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
        """Line and column of `node`; lines end at LF, CR LF or CR."""
        if not self._lines:
            self._lines = line_starts(self.source)
        line = bisect_right(self._lines, node.pos)
        return Position(line, node.pos - self._lines[line - 1] + 1)


def line_starts(source: str) -> list[int]:
    """Offset of each line's first character."""
    starts = [0]
    for line in source.replace("\r\n", " \n").replace("\r", "\n").split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    starts.pop()
    return starts
