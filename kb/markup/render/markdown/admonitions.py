"""Boxes in each flavour's way."""

from __future__ import annotations

import re
from typing import Final

from kb.markup.render.markdown.writer import Writer

_ALERTS: Final = {"info": "NOTE", "success": "TIP", "warning": "WARNING", "error": "CAUTION"}
_CALLOUTS: Final = {"info": "info", "success": "success", "warning": "warning", "error": "danger"}
_FENCED: Final = {"info": "info", "success": "tip", "warning": "warning", "error": "danger"}
_COLONS = re.compile(r"^[ \t>]*(:{3,})", re.MULTILINE)


def admonition(w: Writer, kind: str, title: str, content: list[str]) -> str:
    """A box of `kind` (see box_kinds) with a title, already Markdown, perhaps empty."""
    style = w.flavour.admonition
    if style == "indented":
        return _indented(_CALLOUTS.get(kind, "abstract"), title, content)
    if style == "fenced":
        return _fenced(_FENCED.get(kind, "note"), title, content)
    if style == "callout":
        first = f"[!{_CALLOUTS.get(kind, 'abstract')}] {title}".rstrip()
        return _quoted("\n".join([first, "\n\n".join(content)]))
    heading = [f"**{title}**"] if title else []
    return _quoted("\n".join([f"[!{_ALERTS.get(kind, 'NOTE')}]", "\n\n".join(heading + content)]))


def _quoted(text: str) -> str:
    return "\n".join(f"> {part}" if part else ">" for part in text.rstrip("\n").split("\n"))


def _indented(kind: str, title: str, content: list[str]) -> str:
    shown = title.replace('"', "&quot;")
    lines = "\n\n".join(content).split("\n")
    first = f'!!! {kind} "{shown}"' if shown or kind == "abstract" else f"!!! {kind}"
    return "\n".join([first, "", *(f"    {part}" if part else "" for part in lines)])


def _fenced(kind: str, title: str, content: list[str]) -> str:
    text = "\n\n".join(content)
    longest = max((len(colons) for colons in _COLONS.findall(text)), default=2)
    fence = ":" * (longest + 1)
    return f"{fence}{kind}{f'[{title}]' if title else ''}\n\n{text}\n\n{fence}"
