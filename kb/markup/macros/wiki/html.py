"""html: somebody's HTML, which renderers clean before they show it."""

from __future__ import annotations

from kb.markup import nodes as n
from kb.markup.macros.registry import MacroContext, Registry
from kb.markup.nodes import Node


def register(registry: Registry) -> None:
    """Add it."""
    registry.add("html", _html)


def has_wiki(macro: n.Macro) -> bool:
    """Whether the content is wiki syntax with tags in it."""
    return (macro.params.get("wiki") or "").strip().lower() == "true"


def _html(macro: n.Macro, context: MacroContext) -> list[Node]:
    """The HTML; where it holds wiki syntax its tree, whose text then is HTML."""
    if not macro.content:
        return []
    if has_wiki(macro):
        return _open_up(context.parse(macro.content, macro.content_pos, macro.inline))
    return [n.RawText(macro.content_pos, macro.content, "html/5.0")]


def _open_up(nodes: list[Node]) -> list[Node]:
    """Paragraphs' content and line ends as they are written: the HTML has its own tags."""
    root = n.Parent(0, nodes)
    stack = [root]
    while stack:
        parent = stack.pop()
        parent.children = _spliced(parent.children)
        stack += [child for child in parent.children if isinstance(child, n.Parent)]
    return root.children


def _spliced(nodes: list[Node]) -> list[Node]:
    opened: list[Node] = []
    for node in nodes:
        if isinstance(node, n.Paragraph):
            opened += [*_spliced(node.children), n.Text(node.pos, "\n")]
        elif isinstance(node, n.LineBreak):
            opened.append(n.Text(node.pos, "\n"))
        elif not isinstance(node, n.EmptyLines):
            opened.append(node)
    return opened
