"""A tree as the sequence of its nodes' beginnings and ends, for the source printer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import NO_PARAMS, Node

Side = Literal["begin", "end", "on"]
Event = tuple[Side, Node]

_STANDALONE: Final = (
    n.Group,
    n.Heading,
    n.Paragraph,
    n.Quotation,
    n.Table,
    n.Figure,
    n.FigureCaption,
)


def collect(nodes: Iterable[Node], events: list[Event]) -> None:
    """Put the events of `nodes` into `events`; what must be grouped to stay together is."""
    for node in nodes:
        if isinstance(node, n.MacroResult | n.Figure):
            events.append(("on", node))
        elif isinstance(node, n.Parent):
            events.append(("begin", node))
            group = None
            if isinstance(node, n.ListItem | n.TableCell) and _needs_group(node):
                group = n.Group(node.pos, node.children, NO_PARAMS)
            collect([group] if group else node.children, events)
            events.append(("end", node))
        else:
            events.append(("on", node))


def _needs_group(node: n.ListItem | n.TableCell) -> bool:
    """Whether the content must be put in `(((…)))` to stay in its item or cell."""
    found = _standalone(node.children, isinstance(node, n.TableCell))
    return bool(found) and not (len(found) == 1 and isinstance(found[0], n.Group))


def _standalone(nodes: Iterable[Node], in_cell: bool) -> list[Node]:
    found: list[Node] = []
    for node in nodes:
        if isinstance(node, _STANDALONE) or (isinstance(node, n.Verbatim) and not node.inline):
            found.append(node)
        elif isinstance(node, n.List | n.DefinitionList):
            if in_cell:
                found.append(node)
        elif isinstance(node, n.Parent):
            found += _standalone(node.children, in_cell)
    return found
