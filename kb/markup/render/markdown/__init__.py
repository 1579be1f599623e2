"""Markdown: CommonMark with tables, footnotes and admonitions, for several programs."""

from kb.markup.render.markdown.blocks import markdown_writer, render_markdown
from kb.markup.render.markdown.flavours import FLAVOURS, PLAIN, Flavour
from kb.markup.render.markdown.writer import (
    MarkdownOptions,
    MarkdownText,
    MarkdownWriter,
    is_inline,
    would_join,
)

__all__ = [
    "FLAVOURS", "PLAIN", "Flavour", "MarkdownOptions", "MarkdownText", "MarkdownWriter",
    "is_inline", "markdown_writer", "render_markdown", "would_join",
]  # fmt: skip
