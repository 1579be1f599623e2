"""Macros whose content is another language: formulas and diagrams, shown as that."""

from __future__ import annotations

from typing import Final

from kb.markup import nodes as n
from kb.markup.macros.registry import MacroContext, MacroError, Registry
from kb.markup.macros.small import plain_nodes
from kb.markup.nodes import Node

LANGUAGES: Final = {
    "formula": "math",
    "mermaid": "mermaid",
    "plantuml": "plantuml",
    "graphviz": "dot",
    "dot": "dot",
}
"""By macro: the name of its content's language, as code blocks give it."""


def register(registry: Registry) -> None:
    """Add them."""
    for name in LANGUAGES:
        registry.add(name, _source)


def _source(macro: n.Macro, _context: MacroContext) -> list[Node]:
    if not macro.content:
        raise MacroError("there is no content")
    lines = plain_nodes(macro.content, macro.content_pos)
    return lines if macro.inline else [n.Paragraph(macro.pos, lines, n.NO_PARAMS)]
