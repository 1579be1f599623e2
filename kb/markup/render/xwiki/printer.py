"""XWiki source from a tree, as XWiki's xwiki/2.0 and xwiki/2.1 print it."""

from __future__ import annotations

from typing import Final

from kb.markup.parser import parse
from kb.markup.render.xwiki.exact import exact_source
from kb.markup.render.xwiki.exact_inline import MARKS
from kb.markup.render.xwiki.inline import begin_link, end_link, on
from kb.markup.render.xwiki.writer import Event, PrinterState, XwikiWriter, collect
from kb.markup.tree import nodes as n
from kb.markup.tree.compare import same_tree
from kb.markup.tree.nodes import Document, Node, nodes_of

_INLINE_BLOCKS: Final = (
    n.Paragraph, n.ListItem, n.DefinitionTerm, n.DefinitionDescription, n.QuotationLine,
    n.TableCell,
)  # fmt: skip


def render_xwiki(
    tree: Document | list[Node], syntax: str = "xwiki/2.1", *, wiki: bool = True
) -> str:
    """Return the source of a page or of nodes in `syntax`, which reads back as the same tree.

    It is what XWiki would print, unless that reads back as another tree. Macros that were
    expanded appear as their calls. `wiki` is as for `parse`.
    """
    nodes = list(nodes_of(tree))
    printed = as_xwiki(nodes, syntax)
    for source in (printed, exact_source(nodes, syntax)):
        if same_tree(parse(source, syntax, wiki=wiki).children, nodes):
            return source
    # What the other syntax cannot say, like a link to a space.
    return printed


def as_xwiki(nodes: list[Node], syntax: str) -> str:
    """Return the source that XWiki itself prints, which may read back as another tree."""
    events: list[Event] = []
    collect(nodes, events)
    writer = XwikiWriter(syntax, events, as_xwiki)
    for writer.at, (side, node) in enumerate(events):
        _PRINT[side](writer, node)
    writer.source.flush(writer.state.where)
    return writer.source.text()


def _begin(w: XwikiWriter, node: Node) -> None:
    state = w.state
    if isinstance(node, (n.Heading, *_INLINE_BLOCKS)):
        state.where.inline += 1
    if isinstance(node, n.Paragraph):
        w.empty_line()
        w.params(node.params)
    elif isinstance(node, n.FormatSpan):
        _begin_format(w, node)
    elif isinstance(node, n.Link):
        begin_link(w, node)
    elif isinstance(node, n.Heading):
        state.where.heading = True
        w.empty_line()
        w.params(node.params)
        w.print("=" * node.level + " ")
    elif isinstance(node, n.Group):
        _begin_group(w, node)
    else:
        _begin_list_or_table(w, node)


def _begin_list_or_table(w: XwikiWriter, node: Node) -> None:
    state = w.state
    if isinstance(node, n.List):
        _begin_list(w, node)
    elif isinstance(node, n.ListItem):
        _begin_item(w, state.lists, "")
    elif isinstance(node, n.DefinitionList):
        _begin_definitions(w, node)
    elif isinstance(node, n.DefinitionTerm | n.DefinitionDescription):
        mark = ";" if isinstance(node, n.DefinitionTerm) else ":"
        _begin_item(w, state.definitions, ":" * (len(state.definitions) - 1) + mark)
    elif isinstance(node, n.Quotation):
        if not state.quotes or not state.where.inline:
            w.empty_line()
        state.quotes += 1
        w.params(node.params)
    elif isinstance(node, n.QuotationLine):
        state.quote_line += 1
        if state.quote_line:
            w.source.put("\n", state.where)
        w.print(">" * state.quotes)
    elif isinstance(node, n.Table):
        state.where.table = True
        w.empty_line()
        w.params(node.params)
    elif isinstance(node, n.TableRow):
        state.row += 1
        if state.row:
            w.print("\n")
        w.params(node.params, "")
    elif isinstance(node, n.TableCell):
        _begin_cell(w, node)


