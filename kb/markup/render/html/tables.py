"""Tables: head and body, scopes, caption."""

from __future__ import annotations

from typing import Final

from kb.markup.render.html import phrasing as p
from kb.markup.render.html.style import span_attributes
from kb.markup.render.html.writer import Frame, HtmlHandlers, HtmlPiece, HtmlWriter, escape
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node


def table(w: HtmlWriter, node: n.Table) -> Frame | None:
    """Write a table; its first rows of head cells are its head, a `summary` its caption."""
    rows = node.children
    if not rows:
        return None
    heads = head_rows(rows)
    end = "</table>\n" if w.options.lean else "</table></div>\n"
    caption = node.params.get("caption") or node.params.get("summary")
    if not w.options.lean:
        w.out.append('<div class="wiki-table" tabindex="0">')
    w.out.append(f"<table{w.attributes(node, node.params)}>\n")
    if caption:
        w.out.append(f"<caption>{escape(caption)}</caption>\n")
    w.out.append("<thead>\n" if heads else "<tbody>\n")
    if not heads or heads == len(rows):
        return rows, f"</{'thead' if heads else 'tbody'}>{end}", _ROWS
    between = HtmlPiece("</thead><tbody>\n")
    return [*rows[:heads], between, *rows[heads:]], f"</tbody>{end}", _ROWS


def head_rows(rows: list[Node]) -> int:
    """Return how many rows of only head cells the table begins with; one where it has no others."""
    return next((at for at, row in enumerate(rows) if not is_head(row)), 1)


def is_head(row: Node) -> bool:
    """Tell whether a row has head cells only."""
    cells = row.children if isinstance(row, n.Parent) else []
    return bool(cells) and all(isinstance(cell, n.TableCell) and cell.head for cell in cells)


def _row(w: HtmlWriter, node: n.TableRow) -> Frame:
    w.out.append(f"<tr{w.attributes(node, node.params)}>")
    # A head cell that begins a row of others heads the row.
    w.first_cell = None if is_head(node) or not node.children else node.children[0]
    return node.children, "</tr>\n", _CELLS


def _cell(w: HtmlWriter, node: n.TableCell) -> Frame:
    kept = w.kept(node.params) + span_attributes(node.params) if node.params else ""
    if not node.head:
        w.out.append(f"<td{kept}>")
        return node.children, "</td>", w.flow
    scope = "row" if node is w.first_cell else "col"
    w.out.append(f'<th scope="{scope}"{kept}>')
    return node.children, "</th>", w.flow


_ROWS: Final = HtmlHandlers({**p.PHRASING, n.TableRow: _row})
_CELLS: Final = HtmlHandlers({**p.PHRASING, n.TableCell: _cell})
