"""XWiki syntax 2.0 and 2.1: parser, tree, macros, renderers.

`parse` makes the tree of `kb.markup.tree.nodes`; `expand` runs the macros that a registry knows;
`kb.markup.render` prints a tree as XHTML, plain text or XWiki source.
"""

from kb.markup.macros import builtin_registry, expand
from kb.markup.parser import parse
from kb.markup.tree.nodes import Document

__all__ = ["Document", "builtin_registry", "expand", "parse"]
