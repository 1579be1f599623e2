"""Macros whose content is another language: code, formulas, diagrams, all shown as listings."""

from __future__ import annotations

import re
from typing import Final

from kb.markup.macros.registry import MacroContext, MacroError
from kb.markup.macros.results import box, placed, plain_nodes
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node

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


MACROS: Final = {"code": _code}
EXTENSIONS: Final = dict.fromkeys(_LANGUAGES, _listing)
