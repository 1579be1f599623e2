"""Macros that show a file or an icon: a link to the file, the icon."""

from __future__ import annotations

from typing import Final

from kb.markup import nodes as n
from kb.markup.macros.registry import MacroContext, MacroError, Registry
from kb.markup.nodes import Node

_FILE: Final = {
    "office": ("attachment", "reference"),
    "viewpdf": ("file",),
    "pdfviewer": ("file",),
    "view-file": ("name", "att--filename"),
    "attach": ("name", "filename"),
    "video": ("attachment", "reference", "filename"),
    "multimedia": ("name",),
}


def register(registry: Registry) -> None:
    """Add them."""
    for name in _FILE:
        registry.add(name, _file)
    registry.add("displayIcon", _icon)
    registry.add("gallery", _gallery, inline=False)


def _file(macro: n.Macro, _context: MacroContext) -> list[Node]:
    params = macro.params
    name = next((value for key in _FILE[macro.name] if (value := params.get(key))), None)
    if not name:
        raise MacroError("no file is named")
    reference = n.ResourceReference("attach", name, True)
    return _placed(macro, n.Link(macro.pos, [], n.NO_PARAMS, reference, False))


def _icon(macro: n.Macro, _context: MacroContext) -> list[Node]:
    name = macro.params.get("name")
    if not name:
        raise MacroError("no icon is named")
    reference = n.ResourceReference("icon", name, True)
    return _placed(macro, n.Image(macro.pos, reference, n.NO_PARAMS, False, ""))


def _gallery(macro: n.Macro, context: MacroContext) -> list[Node]:
    """The images that it holds, one after the other."""
    nodes = context.parse(macro.content or "", macro.content_pos, False)
    return [n.Group(macro.pos, nodes, {"class": "gallery"})]


def _placed(macro: n.Macro, node: Node) -> list[Node]:
    return [node] if macro.inline else [n.Paragraph(macro.pos, [node], n.NO_PARAMS)]
