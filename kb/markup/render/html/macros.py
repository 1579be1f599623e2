"""What macros made, where the site says it better than XWiki's own HTML, and their calls."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from kb.markup.macros.code import LISTINGS, language_of
from kb.markup.macros.html import has_wiki
from kb.markup.macros.results import call_source, failed
from kb.markup.render.html.boxes import source_box
from kb.markup.render.html.clean import clean_foreign
from kb.markup.render.html.style import escape_value
from kb.markup.render.html.writer import (
    Frame,
    Handler,
    HtmlWriter,
    escape,
    pre_text,
    verbatim,
)
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import MacroResult


def _result(by_name: dict[str, Handler], call: Callable[[HtmlWriter, n.Macro], None]) -> Handler:
    """Return what writes a macro's result: by its name, else its children; `call` if it failed."""

    def write(w: HtmlWriter, node: MacroResult) -> Frame | None:
        if w.escape is not escape:
            w.escaped(node)
        elif failed(node):
            call(w, node.macro)
        else:
            handler = by_name.get(node.macro.name)
            return handler(w, node) if handler else (node.children, "", None)
        return None

    return write


def _code_in_line(w: HtmlWriter, node: MacroResult) -> None:
    w.out.append(f"<code>{verbatim(node.macro.content or '')}</code>")


def _code(w: HtmlWriter, node: MacroResult) -> None:
    """Write a listing with its language, and its title as a caption."""
    macro = node.macro
    if macro.inline:
        _code_in_line(w, node)
        return
    language = language_of(macro)
    line = w.line(node) if w.lines else ""
    named = f' class="language-{language}"' if language else ""
    text = pre_text(macro.content or "")
    pre = f'<pre class="wiki-code"{w.focus}{line}><code{named}>{text}</code></pre>'
    if title := macro.params.get("title"):
        pre = f"<figure><figcaption>{escape(title)}</figcaption>{pre}</figure>"
    w.out.append(pre + "\n")


def _labelled(w: HtmlWriter, node: MacroResult, element: str, label: str) -> Frame | None:
    if not node.children:
        return None
    w.out.append(f'<{element} aria-label="{escape_value(label)}">\n')
    return node.children, f"</{element.partition(' ')[0]}>\n", None


def _toc(w: HtmlWriter, node: MacroResult) -> Frame | None:
    return _labelled(w, node, 'nav class="wiki-toc"', w.options.words.contents)


def _footnotes(w: HtmlWriter, node: MacroResult) -> Frame | None:
    element = 'section class="wiki-footnotes" role="doc-endnotes"'
    return _labelled(w, node, element, w.options.words.footnotes)


def _html(w: HtmlWriter, node: MacroResult, *, inline: bool = False) -> Frame | None:
    """Write somebody's HTML, perhaps with wiki syntax between its tags."""
    if not has_wiki(node.macro):
        return node.children, "", None
    raw = w.unescaped(node.children)
    w.out.append(clean_foreign(raw, w.options.id_prefix, inline=inline))
    return None


def _gallery(w: HtmlWriter, node: MacroResult) -> Frame:
    w.out.append('<div class="wiki-gallery">')
    return node.children, "</div>\n", None


def call(w: HtmlWriter, node: n.Macro) -> None:
    """Write a macro that is not run: a quiet box with its name and source."""
    if node.inline:
        call_in_line(w, node)
    else:
        source_box(w, node, node.name, call_source(node))


def call_in_line(w: HtmlWriter, node: n.Macro) -> None:
    """Write a macro that is not run as its source."""
    title = escape_value(w.options.words.not_run)
    w.out.append(
        f'<code class="wiki-macro" data-name="{escape_value(node.name)}" title="{title}">'
        f"{verbatim(call_source(node))}</code>"
    )


RESULT: Final = _result(
    {
        **dict.fromkeys(LISTINGS, _code), "gallery": _gallery, "html": _html, "toc": _toc,
        "putFootnotes": _footnotes,
    },
    call,
)  # fmt: skip
"""Writes what a macro made where a block may stand."""
RESULT_IN_LINE: Final = _result(
    {**dict.fromkeys(LISTINGS, _code_in_line), "html": partial(_html, inline=True)}, call_in_line
)
"""Writes what a macro made within a paragraph."""
