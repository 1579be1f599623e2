"""What macros made, where the site says it better than XWiki's own HTML, and their calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kb.markup.macros.code import LISTINGS, language_of
from kb.markup.macros.html import has_wiki
from kb.markup.macros.results import call_source, failed
from kb.markup.render.html.boxes import source_box
from kb.markup.render.html.clean import clean_foreign
from kb.markup.render.html.style import escape_value
from kb.markup.render.html.writer import Frame, HtmlWriter, escape, verbatim
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import MacroResult


def result(w: HtmlWriter, node: MacroResult) -> Frame | None:
    """Write what a macro made: by its name, else its children; its source if it could not run."""
    if w.escape is not escape:
        w.escaped(node)
        return None
    if failed(node):
        call(w, node.macro)
        return None
    write = _BY_NAME.get(node.macro.name)
    return write(w, node) if write else (node.children, "", None)


def code(w: HtmlWriter, node: MacroResult) -> None:
    """Write a listing with its language, and its title as a caption."""
    macro = node.macro
    text = verbatim(macro.content or "")
    language = language_of(macro)
    if macro.inline:
        w.out.append(f"<code>{text}</code>")
        return
    line = w.line(node) if w.lines else ""
    named = f' class="language-{language}"' if language else ""
    first = "\n" if text.startswith("\n") else ""
    pre = f'<pre class="wiki-code"{w.focus}{line}><code{named}>{first}{text}</code></pre>'
    if title := macro.params.get("title"):
        pre = f"<figure><figcaption>{escape(title)}</figcaption>{pre}</figure>"
    w.out.append(pre + "\n")


def toc(w: HtmlWriter, node: MacroResult) -> Frame | None:
    """Write a table of contents."""
    if not node.children:
        return None
    label = escape_value(w.options.words.contents)
    w.out.append(f'<nav class="wiki-toc" aria-label="{label}">\n')
    return node.children, "</nav>\n", None


def footnotes(w: HtmlWriter, node: MacroResult) -> Frame | None:
    """Write the footnotes collected so far."""
    if not node.children:
        return None
    label = escape_value(w.options.words.footnotes)
    w.out.append(f'<section class="wiki-footnotes" role="doc-endnotes" aria-label="{label}">\n')
    return node.children, "</section>\n", None


def html(w: HtmlWriter, node: MacroResult) -> Frame | None:
    """Write somebody's HTML, perhaps with wiki syntax between its tags."""
    if not has_wiki(node.macro):
        return node.children, "", None
    w.out.append(clean_foreign(w.unescaped(node.children), w.options.id_prefix))
    return None


def gallery(w: HtmlWriter, node: MacroResult) -> Frame:
    """Write images to show one after the other."""
    w.out.append('<div class="wiki-gallery">')
    return node.children, "</div>\n", None


_BY_NAME: Final[dict[str, Callable[[HtmlWriter, MacroResult], Frame | None]]] = {
    **dict.fromkeys(LISTINGS, code),
    "gallery": gallery,
    "html": html,
    "toc": toc,
    "putFootnotes": footnotes,
}


def result_in_line(w: HtmlWriter, node: MacroResult) -> Frame | None:
    """Write what a macro made within a paragraph."""
    if w.escape is not escape:
        w.escaped(node)
        return None
    if failed(node):
        call_in_line(w, node.macro)
        return None
    if node.macro.name in LISTINGS:
        w.out.append(f"<code>{verbatim(node.macro.content or '')}</code>")
        return None
    if node.macro.name == "html" and has_wiki(node.macro):
        raw = w.unescaped(node.children)
        w.out.append(clean_foreign(raw, w.options.id_prefix, inline=True))
        return None
    return node.children, "", None


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
