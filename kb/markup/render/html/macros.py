"""What macros made, where the site says it better than XWiki's own HTML."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from kb.markup import nodes as n
from kb.markup.macro_text import failed, macro_source
from kb.markup.macros.wiki.html import has_wiki
from kb.markup.macros.wiki.sources import LANGUAGES
from kb.markup.nodes import MacroResult
from kb.markup.render.html import phrasing as p
from kb.markup.render.html.boxes import source_box
from kb.markup.render.html.clean import clean_foreign
from kb.markup.render.html.style import escape_value
from kb.markup.render.html.writer import Frame, Writer, escape, verbatim

_LANGUAGE = re.compile(r"[A-Za-z0-9+#._-]{1,40}\Z")


def result(w: Writer, node: MacroResult) -> Frame | None:
    """What a macro made: by its name, else its children; its source if it could not run."""
    if w.escape is not escape:
        w.escaped(node)
        return None
    if failed(node):
        if node.macro.inline:
            p.macro_call(w, node.macro)
        else:
            source_box(w, node, node.macro.name, macro_source(node.macro))
        return None
    write = _BY_NAME.get(node.macro.name)
    return write(w, node) if write else (node.children, "", None)


def code(w: Writer, node: MacroResult) -> None:
    """A listing with its language, and its title as a caption."""
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


def language_of(macro: n.Macro) -> str:
    """The language that a code macro names, "" where it says none."""
    if macro.name in LANGUAGES:
        return LANGUAGES[macro.name]
    language = (macro.params.get("language") or "").strip()
    return language.lower() if _LANGUAGE.match(language) and language.lower() != "none" else ""


def toc(w: Writer, node: MacroResult) -> Frame | None:
    """A table of contents."""
    if not node.children:
        return None
    label = escape_value(w.options.words.contents)
    w.out.append(f'<nav class="wiki-toc" aria-label="{label}">\n')
    return node.children, "</nav>\n", None


def footnotes(w: Writer, node: MacroResult) -> Frame | None:
    """The footnotes collected so far."""
    if not node.children:
        return None
    label = escape_value(w.options.words.footnotes)
    w.out.append(f'<section class="wiki-footnotes" role="doc-endnotes" aria-label="{label}">\n')
    return node.children, "</section>\n", None


def html(w: Writer, node: MacroResult) -> Frame | None:
    """Somebody's HTML, perhaps with wiki syntax between its tags."""
    if not has_wiki(node.macro):
        return node.children, "", None
    w.out.append(clean_foreign(w.unescaped(node.children), w.options.id_prefix))
    return None


def gallery(w: Writer, node: MacroResult) -> Frame:
    """Images to show one after the other."""
    w.out.append('<div class="wiki-gallery">')
    return node.children, "</div>\n", None


_BY_NAME: Final[dict[str, Callable[[Writer, MacroResult], Frame | None]]] = {
    "code": code,
    "gallery": gallery,
    "html": html,
    **dict.fromkeys(LANGUAGES, code),
    "toc": toc,
    "putFootnotes": footnotes,
}


def result_in_line(w: Writer, node: MacroResult) -> Frame | None:
    """What a macro made within a paragraph."""
    if w.escape is not escape:
        w.escaped(node)
        return None
    if failed(node):
        p.macro_call(w, node.macro)
        return None
    if node.macro.name == "code" or node.macro.name in LANGUAGES:
        w.out.append(f"<code>{verbatim(node.macro.content or '')}</code>")
        return None
    if node.macro.name == "html" and has_wiki(node.macro):
        raw = w.unescaped(node.children)
        w.out.append(clean_foreign(raw, w.options.id_prefix, inline=True))
        return None
    return node.children, "", None


p.PHRASING[n.MacroResult] = result_in_line
p.LABEL[n.MacroResult] = result_in_line
