"""comment, content, id, raw."""

from __future__ import annotations

from typing import Final

from kb.markup.macros.registry import MacroContext, MacroError
from kb.markup.macros.results import plain_nodes
from kb.markup.parser import SYNTAXES
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node


def _comment(macro: n.Macro, context: MacroContext) -> list[Node]:
    return []


def _content(macro: n.Macro, context: MacroContext) -> list[Node]:
    """Return wiki or plain text, also from the parameter `source="string:…"`."""
    content, pos = macro.content, macro.content_pos
    source = macro.params.get("source")
    if source is not None:
        if not source.startswith("string:"):
            raise MacroError(f"The source [{source}] is not known here.")
        content, pos = source.removeprefix("string:"), macro.pos
    syntax = macro.params.get("syntax") or context.document.syntax
    nodes: list[Node] = []
    if content and syntax == "plain/1.0":
        nodes = plain_nodes(content, pos)
        if not macro.inline:
            nodes = [n.Paragraph(pos, nodes, n.NO_PARAMS)]
    elif content and syntax in SYNTAXES:
        nodes = context.parse(content, pos, macro.inline, syntax)
    elif content:
        raise MacroError(f"There is no parser for {syntax}.")
    return [
        n.MacroContent(pos, nodes, "" if source is None else "source", syntax if content else "")
    ]


def _id(macro: n.Macro, context: MacroContext) -> list[Node]:
    name = macro.params.get("name")
    if name is None:
        raise MacroError("The parameter [name] is missing.")
    return [n.Anchor(macro.pos, name, macro.inline)]


def _raw(macro: n.Macro, context: MacroContext) -> list[Node]:
    syntax = macro.params.get("syntax")
    if not syntax:
        raise MacroError("The parameter [syntax] is missing.")
    if macro.content is None:
        raise MacroError("The required content is missing.")
    return [n.RawText(macro.content_pos, macro.content, syntax)]


MACROS: Final = {"comment": _comment, "content": _content, "id": _id, "raw": _raw}
