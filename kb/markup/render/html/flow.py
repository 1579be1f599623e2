"""Blocks: headings, paragraphs, lists, tables, quotations, boxes; and `render_html`, the entry."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Final

from kb.markup.render.html import macros
from kb.markup.render.html import phrasing as p
from kb.markup.render.html.clean import clean, clean_foreign
from kb.markup.render.html.options import HtmlOptions
from kb.markup.render.html.style import list_attributes, span_attributes
from kb.markup.render.html.writer import (
    TITLE,
    Frame,
    Handler,
    HtmlHandlers,
    HtmlPiece,
    HtmlWriter,
    box_kind,
    escape,
    open_box,
    pre_text,
    source_box,
    verbatim,
    without_icon,
)
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Document, Node

_DEFAULT: Final = HtmlOptions()
_BLOCKS: Final = (n.Quotation, n.Paragraph, n.List, n.Table, n.Group, n.Heading, n.DefinitionList)


def _element(
    tag: str, after: str = "", handlers: HtmlHandlers | None = None,
    children: Callable[..., list[Node]] = attrgetter("children"),
) -> Handler:  # fmt: skip
    """Return what writes an element around a node's children; `after` follows its start tag."""

    def write(w: HtmlWriter, node: n.Parent) -> Frame:
        params = node.params if isinstance(node, n.Container) else n.NO_PARAMS
        w.out.append(f"<{tag}{w.attributes(node, params)}>{after}")
        return children(node), f"</{tag}>\n", handlers

    return write


def _heading(w: HtmlWriter, node: n.Heading) -> Frame:
    """Write a heading with the id that links of the wiki know."""
    level = min(6, max(1, node.level + w.options.heading_shift))
    params = node.params if "id" in node.params else {**node.params, "id": node.id}
    w.out.append(f"<h{level}{w.attributes(node, params)}>")
    return node.children, f"</h{level}>\n", p.PHRASING


def _paragraph(w: HtmlWriter, node: n.Paragraph) -> Frame | None:
    if not node.children:
        return None
    w.out.append(f"<p{w.attributes(node, node.params)}>")
    return node.children, "</p>\n", p.PHRASING


def _group(w: HtmlWriter, node: n.Group) -> Frame:
    """Write a group: a box if its class says so, nothing if its parameters say nothing."""
    if "class" in node.params:
        kind = box_kind(node.params)
        if kind == TITLE:
            w.out.append('<div class="wiki-box-title">')
            return node.children, "</div>\n", None
        if kind:
            return without_icon(node.children), open_box(w, node, kind), None
    kept = w.attributes(node, node.params)
    if not kept:
        return node.children, "", None
    w.out.append(f"<div{kept}>")
    return node.children, "</div>\n", None


def _list(w: HtmlWriter, node: n.List) -> Frame:
    tag = "ol" if node.ordered else "ul"
    extra = list_attributes(node.params) if node.ordered and node.params else ""
    w.out.append(f"<{tag}{extra}{w.attributes(node, node.params)}>\n")
    return node.children, f"</{tag}>\n", None


def quoted_blocks(node: n.Quotation) -> list[Node]:
    """Return the blocks of a quotation: runs of lines as paragraphs, and deeper quotations."""
    blocks: list[Node] = []
    lines: list[Node] = []
    for line in node.children:
        assert isinstance(line, n.Parent)
        if lines and line.children and not isinstance(line.children[0], _BLOCKS):
            lines.append(n.LineBreak(line.pos))
        for child in line.children:
            if isinstance(child, _BLOCKS):
                lines = []
                blocks.append(child)
                continue
            if not lines:
                blocks.append(n.Paragraph(child.pos, lines, n.NO_PARAMS))
            lines.append(child)
    return blocks


def _table(w: HtmlWriter, node: n.Table) -> Frame | None:
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
    between = HtmlPiece(0, "</thead><tbody>\n")
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


def _verbatim(w: HtmlWriter, node: n.Verbatim) -> str:
    if node.inline:
        return f"<code>{verbatim(node.content)}</code>"
    return f"<pre{w.focus}{w.attributes(node, node.params)}>{pre_text(node.content)}</pre>\n"


def _raw_text(w: HtmlWriter, node: n.RawText) -> str:
    if node.is_html:
        return clean_foreign(node.text, w.options.id_prefix)
    if node.is_plain:
        return f"<p>{verbatim(node.text)}</p>\n"
    return source_box(w, node, node.syntax, node.text)


def _caption(w: HtmlWriter, node: n.FigureCaption) -> Frame:
    w.out.append(f"<figcaption{w.kept(node.params)}>")
    return node.children, "</figcaption>", None


def _formatted(w: HtmlWriter, node: n.FormatSpan) -> Frame | None:
    frame = p.formatted(w, node)
    return frame and (frame[0], frame[1], p.PHRASING)


FLOW: Final = HtmlHandlers({
    **p.PHRASING,
    n.OutlineSection: p.content(), n.Heading: _heading, n.Paragraph: _paragraph, n.Group: _group,
    n.List: _list, n.ListItem: _element("li"), n.DefinitionList: _element("dl", "\n"),
    n.DefinitionTerm: _element("dt", handlers=p.PHRASING),
    n.DefinitionDescription: _element("dd"), n.Table: _table, n.Verbatim: _verbatim,
    n.Quotation: _element("blockquote", "\n", children=quoted_blocks),
    n.HorizontalLine: lambda _w, _node: "<hr>\n", n.RawText: _raw_text,
    n.TooDeep: lambda w, node: (
        f'<pre class="wiki-source"{w.focus}>{pre_text(node.source)}</pre>\n'),
    n.Figure: _element("figure"), n.FigureCaption: _caption, n.FormatSpan: _formatted,
    n.Macro: macros.call, n.MacroResult: macros.RESULT,
})  # fmt: skip
"""Writes what may stand where a block may; a block's own handler says what may stand in it."""


def render_html(document: Document, options: HtmlOptions = _DEFAULT) -> str:
    """Return the sanitised HTML5 of a page; macros that are not expanded show their source."""
    writer = HtmlWriter(document, options, FLOW)
    writer.write(document.children, FLOW)
    return clean("".join(writer.out))
