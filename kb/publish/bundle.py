"""The site's own style and scripts, as they are shipped to readers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.assets import assets

_SEARCH = (
    "stem.js", "analysis.js", "query.js", "engine.js", "find.js", "marks.js", "results.js",
)  # fmt: skip
"""Joined in this order, each resting on those before it."""

_COMMENT = re.compile(r"^\s*//.*\n|^\s*/\*.*\*/\n", re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


def site_assets() -> Iterator[tuple[str, bytes]]:
    """Path and bytes of each."""
    yield "assets/site.css", _lean(_text("site.css"))
    yield "assets/ui.js", _lean(_text("ui.js"))
    joined = "".join(_text(name) for name in _SEARCH)
    yield "assets/search.js", _lean('(() => {\n"use strict";\n' + joined + "})();\n")


def _text(name: str) -> str:
    return (assets("site") / name).read_text("utf-8")


def _lean(text: str) -> bytes:
    """Without whole-line comments and indentation, which no string of ours goes over."""
    return _INDENT.sub("", _COMMENT.sub("", text)).encode()
