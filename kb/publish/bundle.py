"""The site's own style and scripts, as they are shipped to readers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.assets import assets

_SEARCH = (
    "stem.js", "analysis.js", "query.js", "engine.js", "marks.js", "find.js",
)  # fmt: skip
"""Joined in this order, each resting on those before it."""
_LOOK = ("site.css", "print.css")
"""Joined into one, so that a page asks for one."""

_KEPT = re.compile(
    r"""(?P<kept>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`"""
    r"""|(?<=[(,=:&|?!])[ ]?/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*)"""
    r"""|(?P<comment>(?<![:"'`])//[^\n]*|/\*.*?\*/)""",
    re.DOTALL,
)
"""Strings, templates and patterns, which stay as they are, and comments, which go."""
_INDENT = re.compile(r"\s*\n\s*")
_SCRIPT = re.compile(r" ?([{}()\[\];,<>=*%&|!?:]) ?")
_STYLE = re.compile(r" ?([{};,]) ?")
"""Signs that need no space beside them."""
_NEEDLESS = re.compile(r"(?<=[{;,(])\n|\n(?=[})])")


def site_assets() -> Iterator[tuple[str, bytes]]:
    """Path and bytes of each."""
    yield "assets/site.css", _lean("".join(map(_text, _LOOK)), _STYLE)
    yield "assets/ui.js", _lean(_text("ui.js"), _SCRIPT)
    yield "assets/compare.js", _lean(_text("compare.js"), _SCRIPT)
    yield "assets/results.js", _lean(_text("results.js"), _SCRIPT)
    yield "assets/worker.js", _lean(_text("worker.js"), _SCRIPT)
    yield "assets/rare.js", _lean(_text("rare.js"), _SCRIPT)
    joined = "".join(_text(name) for name in _SEARCH)
    yield "assets/search.js", _lean('(() => {\n"use strict";\n' + joined + "})();\n", _SCRIPT)


def _text(name: str) -> str:
    return (assets("site") / name).read_text("utf-8")


def _lean(text: str, signs: re.Pattern[str]) -> bytes:
    """The same without comments, indentation, and spaces that part nothing.

    For the style of our own files only: the tests run what comes out.
    """
    pieces: list[str] = []
    at = 0
    for match in _KEPT.finditer(text):
        pieces += (_tight(text[at : match.start()], signs), match["kept"] or "")
        at = match.end()
    pieces.append(_tight(text[at:], signs))
    return _NEEDLESS.sub("", "".join(pieces)).encode()


def _tight(code: str, signs: re.Pattern[str]) -> str:
    return signs.sub(r"\1", _INDENT.sub("\n", code))
