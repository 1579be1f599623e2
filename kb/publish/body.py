"""Wiki text as it is shown on the site."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_PARAGRAPHS = re.compile(r"\n(?:[ \t]*\n)+")


def body(text: str) -> Markup:
    """HTML of a piece of wiki source: paragraphs and line breaks, everything escaped."""
    pieces = (piece.strip("\n") for piece in _PARAGRAPHS.split(text))
    return Markup("").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in piece.split("\n")))
        for piece in pieces
        if piece.strip()
    )
