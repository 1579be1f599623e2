"""Macros whose content is another language: code, formulas, diagrams, all shown as listings."""

from __future__ import annotations

import re
from typing import Final

from kb.markup.macros.registry import MacroContext, MacroError, MacroRegistry
from kb.markup.macros.results import box, plain_nodes
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node

_LANGUAGES: Final = {
    "formula": "math",
    "mermaid": "mermaid",
    "plantuml": "plantuml",
    "graphviz": "dot",
    "dot": "dot",
}
"""By macro: the name of its content's language, as listings give it."""
LISTINGS: Final = frozenset(("code", *_LANGUAGES))
"""Macros that are shown as listings."""
_LANGUAGE = re.compile(r"[A-Za-z0-9+#._-]{1,40}\Z")


def register(registry: MacroRegistry) -> None:
    """Add XWiki's own code macro to `registry`."""
    registry.add("code", _code)


def register_extensions(registry: MacroRegistry) -> None:
    """Add formulas and diagrams to `registry`."""
    for name in _LANGUAGES:
        registry.add(name, _listing)


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
    lines = plain_nodes(macro.content, macro.content_pos)
    return lines if macro.inline else [n.Paragraph(macro.pos, lines, n.NO_PARAMS)]
