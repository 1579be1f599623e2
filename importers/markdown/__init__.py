"""Markdown as a source: a tree that `kb export markdown` wrote, or any folder, and its git."""

from importers.markdown.importer import Markdown

__all__ = ["Markdown"]
