"""Pages in any syntax that a wiki names, as one kind of tree."""

from kb.markup.syntaxes.page import Readable, read_page

__all__ = ["Readable", "read_page"]
