"""XWiki syntax 2.0 and 2.1 as one tree, and everything that is printed from it.

    from kb.markup import builtin_registry, expand, parse, render_xhtml

    document = expand(parse(source), builtin_registry())
    print(render_xhtml(document))

`parse` gives the tree of `kb.markup.tree`; `expand` runs the macros that a registry knows. Of the
renderers, `render_xhtml` and `plain_text` print what XWiki prints, byte for byte; `render_html`
gives sanitised HTML5 with links resolved; `render_markdown` CommonMark for several programs;
`render_xwiki` source that reads back as the same tree. `read_page` does all of it for a page in
any syntax that a wiki names. docs/markup.md and docs/rendering.md are the manuals.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from kb.markup.macros import (
    MacroContext,
    MacroError,
    MacroRegistry,
    builtin_registry,
    expand,
    wiki_registry,
)
from kb.markup.parser import SYNTAXES, parse
from kb.markup.render.plain import plain_text
from kb.markup.render.xhtml import render_xhtml
from kb.markup.tree import Document

if TYPE_CHECKING:
    from kb.markup.render.html import HtmlOptions, render_html
    from kb.markup.render.markdown import MarkdownOptions, MarkdownText, render_markdown
    from kb.markup.render.xwiki import render_xwiki
    from kb.markup.syntaxes import ReadablePage, read_page

# Loaded when first asked for: sanitiser and Markdown reader would double the time to a first page.
_LATER = {
    "HtmlOptions": "kb.markup.render.html",
    "MarkdownOptions": "kb.markup.render.markdown",
    "MarkdownText": "kb.markup.render.markdown",
    "ReadablePage": "kb.markup.syntaxes",
    "read_page": "kb.markup.syntaxes",
    "render_html": "kb.markup.render.html",
    "render_markdown": "kb.markup.render.markdown",
    "render_xwiki": "kb.markup.render.xwiki",
}

__all__ = [
    "SYNTAXES", "Document", "HtmlOptions", "MacroContext", "MacroError", "MacroRegistry",
    "MarkdownOptions", "MarkdownText", "ReadablePage", "builtin_registry", "expand", "parse",
    "plain_text", "read_page", "render_html", "render_markdown", "render_xhtml", "render_xwiki",
    "wiki_registry",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """Load what `__all__` names and nobody has asked for yet."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)


def __dir__() -> list[str]:
    return __all__
