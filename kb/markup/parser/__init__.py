"""The parser: from source to tree, as XWiki Rendering 17.10 reads it.

`document` holds `parse`; `state` what all rules share; `lookahead` the ordered table of what a
line may begin with, `blocks` a function for each of these; `inline` the table of constructs
within a line, `links` and `macro_syntax` the larger ones; `builder` makes the tree.
"""

from kb.markup.parser.document import SYNTAXES, parse, parse_within

__all__ = ["SYNTAXES", "parse", "parse_within"]
