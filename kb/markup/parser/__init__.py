"""The parser: from source to tree, as XWiki Rendering 17.10 reads it."""

from kb.markup.parser.document import SYNTAXES, parse

__all__ = ["SYNTAXES", "parse"]
