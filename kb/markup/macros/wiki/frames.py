"""Macros around wiki content that the content can do without, and those like boxes.

Many come from pages that were migrated from Confluence.
"""

from __future__ import annotations

from typing import Final

from kb.markup import nodes as n
from kb.markup.macros.content import box
from kb.markup.macros.registry import MacroContext, Registry
from kb.markup.nodes import Node

_BOXES: Final = {"note": "warning", "tip": "success", "panel": "", "expand": "", "details": ""}
_FRAMES: Final = ("excerpt", "section", "column", "container", "layout", "layout-section",
                  "layout-cell", "tabs", "tab", "confluence_excerpt")  # fmt: skip
DONE: Final = "☑ "
OPEN: Final = "☐ "


def register(registry: Registry) -> None:
    """Add them."""
    for name in _BOXES:
        registry.add(name, _boxed)
    for name in _FRAMES:
        registry.add(name, _content)
    registry.add("task", _task)
    registry.add("checkbox", _task)
    registry.add("status", _status)


def _boxed(macro: n.Macro, context: MacroContext) -> list[Node]:
    kind = _BOXES[macro.name]
    params: n.Params = {"class": f"box {kind}message" if kind else "box"}
    children = context.parse(macro.content or "", macro.content_pos, macro.inline)
    title = macro.params.get("title")
    if title and not macro.inline:
        words: list[Node] = [n.Text(macro.pos, title)]
        children.insert(0, n.Group(macro.pos, words, {"class": "box-title"}))
    return [box(macro, children, params)]


def _content(macro: n.Macro, context: MacroContext) -> list[Node]:
    """The content, below its title where it has one."""
    nodes = context.parse(macro.content or "", macro.content_pos, macro.inline)
    title = macro.params.get("title") or macro.params.get("label")
    if not title or macro.inline:
        return nodes
    words: list[Node] = [n.Format(macro.pos, [n.Text(macro.pos, title)], n.NO_PARAMS, n.BOLD)]
    return [n.Paragraph(macro.pos, words, n.NO_PARAMS), *nodes]


def is_done(macro: n.Macro) -> bool:
    """Whether a task is done."""
    said = macro.params.get("status") or macro.params.get("checked") or ""
    return said.strip().lower() in ("done", "true", "complete", "completed", "checked")


def _task(macro: n.Macro, context: MacroContext) -> list[Node]:
    mark = n.Text(macro.pos, DONE if is_done(macro) else OPEN)
    nodes = context.parse(macro.content or "", macro.content_pos, True)
    return [mark, *nodes] if macro.inline else [n.Paragraph(macro.pos, [mark, *nodes], n.NO_PARAMS)]


def _status(macro: n.Macro, _context: MacroContext) -> list[Node]:
    """A label like `[DONE]`."""
    title = macro.params.get("title") or macro.params.get("label") or macro.content or ""
    nodes: list[Node] = [n.Text(macro.pos, f"[{title}]")]
    return nodes if macro.inline else [n.Paragraph(macro.pos, nodes, n.NO_PARAMS)]
