"""XWiki source from a tree, as XWiki's xwiki/2.0 and xwiki/2.1 print it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from kb.markup.parser import parse
from kb.markup.render.xwiki.events import Event, collect
from kb.markup.render.xwiki.exact import exact_source
from kb.markup.render.xwiki.exact_inline import MARKS
from kb.markup.render.xwiki.inline import InlinePrinter, PrinterState
from kb.markup.tree import nodes as n
from kb.markup.tree.compare import same_tree
from kb.markup.tree.nodes import Node

_INLINE_BLOCKS: Final = (
    n.Paragraph,
    n.ListItem,
    n.DefinitionTerm,
    n.DefinitionDescription,
    n.QuotationLine,
    n.TableCell,
)


def render_xwiki(nodes: list[Node], syntax: str = "xwiki/2.1", *, wiki: bool = True) -> str:
    """The source of a tree in `syntax`, which reads back as the same tree.

    It is what XWiki would print, unless that reads back as another tree. Macros that were
    expanded appear as their calls. `wiki` is as for `parse`.
    """
    printed = as_xwiki(nodes, syntax)
    for source in (printed, exact_source(nodes, syntax)):
        if same_tree(parse(source, syntax, wiki=wiki).children, nodes):
            return source
    # What the other syntax cannot say, like a link to a space.
    return printed


def as_xwiki(nodes: Iterable[Node], syntax: str) -> str:
    """The source that XWiki itself prints, which may read back as another tree."""
    events: list[Event] = []
    collect(nodes, events)
    printer = _XwikiPrinter(syntax, events)
    printer.run()
    return printer.source.text()


class _XwikiPrinter(InlinePrinter):
    """Prints the beginnings and ends of blocks, formats and links."""

    def run(self) -> None:
        """Print all events."""
        for at, (side, node) in enumerate(self.events):
            self.at = at
            if side == "begin":
                self.begin(node)
            elif side == "end":
                self.end(node)
            else:
                self.on(node)
        self.source.flush(self.state.where)

    def caption_source(self, caption: n.FigureCaption) -> str:
        """The caption's blocks."""
        return as_xwiki(caption.children, self.syntax)

    def begin(self, node: Node) -> None:
        """Print what opens `node`."""
        state = self.state
        if isinstance(node, n.Paragraph):
            self.enter()
            self.empty_line()
            self.params(node.params)
        elif isinstance(node, n.FormatSpan):
            self.begin_format(node)
        elif isinstance(node, n.Link):
            self.begin_link(node)
        elif isinstance(node, n.Heading):
            self.enter()
            state.where.heading = True
            self.empty_line()
            self.params(node.params)
            self.print("=" * node.level + " ")
        elif isinstance(node, n.Group):
            self.begin_group(node)
        else:
            self.begin_list_or_table(node)

    def begin_list_or_table(self, node: Node) -> None:
        """Print what opens a list, a table, a quotation or a part of it."""
        state = self.state
        if isinstance(node, n.List):
            self.begin_list(node)
        elif isinstance(node, n.ListItem):
            self.enter()
            self.begin_item(state.lists, "")
        elif isinstance(node, n.DefinitionList):
            self.begin_definitions(node)
        elif isinstance(node, n.DefinitionTerm | n.DefinitionDescription):
            self.enter()
            mark = ";" if isinstance(node, n.DefinitionTerm) else ":"
            self.begin_item(state.definitions, ":" * (len(state.definitions) - 1) + mark)
        elif isinstance(node, n.Quotation):
            if not state.quotes or not state.where.inline:
                self.empty_line()
            state.quotes += 1
            self.params(node.params)
        elif isinstance(node, n.QuotationLine):
            self.enter()
            state.quote_line += 1
            if state.quote_line:
                self.source.put("\n", state.where)
            self.print(">" * state.quotes)
        elif isinstance(node, n.Table):
            state.where.table = True
            self.empty_line()
            self.params(node.params)
        elif isinstance(node, n.TableRow):
            state.row += 1
            if state.row:
                self.print("\n")
            self.params(node.params, "")
        elif isinstance(node, n.TableCell):
            self.enter()
            self.begin_cell(node)

    def end(self, node: Node) -> None:
        """Print what closes `node`."""
        state = self.state
        state.line_breaks = 0
        if isinstance(node, n.FormatSpan):
            if node.style == n.ITALIC and self.source.last_waiting() == ":":
                self.source.escape_last = True
            if node.style == n.ITALIC:
                self.source.put("//", state.where)
            else:
                self.print(MARKS[node.style])
            if node.params:
                state.format_params = node.params
        elif isinstance(node, n.Link):
            self.end_link(node)
        elif isinstance(node, n.Heading):
            self.print(" " + "=" * node.level)
            state.where.heading = False
            state.where.inline -= 1
        elif isinstance(node, n.Group):
            self.print("\n")
            self.print(")))")
            self.state = self.states.pop()
        elif isinstance(node, _INLINE_BLOCKS):
            self.leave()
        else:
            self.end_list_or_table(node)
        if not isinstance(node, n.Group):
            state.previous = type(node)

    def end_list_or_table(self, node: Node) -> None:
        """Forget a list, table or quotation that ends."""
        state = self.state
        if isinstance(node, n.List):
            state.marks = state.marks[:-1]
            state.lists.pop()
            self.source.flush(state.where)
        elif isinstance(node, n.DefinitionList):
            state.definitions.pop()
        elif isinstance(node, n.Quotation):
            state.quotes -= 1
            if not state.quotes:
                state.quote_line = -1
        elif isinstance(node, n.Table):
            state.where.table = False
            state.row = -1

    def enter(self) -> None:
        """Inline content begins."""
        self.state.where.inline += 1

    def leave(self) -> None:
        """Inline content ends, and so does what formats said."""
        self.state.format_params = None
        self.source.flush(self.state.where)
        self.state.where.inline -= 1

    # Formats

    def begin_format(self, node: n.FormatSpan) -> None:
        """Print a format's parameters, unless they hold already, and its mark."""
        state = self.state
        if state.format_params is None:
            self.params(node.params, "")
        elif node.params:
            same = state.format_params == node.params
            state.format_params = None
            if not same:
                self.params(node.params, "")
        mark = MARKS[node.style]
        if not mark:
            return
        if node.style == n.ITALIC and self.source.last_waiting() == ":":
            self.source.escape_last = True
        self.end_format_params()
        self.source.flush(state.where)
        at_line_start = self.source.at_line_start
        self.print(mark)
        self.source.after_bold = node.style == n.BOLD and at_line_start

    # Groups, lists, tables

    def begin_group(self, node: n.Group) -> None:
        """Print a group's opening; what was known of the blocks around waits until its end."""
        if not self.state.where.inline:
            self.empty_line()
        self.params(node.params)
        self.print("(((")
        self.print("\n")
        self.states.append(self.state)
        self.state = PrinterState()

    def begin_list(self, node: n.List) -> None:
        """Begin a list, on a line of its own."""
        state = self.state
        state.format_params = None
        state.lists.append(-1)
        if len(state.lists) == 1:
            self.empty_line()
        else:
            self.source.put("\n", state.where)
        state.marks += "1" if node.ordered else "*"
        self.params(node.params)

    def begin_definitions(self, node: n.DefinitionList) -> None:
        """Begin a definition list."""
        state = self.state
        state.definitions.append(-1)
        if len(state.definitions) == 1 and not state.lists:
            self.empty_line()
        else:
            self.print("\n")
        self.params(node.params)

    def begin_item(self, counts: list[int], mark: str) -> None:
        """Print the marks of an item."""
        counts[-1] += 1
        if counts[-1]:
            self.source.put("\n", self.state.where)
        marks = self.state.marks
        dot = "." if "1" in (marks[:1] if mark else marks) else ""
        self.print(f"{marks}{dot}{mark} ")

    def begin_cell(self, node: n.TableCell) -> None:
        """Print a cell's mark and parameters."""
        self.print("|=" if node.head else "|")
        if node.params or node.head:
            self.params(node.params, "")
            return
        event = self.next()
        if event is None or event[0] != "begin":
            return
        following = event[1]
        if isinstance(following, n.FormatSpan | n.Group) and following.params:
            # Else these would be taken for the cell's.
            self.print("(%%)")
