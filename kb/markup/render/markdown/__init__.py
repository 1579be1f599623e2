"""Markdown: CommonMark with tables, footnotes and admonitions, for several programs."""

from kb.markup.render.markdown.flavours import FLAVOURS, PLAIN, Flavour
from kb.markup.render.markdown.writer import Markdown, MarkdownOptions, render_markdown

__all__ = ["FLAVOURS", "PLAIN", "Flavour", "Markdown", "MarkdownOptions", "render_markdown"]
