"""code, comment, content, id, raw."""

from __future__ import annotations

from kb.markup import nodes as n
from kb.markup.macros.content import box
from kb.markup.macros.registry import MacroContext, MacroError, Registry
from kb.markup.nodes import Node


def register(registry: Registry) -> None:
    """Add these macros to `registry`."""
    registry.add("code", _code)
    registry.add("comment", _comment)
    registry.add("content", _content)
    registry.add("id", _id)
    registry.add("raw", _raw)


def plain_nodes(text: str, pos: int) -> list[Node]:
    """Plain text as nodes: lines parted by line breaks."""
    nodes: list[Node] = []
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
        if number:
            nodes.append(n.LineBreak(pos))
            pos += 1
        if line:
            nodes.append(n.Text(pos, line.replace("\t", " ")))
        pos += len(line)
    return nodes


def _code(macro: n.Macro, context: MacroContext) -> list[Node]:
    """The source without colours; `MacroResult.macro` has its language."""
    nodes = plain_nodes(macro.content or "", macro.content_pos)
    return [box(macro, [box(macro, nodes, {"class": "code"})], {"class": "box"})]


def _comment(macro: n.Macro, context: MacroContext) -> list[Node]:
    return []


def _content(macro: n.Macro, context: MacroContext) -> list[Node]:
    if not macro.content:
        return []
    syntax = macro.params.get("syntax") or context.document.syntax
    if syntax == "plain/1.0":
        return plain_nodes(macro.content, macro.content_pos)
    if syntax not in ("xwiki/2.0", "xwiki/2.1"):
        raise MacroError(f"There is no parser for {syntax}.")
    return context.parse(macro.content, macro.content_pos, macro.inline, syntax)


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
