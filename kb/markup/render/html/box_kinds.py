"""Which groups and spans are boxes."""

from __future__ import annotations

from typing import Final

from kb.markup.nodes import Image, Node, Params

KINDS: Final = ("info", "success", "warning", "error")
_BY_CLASS: Final = {
    **{f"{kind}message": kind for kind in KINDS},
    **{f"alert-{kind}": kind for kind in KINDS},
    "alert-danger": "error",
    "box": "box",
    "box-title": "title",
}
TITLE: Final = "title"
"""What `box_kind` says of the group that holds a box's title."""


def box_kind(params: Params) -> str:
    """Which box the class of a group says it is, "" for none."""
    classes = params.get("class")
    if not classes:
        return ""
    found = [_BY_CLASS[name] for name in classes.split() if name in _BY_CLASS]
    return next((kind for kind in found if kind != "box"), found[0] if found else "")


def without_icon(children: list[Node]) -> list[Node]:
    """What a box holds, but for the icon that XWiki puts first: its class says as much."""
    first = children[0] if children else None
    is_icon = isinstance(first, Image) and first.reference.type == "icon"
    return children[1:] if is_icon else children
