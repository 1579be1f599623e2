"""Macros that frame their content: boxes, panels, columns, tasks, labels.

XWiki's own are box, info, warning, error and success. The others come from extensions, many from
pages that were migrated from Confluence.
"""

from __future__ import annotations

from typing import Final

from kb.markup.macros.registry import MacroContext, MacroError, box, placed
from kb.markup.parser.link_references import image_reference
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node

_ICONS = {"info": "information", "warning": "error", "error": "exclamation", "success": "accept"}


def _box(macro: n.Macro, context: MacroContext) -> list[Node]:
    if macro.content is None:
        return []
    return [box(macro, _children(macro, context), _box_params(macro, "box"))]


def _message(macro: n.Macro, context: MacroContext) -> list[Node]:
    if not macro.content:
        raise MacroError("The required content is missing.")
    params = _box_params(macro, f"box {macro.name}message")
    if (macro.params.get("status") or "").lower() == "true":
        params["role"] = "status"
    children = _children(macro, context)
    reference = n.ResourceReference("icon", _ICONS[macro.name], True)
    icon = n.Image(macro.pos, reference, n.NO_PARAMS, True, "")
    if not macro.inline:
        children = [n.Group(macro.pos, children, n.NO_PARAMS)]
    return [box(macro, [icon, *children], params)]


def _box_params(macro: n.Macro, name: str) -> n.Params:
    extra = macro.params.get("cssClass")
    params: n.Params = {"class": f"{name} {extra}" if extra else name}
    width = macro.params.get("width")
    if width:
        params["style"] = f"width:{width}"
    return params


def _children(macro: n.Macro, context: MacroContext) -> list[Node]:
    """Return image and title, unless inline, then the content."""
    written = context.parse(macro.content or "", macro.content_pos, macro.inline)
    content = n.MacroContent(macro.content_pos, written, "", "")
    if macro.inline:
        return [content]
    children: list[Node] = []
    image = macro.params.get("image")
    if image:
        reference = image_reference(image, "xwiki/2.1", context.document.wiki)
        children.append(n.Image(macro.pos, reference, n.NO_PARAMS, True, ""))
        children.append(n.LineBreak(macro.pos))
    title = macro.params.get("title")
    if title:
        heading = n.MacroContent(macro.pos, context.parse(title, macro.pos, True), "title", "")
        children.append(n.Group(macro.pos, [heading], {"class": "box-title"}))
    return [*children, content]


_EXTENSION_BOXES: Final = {"note": "warning", "tip": "success", "panel": "", "expand": "",
                           "details": ""}  # fmt: skip
_FRAMES: Final = ("excerpt", "section", "column", "container", "layout", "layout-section",
                  "layout-cell", "tabs", "tab", "confluence_excerpt")  # fmt: skip
DONE: Final = "☑ "
OPEN: Final = "☐ "


def _boxed(macro: n.Macro, context: MacroContext) -> list[Node]:
    kind = _EXTENSION_BOXES[macro.name]
    params: n.Params = {"class": f"box {kind}message" if kind else "box"}
    children = context.parse(macro.content or "", macro.content_pos, macro.inline)
    title = macro.params.get("title")
    if title and not macro.inline:
        words: list[Node] = [n.Text(macro.pos, title)]
        children.insert(0, n.Group(macro.pos, words, {"class": "box-title"}))
    return [box(macro, children, params)]


def _titled(macro: n.Macro, context: MacroContext) -> list[Node]:
    """Return the content, below its title where it has one."""
    nodes = context.parse(macro.content or "", macro.content_pos, macro.inline)
    title = macro.params.get("title") or macro.params.get("label")
    if not title or macro.inline:
        return nodes
    words: list[Node] = [n.FormatSpan(macro.pos, [n.Text(macro.pos, title)], n.NO_PARAMS, n.BOLD)]
    return [n.Paragraph(macro.pos, words, n.NO_PARAMS), *nodes]


def is_done(macro: n.Macro) -> bool:
    """Tell whether a task is done."""
    said = macro.params.get("status") or macro.params.get("checked") or ""
    return said.strip().lower() in ("done", "true", "complete", "completed", "checked")


def _task(macro: n.Macro, context: MacroContext) -> list[Node]:
    mark = n.Text(macro.pos, DONE if is_done(macro) else OPEN)
    return placed(macro, [mark, *context.parse(macro.content or "", macro.content_pos, True)])


def _status(macro: n.Macro, _context: MacroContext) -> list[Node]:
    """Return a label like `[DONE]`."""
    title = macro.params.get("title") or macro.params.get("label") or macro.content or ""
    return placed(macro, [n.Text(macro.pos, f"[{title}]")])


MACROS: Final = {"box": _box, **dict.fromkeys(_ICONS, _message)}
EXTENSIONS: Final = {
    **dict.fromkeys(_EXTENSION_BOXES, _boxed), **dict.fromkeys(_FRAMES, _titled),
    "task": _task, "checkbox": _task, "status": _status,
}  # fmt: skip
