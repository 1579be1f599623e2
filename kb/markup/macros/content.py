"""Helpers for macros: making nodes, putting blocks into a line."""

from __future__ import annotations

from kb.markup import nodes as n
from kb.markup.nodes import Node

ERROR = "xwikirenderingerror"
DETAILS = "xwikirenderingerrordescription hidden"


def to_inline(nodes: list[Node]) -> list[Node]:
    """`nodes` without the paragraph that is all there is; a macro at the beginning is inline."""
    if len(nodes) == 1 and isinstance(nodes[0], n.Paragraph):
        nodes = nodes[0].children
    if nodes and isinstance(nodes[0], n.Macro):
        nodes[0].inline = True
    return nodes


def box(macro: n.Macro, children: list[Node], params: n.Params) -> Node:
    """A group, or a span if the macro is inline."""
    if macro.inline:
        return n.Format(macro.pos, children, params, n.STYLE_NONE)
    return n.Group(macro.pos, children, params)


def error(macro: n.Macro, message: str, details: str) -> list[Node]:
    """What is shown in place of a macro that cannot run."""
    pos = macro.pos
    text = f"{message} Click on this message for details." if details else message
    nodes: list[Node] = [box(macro, [n.Phrase(pos, text)], {"class": ERROR})]
    if details:
        verbatim = n.Verbatim(pos, details, macro.inline, n.NO_PARAMS)
        nodes.append(box(macro, [verbatim], {"class": DETAILS}))
    return nodes
