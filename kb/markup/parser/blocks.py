"""Blocks: what a line begins, how it goes on, and what ends it; a function for each kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kb.markup.parser import lookahead as k
from kb.markup.parser import patterns as p
from kb.markup.parser.builder import MAX_DEPTH, TreeBuilder
from kb.markup.parser.inline import read_line
from kb.markup.parser.lookahead import find, next_mark
from kb.markup.parser.params import parse_params
from kb.markup.parser.state import MODE_CELL, MODE_HEADING, MODE_INLINE, ParserState
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import NO_PARAMS, Params


def read_document(s: ParserState) -> None:
    """Read a page, or a group up to its end."""
    # A first empty line is not counted.
    if next_mark(s) in (k.LINE_END, k.EMPTY_LINE):
        _empty_line(s)
        s.empty_lines -= 1
    read_blocks(s)


def read_blocks(s: ParserState) -> None:
    """Read blocks up to the end of the text or group."""
    while True:
        kind = next_mark(s)
        if kind in (k.LINE_END, k.EMPTY_LINE):
            if kind == k.EMPTY_LINE:
                s.empty_lines = 0
            _empty_line(s)
        elif kind in (k.END, k.GROUP_END):
            break
        else:
            if s.empty_lines > 1:
                s.builder.leaf(n.EmptyLines(s.base + s.pos, s.empty_lines - 1))
            s.empty_lines = 0
            _BLOCKS.get(kind, _stray_mark)(s)
            s.empty_lines = 0
    params = s.take_params()
    if params is not None:
        _empty_paragraph(s, params)
    if s.empty_lines > 1:
        s.builder.leaf(n.EmptyLines(s.base + s.pos, s.empty_lines))
    s.empty_lines = 0
    s.builder.close_block()


def _empty_line(s: ParserState) -> None:
    s.take_line_end()
    s.empty_lines += 1
    params = s.take_params()
    if params:
        _empty_paragraph(s, params)


def _empty_paragraph(s: ParserState, params: Params) -> None:
    s.builder.begin_paragraph(s.base + s.pos, params)
    s.builder.end_paragraph()


def _params_line(s: ParserState) -> None:
    """Read parameters on a line of their own; the block that follows takes them."""
    match = p.PARAMS.match(s.text, s.pos)
    assert match is not None
    s.params = parse_params(match[0][2:-2])
    s.mode = MODE_INLINE
    s.take_line_end()


def _rule(s: ParserState) -> None:
    s.builder.leaf(n.HorizontalLine(s.base + s.pos, s.take_params() or NO_PARAMS))
    s.begin_inline(s.next_end)


def _stray_mark(s: ParserState) -> None:
    """Read a mark that belongs to nothing here as text."""
    s.builder.begin_paragraph(s.base + s.pos, NO_PARAMS)
    text = s.text[s.pos : s.next_end]
    s.builder.content(s.pos).append(n.Text(s.base + s.pos, text))
    s.pos = s.next_end


# Text


def _text_block(s: ParserState) -> None:
    """Read a paragraph, or a macro or verbatim block and what follows it."""
    text, pos = s.text, s.pos
    if text.startswith("{{{", pos):
        content, s.pos = s.macros.verbatim(pos)
        params = s.take_params() or NO_PARAMS
        s.builder.hold(n.Verbatim(s.base + pos, content, False, params))
    else:
        macro, end = s.macros.macro(pos) if text.startswith("{{", pos) else (None, pos)
        if macro is None:
            s.builder.begin_paragraph(s.base + pos, s.take_params() or NO_PARAMS)
            read_lines(s)
            s.builder.end_paragraph()
            return
        s.pos = end
        _block_macro(s, macro)
    read_lines(s)
    s.builder.end_paragraph()
    if next_mark(s) == k.LINE_END:
        s.take_line_end()


def _block_macro(s: ParserState, macro: n.Macro) -> None:
    params = s.take_params()
    if params is None:
        s.builder.hold(macro)
    else:
        s.builder.begin_paragraph(macro.pos, params)
        macro.inline = True
        s.builder.content(macro.pos).append(macro)


def read_lines(s: ParserState) -> None:
    """Read running text, line after line, until something else begins."""
    while True:
        read_line(s)
        if next_mark(s) != k.LINE_END:
            break
        pos = s.base + s.pos
        s.take_line_end()
        if next_mark(s) != k.TEXT:
            break
        s.builder.content(pos).append(n.LineBreak(pos))
    if s.swallowed:
        # A macro or verbatim ends the paragraph that it stands in.
        s.swallowed = False
        s.builder.end_paragraph()


def _line_break(s: ParserState) -> None:
    """Read a line end right after a block's mark as a break in its content."""
    if next_mark(s) == k.LINE_END:
        pos = s.base + s.pos
        s.builder.content(pos).append(n.LineBreak(pos))
        s.take_line_end()


def _content(s: ParserState) -> None:
    """Read what a heading or cell holds: text and groups."""
    while True:
        kind = next_mark(s)
        if kind == k.TEXT:
            read_lines(s)
        elif kind == k.GROUP:
            _group(s)
        elif kind == k.LINE_END:
            s.take_line_end()
        else:
            break
    if kind == k.EMPTY_LINE and s.mode != MODE_CELL:
        s.empty_lines += 1
        s.mode = MODE_INLINE
        s.take_line_end()
    elif kind == k.HEADING_END:
        at_line_start = s.text[s.next_end - 1] in "\r\n"
        s.begin_inline(s.next_end)
        s.at_line_start = at_line_start


