"""What of a page could not be shown as meant, as problems for people."""

from __future__ import annotations

from typing import Final

from kb.errors import Problem
from kb.markup.macros.registry import MacroRegistry
from kb.markup.macros.results import ERROR, box, failed, placed, plain_nodes
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node, descendants

_LANGUAGES = (
    "velocity groovy python ruby php script java javascript jython jruby kotlin lua perl"
    " powershell sql bsh beanshell"
)
SCRIPTS: Final = frozenset(_LANGUAGES.split())
"""Macros whose content is a program."""


def problems_of(
    document: n.Document, registry: MacroRegistry, where: str, page: str | None = None
) -> list[Problem]:
    """Return one problem for each macro that did not run and each place nested too deep.

    `where` names the page and version; each problem adds the line. Codes: `macro-script`,
    `macro-unknown`, `macro-failed`, `markup-deep`.
    """
    found: list[Problem] = []
    stack: list[Node] = [document]
    while stack:
        node = stack.pop()
        reason = _problem_of(node, registry) if isinstance(node, _REPORTED) else None
        if reason is not None:
            line = document.position(node).line
            code, detail = reason
            found.append(Problem(where=f"{where}:{line}", code=code, detail=detail, page=page))
        elif isinstance(node, n.Parent):
            # Most nodes are words: leaving these out at once takes half the time.
            stack += [child for child in reversed(node.children) if type(child) is not n.Text]
    return found


_REPORTED: Final = (n.Macro, n.MacroResult, n.TooDeep)


def _problem_of(node: Node, registry: MacroRegistry) -> tuple[str, str] | None:
    if isinstance(node, n.TooDeep):
        return "markup-deep", "nested deeper than is followed: shown as its source"
    macro = node.macro if isinstance(node, n.MacroResult) and failed(node) else node
    if not isinstance(macro, n.Macro):
        return None
    if macro.name.lower() in SCRIPTS:
        return "macro-script", f"the script macro {macro.name} is not run: shown as its source"
    if registry.get(macro.name) is None:
        return "macro-unknown", f"the macro {macro.name} is not known: shown as its source"
    cause = _cause(node) if isinstance(node, n.MacroResult) else "it was not run"
    return "macro-failed", f"the macro {macro.name} says: {cause}"


def _cause(result: n.MacroResult) -> str:
    first = result.children[0]
    words = first.children[0] if isinstance(first, n.Parent) and first.children else None
    text = words.text if isinstance(words, n.Text) else ""
    before, cause, rest = text.partition("Cause: [")
    return rest.partition("].")[0] if cause else before


def show_content(document: n.Document) -> None:
    """Show the content of macros that did not run, where it is no program, instead of the error.

    Renderers show their source; this is for plain text, which is searched.
    """
    for node in descendants(document.children):
        if isinstance(node, n.MacroResult) and failed(node):
            macro = node.macro
            script = macro.name.lower() in SCRIPTS or not macro.content
            words = [] if script else plain_nodes(macro.content or "", macro.content_pos)
            node.children = [box(macro, placed(macro, words) if words else [], {"class": ERROR})]
