"""XWiki's small macros: comment, content, id, raw; and listings: code, formulas, diagrams."""

from __future__ import annotations

import re
from typing import Final

from kb.markup.macros.registry import MacroContext, MacroError, box, placed, plain_nodes
from kb.markup.parser import SYNTAXES
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node


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


_LANGUAGES: Final = {"formula": "math", "mermaid": "mermaid", "plantuml": "plantuml",
                     "graphviz": "dot", "dot": "dot"}  # fmt: skip
"""By macro: the name of its content's language, as listings give it."""
LISTINGS: Final = frozenset(("code", *_LANGUAGES))
"""Macros that are shown as listings."""
_LANGUAGE = re.compile(r"[A-Za-z0-9+#._-]{1,40}\Z")


def language_of(macro: n.Macro) -> str:
    """Return the language of a listing, "" where the macro says none."""
    if macro.name in _LANGUAGES:
        return _LANGUAGES[macro.name]
    language = (macro.params.get("language") or "").strip()
    return language.lower() if _LANGUAGE.match(language) and language.lower() != "none" else ""


def _code(macro: n.Macro, _context: MacroContext) -> list[Node]:
    """Return the source without colours; `MacroResult.macro` has its language."""
    nodes = plain_nodes(macro.content or "", macro.content_pos)
    return [box(macro, [box(macro, nodes, {"class": "code"})], {"class": "box"})]


def _listing(macro: n.Macro, _context: MacroContext) -> list[Node]:
    if not macro.content:
        raise MacroError("there is no content")
    return placed(macro, plain_nodes(macro.content, macro.content_pos))


MACROS: Final = {
    "code": _code, "comment": lambda _macro, _context: [], "content": _content, "id": _id,
    "raw": _raw,
}  # fmt: skip
EXTENSIONS: Final = dict.fromkeys(_LANGUAGES, _listing)
