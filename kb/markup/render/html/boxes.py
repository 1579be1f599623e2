"""Boxes: which groups and spans are some, and how they are written.

Information, success, warning, error, and those that only frame.
"""

from __future__ import annotations

from typing import Final

from kb.markup.render.html.style import escape_value
from kb.markup.render.html.writer import HtmlWriter, pre_text, verbatim
from kb.markup.tree.nodes import Container, Image, Node, Params

KINDS: Final = ("info", "success", "warning", "error")
"""Kinds of boxes that say something by themselves: `HtmlWords` has a word for each."""
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
    """Return which box the class of a group says it is, "" for none."""
    classes = params.get("class")
    if not classes:
        return ""
    found = [_BY_CLASS[name] for name in classes.split() if name in _BY_CLASS]
    return next((kind for kind in found if kind != "box"), found[0] if found else "")


def without_icon(children: list[Node]) -> list[Node]:
    """Return what a box holds, but for the icon that XWiki puts first: its class says as much."""
    first = children[0] if children else None
    is_icon = isinstance(first, Image) and first.reference.type == "icon"
    return children[1:] if is_icon else children


def open_box(w: HtmlWriter, node: Container, kind: str) -> str:
    """Write a box's start tag and give its end tag."""
    label = getattr(w.options.words, kind) if kind in KINDS else ""
    role = f' role="note" aria-label="{escape_value(label)}"' if label else ' role="note"'
    kept = {name: value for name, value in node.params.items() if name in ("id", "title", "lang")}
    w.out.append(f'<aside class="wiki-box wiki-{kind}"{role}{w.attributes(node, kept)}>\n')
    return "</aside>\n"


def source_box(w: HtmlWriter, node: Node, name: str, source: str) -> str:
    """Return a closed box that says a name, and shows a source when opened."""
    line = w.line(node) if w.lines else ""
    return (
        f'<details class="wiki-macro" data-name="{escape_value(name)}"{line}>'
        f"<summary><code>{verbatim(name)}</code> {w.options.words.not_run}</summary>"
        f"<pre{w.focus}><code>{pre_text(source)}</code></pre></details>\n"
    )
