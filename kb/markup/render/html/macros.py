"""What macros made, where the site says it better than XWiki's own HTML, and their calls."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import Final

from kb.markup.macros.code import LISTINGS, language_of
from kb.markup.macros.html import has_wiki
from kb.markup.macros.registry import call_source, failed
from kb.markup.render.html.clean import clean_foreign
from kb.markup.render.html.options import HtmlWords
from kb.markup.render.html.style import escape_value
from kb.markup.render.html.writer import (
    Frame,
    Handler,
    HtmlPiece,
    HtmlWriter,
    escape,
    pre_text,
    source_box,
    verbatim,
)
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import MacroResult


def _result(by_name: dict[str, Handler], call: Callable[[HtmlWriter, n.Macro], str]) -> Handler:
    """Return what writes a macro's result: by its name, else its children; `call` if it failed."""

    def write(w: HtmlWriter, node: MacroResult) -> Frame | str | None:
        if w.escape is not escape:
            return w.escaped(node)
        if failed(node):
            return call(w, node.macro)
        handler = by_name.get(node.macro.name)
        return handler(w, node) if handler else (node.children, "", None)

    return write


def _code_in_line(_w: HtmlWriter, node: MacroResult) -> str:
    return f"<code>{verbatim(node.macro.content or '')}</code>"


def _code(w: HtmlWriter, node: MacroResult) -> str:
    """Write a listing with its language, and its title as a caption."""
    macro = node.macro
    if macro.inline:
        return _code_in_line(w, node)
    language = language_of(macro)
    line = w.line(node) if w.lines else ""
    named = f' class="language-{language}"' if language else ""
    text = pre_text(macro.content or "")
    pre = f'<pre class="wiki-code"{w.focus}{line}><code{named}>{text}</code></pre>'
    if title := macro.params.get("title"):
        pre = f"<figure><figcaption>{escape(title)}</figcaption>{pre}</figure>"
    return pre + "\n"


def _labelled(element: str, label: Callable[[HtmlWords], str]) -> Handler:
    """Return what writes an element with a label, where it holds anything."""

    def write(w: HtmlWriter, node: MacroResult) -> Frame | None:
        if not node.children:
            return None
        w.out.append(f'<{element} aria-label="{escape_value(label(w.options.words))}">\n')
        return node.children, f"</{element.partition(' ')[0]}>\n", None

    return write


def _html(w: HtmlWriter, node: MacroResult, *, inline: bool = False) -> Frame | str:
    """Write somebody's HTML, perhaps with wiki syntax between its tags."""
    if not has_wiki(node.macro):
        return node.children, "", None
    return clean_foreign(w.unescaped(node.children), w.options.id_prefix, inline=inline)


def call(w: HtmlWriter, node: n.Macro) -> str:
    """Return a macro that is not run: a quiet box with its name and source."""
    if node.inline:
        return call_in_line(w, node)
    return source_box(w, node, node.name, call_source(node))


def call_in_line(w: HtmlWriter, node: n.Macro) -> str:
    """Return a macro that is not run as its source."""
    title = escape_value(w.options.words.not_run)
    return (
        f'<code class="wiki-macro" data-name="{escape_value(node.name)}" title="{title}">'
        f"{verbatim(call_source(node))}</code>"
    )


RESULT: Final = _result(
    {
        **dict.fromkeys(LISTINGS, _code), "html": _html,
        "gallery": lambda _w, node: (
            [HtmlPiece(0, '<div class="wiki-gallery">'), *node.children], "</div>\n", None),
        "toc": _labelled('nav class="wiki-toc"', attrgetter("contents")),
        "putFootnotes": _labelled(
            'section class="wiki-footnotes" role="doc-endnotes"', attrgetter("footnotes")),
    },
    call,
)  # fmt: skip
"""Writes what a macro made where a block may stand."""
RESULT_IN_LINE: Final = _result(
    {**dict.fromkeys(LISTINGS, _code_in_line), "html": partial(_html, inline=True)}, call_in_line
)
"""Writes what a macro made within a paragraph."""
