"""box, info, warning, error, success: content in a frame."""

from __future__ import annotations

from kb.markup import nodes as n
from kb.markup.macros.content import box
from kb.markup.macros.registry import MacroContext, MacroError, Registry
from kb.markup.nodes import Node
from kb.markup.references import image_reference

_ICONS = {
    "info": "information",
    "warning": "error",
    "error": "exclamation",
    "success": "accept",
}


def register(registry: Registry) -> None:
    """Add the boxes to `registry`."""
    registry.add("box", _box)
    for name in _ICONS:
        registry.add(name, _message)


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
    if macro.inline:
        return [box(macro, [icon, *children], params)]
    text = n.Group(macro.pos, children, n.NO_PARAMS)
    return [box(macro, [icon, text], params)]


def _box_params(macro: n.Macro, name: str) -> n.Params:
    extra = macro.params.get("cssClass")
    params: n.Params = {"class": f"{name} {extra}" if extra else name}
    width = macro.params.get("width")
    if width:
        params["style"] = f"width:{width}"
    return params


def _children(macro: n.Macro, context: MacroContext) -> list[Node]:
    """Image and title, unless inline, then the content."""
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
