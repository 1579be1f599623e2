"""What stands in a macro's place: nodes, an error, or the call as it is written."""

from __future__ import annotations

from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node

ERROR = "xwikirenderingerror"
DETAILS = "xwikirenderingerrordescription hidden"


def opened_up(nodes: list[Node]) -> list[Node]:
    """Return what is in a paragraph that is all there is, else the nodes."""
    first = nodes[0] if len(nodes) == 1 else None
    return first.children if isinstance(first, n.Paragraph) else nodes


def placed(macro: n.Macro, line: list[Node]) -> list[Node]:
    """Return a line's nodes as they are for an inline macro, else as a paragraph."""
    return line if macro.inline else [n.Paragraph(macro.pos, line, n.NO_PARAMS)]


def anchor_link(pos: int, label: list[Node], anchor: str, params: n.Params = n.NO_PARAMS) -> n.Link:
    """Return a link to a place of the same page."""
    reference = n.ResourceReference("doc", "", True, {"anchor": anchor})
    return n.Link(pos, label, params, reference, False)


def to_inline(nodes: list[Node]) -> list[Node]:
    """Open up a paragraph that is all there is; make a macro at the beginning inline."""
    nodes = opened_up(nodes)
    if nodes and isinstance(nodes[0], n.Macro):
        nodes[0].inline = True
    return nodes


def plain_nodes(text: str, pos: int) -> list[Node]:
    """Return plain text as nodes: lines parted by line breaks."""
    nodes: list[Node] = []
    for number, line in enumerate(text.replace("\r", "").split("\n")):
        if number:
            nodes.append(n.LineBreak(pos))
            pos += 1
        if line:
            nodes.append(n.Text(pos, line))
        pos += len(line)
    return nodes


def box(macro: n.Macro, children: list[Node], params: n.Params) -> Node:
    """Return a group, or a span if the macro is inline."""
    if macro.inline:
        return n.FormatSpan(macro.pos, children, params, n.STYLE_NONE)
    return n.Group(macro.pos, children, params)


def error(macro: n.Macro, message: str, details: str) -> list[Node]:
    """Return what is shown in place of a macro that cannot run."""
    pos = macro.pos
    text = f"{message} Click on this message for details." if details else message
    nodes: list[Node] = [box(macro, [n.MacroPhrase(pos, text)], {"class": ERROR})]
    if details:
        verbatim = n.Verbatim(pos, details, macro.inline, n.NO_PARAMS)
        nodes.append(box(macro, [verbatim], {"class": DETAILS}))
    return nodes


def failed(result: n.MacroResult) -> bool:
    """Tell whether the macro is unknown or could not do what it was asked."""
    first = result.children[0] if result.children else None
    return isinstance(first, n.Group | n.FormatSpan) and first.params.get("class") == ERROR


def call_source(macro: n.Macro) -> str:
    """Return the call in wiki syntax, its parameters in normal form."""
    parts = ["{{", macro.name]
    for key, value in macro.params.items():
        parts.append(f" {key}" if value is None else f' {key}="{_escape(value)}"')
    if macro.content is None:
        return "".join([*parts, "/}}"])
    newline = "\n" if "\n" in macro.content or not macro.inline else ""
    return "".join([*parts, "}}", newline, macro.content, newline, "{{/", macro.name, "}}"])


def _escape(value: str) -> str:
    return value.replace("~", "~~").replace('"', '~"')