def _end(w: XwikiWriter, node: Node) -> None:
    state = w.state
    state.line_breaks = 0
    if isinstance(node, n.FormatSpan):
        if node.style == n.ITALIC and w.source.last_waiting() == ":":
            w.source.escape_last = True
        if node.style == n.ITALIC:
            w.source.put("//", state.where)
        else:
            w.print(MARKS[node.style])
        if node.params:
            state.format_params = node.params
    elif isinstance(node, n.Link):
        end_link(w, node)
    elif isinstance(node, n.Heading):
        w.print(" " + "=" * node.level)
        state.where.heading = False
        state.where.inline -= 1
    elif isinstance(node, n.Group):
        w.print("\n")
        w.print(")))")
        w.state = w.states.pop()
    elif isinstance(node, _INLINE_BLOCKS):
        state.format_params = None
        w.source.flush(state.where)
        state.where.inline -= 1
    else:
        _end_list_or_table(w, node)
    if not isinstance(node, n.Group):
        state.previous = type(node)


def _end_list_or_table(w: XwikiWriter, node: Node) -> None:
    """Forget a list, table or quotation that ends."""
    state = w.state
    if isinstance(node, n.List):
        state.marks = state.marks[:-1]
        state.lists.pop()
        w.source.flush(state.where)
    elif isinstance(node, n.DefinitionList):
        state.definitions.pop()
    elif isinstance(node, n.Quotation):
        state.quotes -= 1
        if not state.quotes:
            state.quote_line = -1
    elif isinstance(node, n.Table):
        state.where.table = False
        state.row = -1


_PRINT: Final = {"begin": _begin, "end": _end, "on": on}


def _begin_format(w: XwikiWriter, node: n.FormatSpan) -> None:
    """Print a format's parameters, unless they hold already, and its mark."""
    state = w.state
    if state.format_params is None:
        w.params(node.params, "")
    elif node.params:
        same = state.format_params == node.params
        state.format_params = None
        if not same:
            w.params(node.params, "")
    mark = MARKS[node.style]
    if not mark:
        return
    if node.style == n.ITALIC and w.source.last_waiting() == ":":
        w.source.escape_last = True
    w.end_format_params()
    w.source.flush(state.where)
    at_line_start = w.source.at_line_start
    w.print(mark)
    w.source.after_bold = node.style == n.BOLD and at_line_start


def _begin_group(w: XwikiWriter, node: n.Group) -> None:
    """Print a group's opening; what was known of the blocks around waits until its end."""
    if not w.state.where.inline:
        w.empty_line()
    w.params(node.params)
    w.print("(((")
    w.print("\n")
    w.states.append(w.state)
    w.state = PrinterState()


def _begin_list(w: XwikiWriter, node: n.List) -> None:
    state = w.state
    state.format_params = None
    state.lists.append(-1)
    if len(state.lists) == 1:
        w.empty_line()
    else:
        w.source.put("\n", state.where)
    state.marks += "1" if node.ordered else "*"
    w.params(node.params)


def _begin_definitions(w: XwikiWriter, node: n.DefinitionList) -> None:
    state = w.state
    state.definitions.append(-1)
    if len(state.definitions) == 1 and not state.lists:
        w.empty_line()
    else:
        w.print("\n")
    w.params(node.params)


def _begin_item(w: XwikiWriter, counts: list[int], mark: str) -> None:
    counts[-1] += 1
    if counts[-1]:
        w.source.put("\n", w.state.where)
    marks = w.state.marks
    dot = "." if "1" in (marks[:1] if mark else marks) else ""
    w.print(f"{marks}{dot}{mark} ")


def _begin_cell(w: XwikiWriter, node: n.TableCell) -> None:
    w.print("|=" if node.head else "|")
    if node.params or node.head:
        w.params(node.params, "")
        return
    event = w.next()
    if event is None or event[0] != "begin":
        return
    following = event[1]
    if isinstance(following, n.FormatSpan | n.Group) and following.params:
        # Else these would be taken for the cell's.
        w.print("(%%)")