# Headings, lists, quotations, tables


def _heading(s: ParserState) -> None:
    pos = s.pos
    level = min(s.text.count("=", pos, s.next_end), 6)
    s.builder.begin_heading(s.base + pos, level, s.take_params() or NO_PARAMS)
    s.begin_inline(s.next_end)
    s.mode = MODE_HEADING
    _line_break(s)
    _content(s)
    s.builder.end_heading()


def _list(s: ParserState) -> None:
    s.builder.begin_list(s.take_params())
    kind = k.ITEM
    while True:
        if kind == k.ITEM:
            _item(s)
        elif kind == k.PARAMS:
            _params_line(s)
        else:
            break
        kind = next_mark(s)
    if kind == k.EMPTY_LINE:
        s.take_line_end()
    s.builder.end_list()


def _item(s: ParserState) -> None:
    pos = s.pos
    mark = s.text[pos : s.next_end].strip(" \t").replace(".", "").replace("1", "#")
    mark = mark[: s.builder.list_depth()]
    s.builder.begin_item(s.base + pos, mark, s.take_params())
    s.begin_inline(s.next_end)
    _line_break(s)
    while True:
        kind = next_mark(s)
        if kind == k.TEXT:
            read_lines(s)
        elif kind == k.GROUP:
            _group(s)
            if next_mark(s) == k.LINE_END:
                s.take_line_end()
        else:
            break


def _quotation(s: ParserState) -> None:
    s.builder.begin_quote(s.take_params() or NO_PARAMS)
    while True:
        depth = min(s.next_end - s.pos, s.builder.list_depth())
        s.builder.begin_quote_line(s.base + s.pos, depth)
        s.begin_inline(s.next_end)
        if next_mark(s) == k.TEXT:
            read_line(s)
            if s.swallowed:
                s.swallowed = False
                read_lines(s)
        if next_mark(s) == k.LINE_END:
            s.take_line_end()
        if next_mark(s) != k.QUOTE:
            break
    s.builder.end_quote()


def _table(s: ParserState) -> None:
    s.builder.begin_table(s.base + s.pos, s.take_params() or NO_PARAMS)
    while True:
        _row(s)
        kind = next_mark(s)
        if kind != k.ROW:
            break
    if kind == k.EMPTY_LINE:
        s.mode = MODE_INLINE
        s.take_line_end()
    s.builder.end_table()


def _row(s: ParserState) -> None:
    pos = s.pos
    s.begin_inline(pos)
    s.mode = MODE_CELL
    params = NO_PARAMS
    match = p.PARAMS.match(s.text, pos)
    if match:
        params = parse_params(match[0][2:-2])
        blanks = p.BLANKS.match(s.text, match.end())
        assert blanks is not None
        s.pos = blanks.end()
    row = s.builder.begin_row(s.base + pos, params)
    while next_mark(s) == k.CELL:
        _cell(s, row)


def _cell(s: ParserState, row: n.TableRow) -> None:
    pos = s.pos
    head = "=" in s.text[pos : s.next_end]
    s.pos = s.next_end
    params = NO_PARAMS
    match = p.GROUP_PARAMS.match(s.text, s.pos) or p.PARAMS.match(s.text, s.pos)
    if match:
        written = match[1] if match.re is p.GROUP_PARAMS else match[0]
        params = parse_params(written[2:-2])
        s.pos = match.end()
    if row.children:
        # A format mark right before the cell's end still counts.
        s.builder.content(s.base + pos)
    s.builder.begin_cell(s.base + pos, row, head, params)
    _line_break(s)
    _content(s)


# Groups


def _group(s: ParserState) -> None:
    """Read `(((…)))`: a document within the open block, built apart from what is around it."""
    pos = s.base + s.pos
    params = NO_PARAMS
    match = p.GROUP_PARAMS.match(s.text, s.pos)
    if match:
        params = parse_params(match[1][2:-2])
        s.pos = match.end()
        find(s, p.GROUP_START)
    depth = s.builder.nesting() + 1
    if depth >= MAX_DEPTH:
        _too_deep_group(s)
        return
    group = n.Group(pos, [], params)
    outer = s.builder
    mode = s.mode
    outer.begin_group(group)
    s.begin_inline(s.next_end)
    s.at_line_start = True
    s.builder = TreeBuilder(group.children, s.scope.ids, s.scope.caption, depth)
    s.groups += 1
    read_document(s)
    s.groups -= 1
    if next_mark(s) == k.GROUP_END or find(s, p.GROUP_END):
        s.pos = s.next_end
    s.builder = outer
    s.mode = mode
    s.at_line_start = False


def _too_deep_group(s: ParserState) -> None:
    """Keep the group at `pos` as source."""
    depth = 0
    end = len(s.text)
    for edge in p.GROUP_EDGE.finditer(s.text, s.pos):
        depth += 1 if edge[0] == "(((" else -1
        if not depth:
            end = edge.end()
            break
    s.builder.begin_group(n.TooDeep(s.base + s.pos, s.text[s.pos : end]))
    s.pos = end


_BLOCKS: Final[dict[str, Callable[[ParserState], None]]] = {
    k.TEXT: _text_block, k.ITEM: _list, k.HEADING: _heading, k.ROW: _table, k.QUOTE: _quotation,
    k.GROUP: _group, k.PARAMS: _params_line, k.RULE: _rule,
}  # fmt: skip
"""By what stands at its beginning: reads a block. Which mark wins, `lookahead` decides."""
