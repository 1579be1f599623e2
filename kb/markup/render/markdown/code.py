"""Listings."""

from __future__ import annotations

import re

from kb.markup.nodes import Macro
from kb.markup.render.html.macros import language_of
from kb.markup.render.html.style import escape_value
from kb.markup.render.html.writer import verbatim
from kb.markup.render.markdown.escape import entity, escape_text
from kb.markup.render.markdown.writer import Writer

_FENCES = re.compile(r"^[ \t]*(`{3,})", re.MULTILINE)


def listing(w: Writer, macro: Macro) -> str:
    """What a code macro shows."""
    return fenced(w, macro.content or "", language_of(macro), macro.params.get("title") or "")


def fenced(w: Writer, text: str, language: str = "", title: str = "") -> str:
    """A fenced listing; HTML where the flavour would read something in it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    caption = ""
    if title and w.flavour.code_title:
        shown = " ".join(title.replace('"', "'").replace("`", "'").split())
        language = f'{language or "text"} title="{shown}"'
    elif title and language != "xwiki":
        w.count("code-title")
        caption = f"**{escape_text(' '.join(title.split()), w.flavour)}**\n\n"
    if w.flavour.code_specials.search(text):
        w.count("code-entities")
        named = f' class="language-{escape_value(language)}"' if language else ""
        shown = _with_entities(w, text)
        return f"{caption}<pre><code{named}>{shown}</code></pre>".replace("\n", "&#10;")
    longest = max((len(fence) for fence in _FENCES.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{caption}{fence}{language}\n{text}\n{fence}"


def _with_entities(w: Writer, text: str) -> str:
    """HTML of a listing, with entities for what the flavour would read in it."""
    parts: list[str] = []
    at = 0
    for found in w.flavour.code_specials.finditer(text):
        parts += (verbatim(text[at : found.start()]), entity(found[0]))
        at = found.end()
    return "".join([*parts, verbatim(text[at:])])
