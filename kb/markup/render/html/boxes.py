"""Boxes: information, success, warning, error, and those that only frame."""

from __future__ import annotations

from kb.markup.nodes import Block, Node
from kb.markup.render.html.style import escape_value
from kb.markup.render.html.writer import Writer, pre_text, verbatim


def open_box(w: Writer, node: Block, kind: str) -> str:
    """Write a box's start tag and give its end tag."""
    words = w.options.words
    label = {
        "info": words.info,
        "success": words.success,
        "warning": words.warning,
        "error": words.error,
    }.get(kind, "")
    role = f' role="note" aria-label="{escape_value(label)}"' if label else ' role="note"'
    kept = {name: value for name, value in node.params.items() if name in ("id", "title", "lang")}
    w.out.append(f'<aside class="wiki-box wiki-{kind}"{role}{w.attributes(node, kept)}>\n')
    return "</aside>\n"


def source_box(w: Writer, node: Node, name: str, source: str) -> None:
    """A closed box that says a name, and shows a source when opened."""
    line = w.line(node) if w.lines else ""
    w.out.append(
        f'<details class="wiki-macro" data-name="{escape_value(name)}"{line}>'
        f"<summary><code>{verbatim(name)}</code> {w.options.words.not_run}</summary>"
        f"<pre{w.focus}><code>{pre_text(source)}</code></pre></details>\n"
    )
