"""Whether two trees say the same."""

from __future__ import annotations

from collections.abc import Iterable

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
    values: list[object] = []
    for name in _slots(type(node)):
        value = getattr(node, name)
        if isinstance(value, n.ResourceReference):
            value = (value.type, value.reference, value.typed, value.parameters)
        values.append(shape(value) if name == "children" else value)
    return values


_SLOTS: dict[type[Node], list[str]] = {}


def _slots(kind: type[Node]) -> list[str]:
    """Return names of what a node holds, its place aside."""
    if kind not in _SLOTS:
        names: list[str] = []
        for base in kind.__mro__:
            # Compiled classes have no __slots__, but say the same elsewhere.
            held: tuple[str, ...] = getattr(base, "__mypyc_attrs__", ())
            names += held or getattr(base, "__slots__", ())
        _SLOTS[kind] = sorted({*names} - {*_PLACES, "__dict__"})
    return _SLOTS[kind]
