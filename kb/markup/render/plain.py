"""Plain text, as XWiki's plain/1.0."""

from __future__ import annotations

from collections.abc import Iterable

from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Document, Node, nodes_of


def plain_text(tree: Document | Iterable[Node]) -> str:
    """Return the words of a page or of nodes, as XWiki's plain/1.0 prints them.

    Images say nothing; blocks are parted by an empty line.
    """
    printer = _PlainPrinter()
    printer.all(nodes_of(tree))
    return "".join(printer.out)


class _PlainPrinter:
    """Print plain text; counts go on where a table or list stands in another, as in XWiki."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.started = False
        self.lists = 0
        self.definitions = 0
        self.quotes = 0
        self.quote_line = -1
        self.row = -1
        self.column = -1

    def all(self, nodes: Iterable[Node]) -> None:
        out = self.out
        for node in nodes:
            if isinstance(node, n.Text):
                out.append(node.text)
            elif isinstance(node, n.LineBreak):
                out.append("\n")
            elif isinstance(node, n.Parent):
                self.parent(node)
            else:
                self.leaf(node)

    def block(self) -> None:
        """Put an empty line, but at the beginning."""
        if self.started:
            self.out.append("\n\n")
        self.started = True

    def leaf(self, node: Node) -> None:
        out = self.out
        if isinstance(node, n.Verbatim):
            out.append(node.content)
        elif isinstance(node, n.EmptyLines):
            out.append("\n" * node.count)
        elif isinstance(node, n.HorizontalLine):
            self.block()
            out.append("----")
        elif isinstance(node, n.RawText) and node.is_plain:
            out.append(node.text)
        elif isinstance(node, n.TooDeep):
            out.append(node.source)

    def parent(self, node: n.Parent) -> None:
        if isinstance(node, n.Paragraph | n.Heading):
            self.block()
            self.all(node.children)
        elif isinstance(node, n.Link) and not node.children:
            self.out.append(node.reference.reference)
        elif isinstance(node, n.List | n.DefinitionList):
            self.list(node)
        elif isinstance(node, n.Table):
            self.table(node)
        elif isinstance(node, n.Quotation):
            self.quotation(node)
        else:
            self.all(node.children)

    def list(self, node: n.List | n.DefinitionList) -> None:
        """Print items a line each; the first of nested lists begins a block, others a line."""
        bullets = int(isinstance(node, n.List))
        if self.lists or (self.definitions and not bullets):
            self.out.append("\n")
        else:
            self.block()
        self.lists += bullets
        self.definitions += 1 - bullets
        for index, item in enumerate(node.children):
            if index:
                self.out.append("\n")
            if isinstance(item, n.Parent):
                self.all(item.children)
        self.lists -= bullets
        self.definitions -= 1 - bullets

    def table(self, node: n.Table) -> None:
        self.block()
        for row in node.children:
            self.row += 1
            if self.row > 0:
                self.out.append("\n")
            for cell in row.children if isinstance(row, n.Parent) else []:
                self.column += 1
                if self.column > 0:
                    self.out.append("\t")
                if isinstance(cell, n.Parent):
                    self.all(cell.children)
            self.column = -1
        self.row = -1

    def quotation(self, node: n.Quotation) -> None:
        self.quotes += 1
        for line in node.children:
            self.quote_line += 1
            if self.quote_line > 0:
                self.out.append("\n")
            else:
                self.block()
            if isinstance(line, n.Parent):
                self.all(line.children)
        self.quotes -= 1
        if not self.quotes:
            self.quote_line = -1
