r"""XWiki source that reads back as exactly the tree it was printed from.

Where the source that XWiki prints does not, this does: every mark in a text is escaped, line
breaks are `\\`, and blocks are parted by as many line ends as the parser counts.
"""

from __future__ import annotations

from typing import Final

from kb.markup.render.xwiki.exact_inline import ExactInline
from kb.markup.render.xwiki.exact_pieces import (
    link_source,
    macro_pieces,
    params_source,
    verbatim_pieces,
)
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node, Params

_BLOCKS: Final = (
    n.Paragraph,
    n.Heading,
    n.List,
    n.DefinitionList,
    n.Table,
    n.Quotation,
    n.HorizontalLine,
    n.EmptyLines,
    n.Group,
    n.Figure,
)
# These take one more line end before empty lines count.
_GREEDY: Final = (n.List, n.DefinitionList, n.Table)


def exact_source(nodes: list[Node], syntax: str) -> str:
    """The source of a page's blocks in `syntax`."""
    printer = _Exact(syntax)
    printer.blocks(nodes, "")
    return "".join(printer.out)


class _Exact(ExactInline):
    """Prints blocks."""

    def blocks(self, nodes: list[Node], start: str) -> bool:
        """Print blocks, after `start`; whether they ended with empty lines."""
        flat = _flat(nodes)
        previous: Node | None = None
        for index, node in enumerate(flat):
            if isinstance(node, n.EmptyLines):
                lone = node.count == 1 and index + 1 == len(flat)
                count = node.count + (2 if lone or index + 1 < len(flat) else 1)
                greedy = isinstance(previous, _GREEDY)
                if isinstance(previous, n.Heading) and self.last == "blank":
                    greedy = True
                if isinstance(previous, n.EmptyLines):
                    # Only parameters of nothing part empty lines.
                    self.put("(%%)")
                self.put("\n" * (count + greedy) + ("(%%)\n\n" if lone else ""))
            else:
                if previous is None:
                    self.put(start)
                elif not isinstance(previous, n.EmptyLines):
                    self.put("\n\n")
                self.block(node)
            previous = node
        if not flat:
            self.put(start)
        return isinstance(previous, n.EmptyLines)

    def block(self, node: Node) -> None:
        """Print one block."""
        if isinstance(node, n.Paragraph):
            self.paragraph(node)
        elif isinstance(node, n.Heading):
            self.params(node.params)
            self.put("=" * node.level + " ")
            self.inline(node.children)
            # Only what would go on without a blank gets one: another blank counts as text.
            if self.last != "blank":
                blank = " " if self.last in ("url", "word") else ""
                self.put(blank + "=" * node.level)
        elif isinstance(node, n.List | n.DefinitionList):
            self.params(node.params)
            self.items(node, "", "")
        elif isinstance(node, n.Table):
            self.table(node)
        elif isinstance(node, n.Quotation):
            self.params(node.params)
            self.quotation(node, 1)
        elif isinstance(node, n.Group):
            self.group(node)
        elif isinstance(node, n.Figure):
            self.figure(node)
        else:
            self.leaf(node)

    def leaf(self, node: Node) -> None:
        """Print a block without inner nodes."""
        if isinstance(node, n.HorizontalLine):
            self.params(node.params)
            self.put("----")
        elif isinstance(node, n.Verbatim):
            self.params(node.params)
            self.final(*verbatim_pieces(node))
        elif isinstance(node, n.Macro):
            self.final(*macro_pieces(node))
        elif isinstance(node, n.MacroResult):
            self.final(*macro_pieces(node.macro))
        elif isinstance(node, n.TooDeep):
            self.put(node.source)

    def params(self, params: Params) -> None:
        """Print a block's parameters on a line of their own."""
        if params:
            self.put(params_source(params) + "\n")

    def captured(self, nodes: list[Node]) -> str:
        """The source of inline nodes and groups by itself."""
        out, self.out = self.out, []
        stopped = self.stopped
        self.mixed(nodes)
        source = "".join(self.out)
        self.out = out
        if stopped:
            return ""
        return source

    def write(self, source: str) -> None:
        """Print what was captured, even if nothing can follow it."""
        self.out.append(source)

    def mixed(self, nodes: list[Node]) -> None:
        """Print inline nodes and groups."""
        run: list[Node] = []
        for node in nodes:
            if isinstance(node, n.Group):
                if run:
                    self.inline(run)
                    run = []
                    if self.last in ("url", "word"):
                        # A blank that belongs to the group.
                        self.put(" ")
                    elif self.last == "blank":
                        self.put("^^^^")
                self.group(node)
            else:
                run.append(node)
        if run:
            self.inline(run)

    def paragraph(self, node: n.Paragraph) -> None:
        """Print a paragraph, also an empty one."""
        self.params(node.params)
        first = _first_leaf(node)
        if isinstance(first, n.Verbatim) and first.params:
            # Parameters of a verbatim that text follows at once.
            self.leaf(first)
            self.printed = first
        source = self.captured(node.children)
        if source.startswith("{{"):
            # A macro that is all there is would be a block.
            source = "(%%)" + source
        self.write(source or ("" if self.stopped else "~"))

    def figure(self, node: n.Figure) -> None:
        """Print an image with its caption."""
        params = dict(node.params)
        classes = params.get("class") or ""
        if classes == "image":
            del params["class"]
        else:
            params["class"] = classes.removesuffix(" image")
        self.params(params)
        image, caption = node.children
        assert isinstance(caption, n.FigureCaption)
        inner = image.children[0] if isinstance(image, n.Link) else image
        assert isinstance(inner, n.Image)
        label = exact_source(caption.children, self.syntax)
        source = link_source(label, "image:", inner.reference, inner.params, self.syntax)
        if isinstance(image, n.Link):
            source = link_source(source, "", image.reference, image.params, self.syntax)
        self.put(source)

    def label(self, nodes: list[Node]) -> str:
        """The source of a link's label: it begins within a line."""
        printer = _Exact(self.syntax)
        flat = _flat(nodes)
        starts_inline = bool(flat) and isinstance(flat[0], n.Paragraph) and not flat[0].params
        if starts_inline:
            first = flat[0]
            assert isinstance(first, n.Paragraph)
            printer.mixed(first.children)
            if len(flat) > 1:
                printer.blocks(flat[1:], "\n\n")
        else:
            printer.blocks(flat, "\n\n")
        return "".join(printer.out)

    def group(self, node: n.Group) -> None:
        """Print a group."""
        if node.params:
            self.put(params_source(node.params))
        self.put("(((")
        if self.blocks(node.children, "\n"):
            self.put(")))")
        else:
            self.put("\n)))")

    # Lists

    def items(self, node: n.List | n.DefinitionList, marks: str, definitions: str) -> None:
        """Print the items of a list below `marks`."""
        for index, item in enumerate(node.children):
            assert isinstance(item, n.Parent)
            lists = [c for c in item.children if isinstance(c, n.List | n.DefinitionList)]
            content = [c for c in item.children if not isinstance(c, n.List | n.DefinitionList)]
            inner_marks, inner_definitions = marks, definitions
            if isinstance(node, n.List):
                inner_marks += "1" if node.ordered else "*"
            else:
                inner_definitions += ";" if isinstance(item, n.DefinitionTerm) else ":"
            if content or not lists or index:
                if index:
                    self.put("\n")
                self.put(_mark(inner_marks, inner_definitions))
                self.write(self.captured(content) or ("" if self.stopped else "~"))
            for number, inner in enumerate(lists):
                if content or index or number:
                    self.put("\n")
                self.params(inner.params)
                self.items(inner, inner_marks, inner_definitions.replace(";", ":"))

    # Tables, quotations

    def table(self, node: n.Table) -> None:
        """Print a table."""
        self.params(node.params)
        for index, row in enumerate(node.children):
            assert isinstance(row, n.TableRow)
            if index:
                self.put("\n")
            if row.params:
                self.put(params_source(row.params))
            for cell in row.children:
                assert isinstance(cell, n.TableCell)
                self.put("|=" if cell.head else "|")
                source = self.captured(cell.children)
                if not source and cell is row.children[-1] and not self.stopped:
                    source = "~"
                if cell.params or source.startswith("(%"):
                    # Parameters that come first are the cell's.
                    source = params_source(cell.params) + source
                self.write(source)

    def quotation(self, node: n.Quotation, depth: int) -> None:
        """Print quoted lines, deeper ones below theirs."""
        for index, line in enumerate(node.children):
            assert isinstance(line, n.Parent)
            if index:
                self.put("\n")
            inner = [child for child in line.children if isinstance(child, n.Quotation)]
            content = [child for child in line.children if not isinstance(child, n.Quotation)]
            self.put(">" * depth)
            self.write(self.captured(content))
            for deeper in inner:
                self.put("\n")
                self.quotation(deeper, depth + 1)


def _first_leaf(node: n.Parent) -> Node | None:
    """The first node of a paragraph that is no format."""
    while node.children:
        first = node.children[0]
        if not isinstance(first, n.FormatSpan):
            return first
        node = first
    return None


def _mark(marks: str, definitions: str) -> str:
    """An item's mark, with the dot that numbers need."""
    return marks + ("." if "1" in marks else "") + definitions + " "


def _flat(nodes: list[Node]) -> list[Node]:
    """Blocks without sections, inline nodes between them put into paragraphs."""
    flat: list[Node] = []
    run: n.Paragraph | None = None
    for node in nodes:
        if isinstance(node, n.Section | n.MacroContent):
            flat += _flat(node.children)
            run = None
        elif _is_block(node):
            flat.append(node)
            run = None
        else:
            if run is None:
                run = n.Paragraph(node.pos, [], n.NO_PARAMS)
                flat.append(run)
            run.children.append(node)
    return flat


def _is_block(node: Node) -> bool:
    if isinstance(node, n.Macro | n.Verbatim):
        return not node.inline
    if isinstance(node, n.MacroResult):
        return not node.macro.inline
    return isinstance(node, (*_BLOCKS, n.TooDeep))
