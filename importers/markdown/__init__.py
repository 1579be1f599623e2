"""Markdown as a source: a tree that `kb export markdown` wrote, or any folder, and its git."""
