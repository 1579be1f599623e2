"""Where the parser is: the one state that all rules of the grammar read and change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from kb.markup.parser.builder import TreeBuilder
from kb.markup.parser.macro_syntax import MacroScanner
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node, Params

MODE_INLINE: Final = 0
MODE_CELL: Final = 1
MODE_HEADING: Final = 2


class PageScope(NamedTuple):
    """What all states of a page share: its syntax, and the ids given so far.

    `parse_blocks` and `parse_label` read text that stands within text (captions, labels): they
    take the text, its place in the page's source, the nodes around it, and this scope. Rules call
    them through the scope because they are made of these rules.
    """

    syntax: str
    wiki: bool
    ids: dict[str, int]
    parse_blocks: Callable[[str, int, int, PageScope], list[Node]]
    parse_label: Callable[[str, int, int, PageScope], list[Node]]

    def caption(self, text: str, pos: int, depth: int) -> list[Node]:
        """Return the blocks of an image's caption."""
        return self.parse_blocks(text, pos, depth, self)


class ParserState:
    """A text being parsed: a page, a label, a caption, or a macro's content."""

    __slots__ = (
        "at_line_start", "base", "builder", "empty_lines", "groups", "held", "macros", "mode",
        "next_end", "no_params_from", "no_reference_from", "params", "pos", "root", "scheme_at",
        "scheme_end", "scope", "swallowed", "tabs", "text", "url_start",
    )  # fmt: skip

    def __init__(self, text: str, base: int, depth: int, scope: PageScope) -> None:
        self.text = text
        self.base = base
        """Where in the page's source the text begins; nodes' places count from there."""
        self.scope = scope
        self.root: list[Node] = []
        self.builder = TreeBuilder(self.root, scope.ids, scope.caption, depth)
        self.macros = MacroScanner(text, base)
        self.pos = 0
        """Everything before this is read."""
        self.next_end = 0
        """Where the mark ends that `next_mark` has found at `pos`."""
        self.mode = MODE_INLINE
        self.at_line_start = True
        self.groups = 0
        """How many groups are open."""
        self.empty_lines = 0
        """How many empty lines were counted since the last block."""
        self.params: Params | None = None
        """Parameters on a line of their own, for the block that follows."""
        self.swallowed = False
        """Whether running text has just had a macro or verbatim in it."""
        self.held: list[str] = []
        """Text before and of escapes, to go out in one node with what follows."""
        self.tabs = "\t" in text
        # From here on no `%)`, no `]]` closes: remembered so that it is looked for only once.
        self.no_params_from = len(text) + 1
        self.no_reference_from = len(text) + 1
        # The last run of characters that may be a URL's scheme: its end, the place of its `:`
        # before `//`, and where the URL begins that was found in it; -1 for none.
        self.scheme_end = 0
        self.scheme_at = -1
        self.url_start = -1

    def flush(self, start: int, end: int) -> None:
        """Put out the text from `start` to `end`, after what escapes left over."""
        if start < end or self.held:
            piece = self.text[start:end]
            if self.tabs and "\t" in piece:
                piece = piece.replace("\t", " ")
            if self.held:
                self.held.append(piece)
                piece = "".join(self.held)
                self.held = []
            self.builder.content(self.base + start).append(n.Text(self.base + start, piece))

    def take_params(self) -> Params | None:
        """Return the parameters that wait for a block; they wait no longer."""
        params, self.params = self.params, None
        return params

    def take_line_end(self) -> None:
        """Go past the line end that `next_mark` has found."""
        self.pos = self.next_end
        self.at_line_start = True

    def begin_inline(self, pos: int) -> None:
        """Go on at `pos`, within a line."""
        self.pos = pos
        self.mode = MODE_INLINE
        self.at_line_start = False
