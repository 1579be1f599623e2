"""Pages in any syntax that a wiki names, as one kind of tree."""

from kb.markup.syntaxes.page import ReadablePage, read_page

__all__ = ["ReadablePage", "read_page"]
