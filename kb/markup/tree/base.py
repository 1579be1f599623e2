"""What all nodes have, and the values within them: parameters, references, styles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

Params = dict[str, str | None]

NO_PARAMS: Final[Params] = {}

# The styles of `FormatSpan`; STYLE_NONE carries only parameters.
BOLD: Final = "bold"
ITALIC: Final = "italic"
STRIKE: Final = "strike"
UNDERLINE: Final = "underline"
SUPERSCRIPT: Final = "superscript"
SUBSCRIPT: Final = "subscript"
MONOSPACE: Final = "monospace"
STYLE_NONE: Final = ""


class Position(NamedTuple):
    """A place in the source, both counted from 1; column in characters."""

    line: int
    column: int


class ResourceReference:
    """What a link or an image points to.

    `type` is XWiki's scheme: doc, space, page, attach, pageAttach, url, mailto, path, unc,
    icon, data, interwiki. `reference` is the text without scheme. `typed` says whether the
    scheme was written; an untyped "doc" may also mean a space's home page. `parameters`
    holds `queryString`, `anchor` (both without `?` and `#`) and `interWikiAlias`.
    """

    __slots__ = ("parameters", "reference", "type", "typed")

    def __init__(
        self, type_: str, reference: str, typed: bool, parameters: dict[str, str] | None = None
    ) -> None:
        self.type = type_
        self.reference = reference
        self.typed = typed
        self.parameters: dict[str, str] = {} if parameters is None else parameters


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


class Container(Parent):
    """A node with children and parameters."""

    __slots__ = ("params",)

    def __init__(self, pos: int, children: list[Node], params: Params) -> None:
        self.pos = pos
        self.children = children
        self.params = params


def descendants(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield `nodes` and all below them in the order of the page, a node before its children.

    Children are looked up after their parent was yielded, so the caller may replace them.
    """
    stack = [*nodes][::-1]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, Parent):
            stack += reversed(node.children)
