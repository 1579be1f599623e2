"""Whether two trees say the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node

_PLACES = ("pos", "content_pos")


def same_tree(left: Iterable[Node], right: Iterable[Node]) -> bool:
    """Tell whether the trees are equal but for positions and where a text is cut in two."""
    return shape(left) == shape(right)


def shape(nodes: Iterable[Node]) -> list[object]:
    """Return a tree as nested lists: names of classes, values, texts that follow each other joined.

    What a macro made counts as the macro.
    """
    found: list[object] = []
    for item in nodes:
        node = item.macro if isinstance(item, n.MacroResult) else item
        if isinstance(node, n.Text):
            last = found[-1] if found else None
            if isinstance(last, str):
                found[-1] = last + node.text
            else:
                found.append(node.text)
        else:
            found.append((type(node).__name__, *_values(node)))
    return found


def _values(node: Node) -> list[object]:
    values = [(name, getattr(node, name)) for name in _names(type(node))]
    return [shape(value) if name == "children" else value for name, value in values]


_NAMES: dict[type[Node], list[str]] = {}


def _names(kind: type[Node]) -> list[str]:
    """Return names of what a node holds, its place aside."""
    if kind not in _NAMES:
        _NAMES[kind] = [one.name for one in fields(kind) if one.name not in _PLACES]
    return _NAMES[kind]
