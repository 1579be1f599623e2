"""Tables: as GFM where cells are lines, as HTML where they hold more."""

from __future__ import annotations

from typing import Final

from kb.markup.macros.code import LISTINGS
from kb.markup.render.html.flow import head_rows, is_head
from kb.markup.render.html.style import span_attributes
from kb.markup.render.markdown.inline import line
from kb.markup.render.markdown.writer import MarkdownWriter, is_inline
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node

_NEVER_ONE_LINE: Final = (
    n.List, n.DefinitionList, n.Table, n.Quotation, n.Heading, n.OutlineSection, n.Figure,
)  # fmt: skip
_PADDED: Final = 40
_Rows = list[list[n.TableCell]]


def table(w: MarkdownWriter, node: n.Table) -> list[str]:
    """Return a table; GFM asks for a head, so the first row is it even without head cells."""
    rows = [_cells(row) for row in node.children]
    why = _obstacle(node.children, rows)
    if why:
        return [w.html_block([node], why)]
    if not any(rows):
        return []
    printed = [[_cell(w, cell, at) for cell in row] for at, row in enumerate(rows)]
    # Empty cells at the ends of rows do not count.
    width = max((at for row in printed for at, cell in enumerate(row, 1) if cell), default=1)
    # Readers fill short rows themselves; doing it here for wide tables would square their size.
    below = width if width <= _PADDED else 0
    lines = [_row(row, below if at else width) for at, row in enumerate(printed)]
    lines.insert(1, _row(["---"] * width, width))
    return ["\n".join(lines)]


def _cells(row: Node) -> list[n.TableCell]:
    assert isinstance(row, n.Parent)
    return [cell for cell in row.children if isinstance(cell, n.TableCell)]


def _obstacle(nodes: list[Node], rows: _Rows) -> str:
    """Return why GFM cannot say this table, "" if it can."""
    cells = [cell for row in rows for cell in row]
    if any(span_attributes(cell.params) for cell in cells if cell.params):
        return "table-span"
    if head_rows(nodes) > 1 or any(is_head(row) for row in nodes[1:]):
        return "table-heads"
    return "" if all(_is_line(cell.children) for cell in cells) else "table-blocks"


def _is_line(nodes: list[Node]) -> bool:
    """Tell whether nodes are inline, or groups of paragraphs that line breaks can part."""
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if is_inline(node) or isinstance(node, n.EmptyLines):
            continue
        if not isinstance(node, n.Parent) or isinstance(node, _NEVER_ONE_LINE):
            return False
        if isinstance(node, n.Group) and "class" in node.params:
            return False
        if isinstance(node, n.MacroResult) and node.macro.name in (*LISTINGS, "putFootnotes"):
            return False
        stack += node.children
    return True


def _cell(w: MarkdownWriter, cell: n.TableCell, row: int) -> str:
    if cell.params.get("style"):
        w.count("style:cell")
    bold = cell.head and row > 0
    if bold:
        w.count("table-row-head")
    w.cell = True
    text = line(w, _flat(cell.children), bold=bold)
    w.cell = False
    return text


def _flat(nodes: list[Node]) -> list[Node]:
    """Return a cell's nodes as inline ones, paragraphs parted by two breaks."""
    flat: list[Node] = []
    for node in nodes:
        if is_inline(node):
            flat.append(node)
        elif isinstance(node, n.Parent):
            if flat:
                flat += (n.LineBreak(node.pos), n.LineBreak(node.pos))
            flat += _flat(node.children)
    return flat


def _row(cells: list[str], width: int) -> str:
    padded = (cells + [""] * width)[:width] if width else cells
    return "| " + " | ".join(padded) + " |"
