"""Blocks: what the beginning of a line may start, and what closes it again."""

from __future__ import annotations

import re
from typing import Final

from kb.markup import context as c
from kb.markup import nodes as n
from kb.markup import patterns as p
from kb.markup.inline import MAX_DEPTH, MODE_CELL, MODE_HEADING, MODE_INLINE, Scanner
from kb.markup.nodes import NO_PARAMS, Node, Params
from kb.markup.params import parse_params

# What comes next in the source.
_TEXT: Final = "text"
_LINE_END: Final = "line end"
_EMPTY_LINE: Final = "empty line"
_HEADING: Final = "heading"
_HEADING_END: Final = "heading end"
_ITEM: Final = "item"
_RULE: Final = "rule"
_ROW: Final = "row"
_CELL: Final = "cell"
_PARAMS: Final = "params"
_QUOTE: Final = "quote"
_GROUP: Final = "group"
_GROUP_END: Final = "group end"
_END: Final = "end"

_LINE_STARTS: Final = {
    "heading": _HEADING,
    "item": _ITEM,
    "rule": _RULE,
    "row": _ROW,
    "params": _PARAMS,
    "blank": _LINE_END,
    "quote": _QUOTE,
}


class Parser(Scanner):
    """Reads a page, or a label, into a tree."""

    def __init__(
        self, text: str, syntax: str, wiki: bool, ids: dict[str, int], base: int, depth: int
    ) -> None:
        super().__init__(text, syntax, wiki, ids, base, depth)
        self.at_line_start = True
        self.empty_lines = 0
        self.params: Params | None = None
        self.next_end = 0

    def page(self) -> list[Node]:
        """The blocks of the whole text."""
        root: list[Node] = []
        self.context = c.Context(root, self.ids, self.parse_caption)
        self._document()
        return root

    def parse_label(self, label: str, at: int) -> list[Node]:
        """The nodes of a link's label."""
        if self.depth >= MAX_DEPTH:
            return [n.TooDeep(self.base + at, label)]
        parser = Parser(label, self.syntax, self.wiki, self.ids, self.base + at, self.depth + 1)
        return parser.label_nodes()

    def parse_caption(self, label: str, pos: int) -> list[Node]:
        """The blocks of an image's label."""
        if self.depth >= MAX_DEPTH:
            return [n.TooDeep(pos, label)]
        return Parser(label, self.syntax, self.wiki, self.ids, pos, self.depth + 1).page()

    def label_nodes(self) -> list[Node]:
        """The text as a label: it never begins a block, and paragraphs are opened up."""
        root: list[Node] = []
        self.context = c.Context(root, self.ids, self.parse_caption)
        self.at_line_start = False
        self.context.begin_paragraph(self.base, NO_PARAMS)
        self.lines()
        self.context.end_paragraph()
        self._blocks()
        nodes: list[Node] = []
        _open_up(root, nodes)
        if self.text.lstrip(" \t").startswith("((("):
            _drop_first_space(nodes)
        return nodes

    # What comes next

    def _next(self) -> str:
        """What stands at `pos`; `next_end` is where its mark ends."""
        pos, text = self.pos, self.text
        if pos >= len(text):
            return _END
        if self.at_line_start:
            if text[pos] in p.LINE_START_CHARS:
                match = p.LINE_START.match(text, pos)
                if match and match.lastgroup == "params" and self._find(p.GROUP_AHEAD):
                    self.at_line_start = False
                    return _GROUP
                if match:
                    self.next_end = match.end()
                    return _LINE_STARTS[match.lastgroup or ""]
            self.at_line_start = False
        char = text[pos]
        if char in "\n\r":
            return self._line_end()
        if char in "( \t" and self._find(p.GROUP_AHEAD):
            return _GROUP
        if self.groups and char in ") \t" and self._find(p.GROUP_END):
            return _GROUP_END
        if self.mode == MODE_HEADING and char in "= \t" and self._find(p.HEADING_END):
            return _HEADING_END
        if self.mode == MODE_CELL and char in "|!" and self._find(p.CELL):
            return _CELL
        return _TEXT

    def _find(self, pattern: re.Pattern[str]) -> bool:
        match = pattern.match(self.text, self.pos)
        if match is None:
            return False
        self.next_end = match.end()
        return True

    def _line_end(self) -> str:
        if self.mode == MODE_HEADING and self._find(p.NEXT_HEADING):
            return _HEADING
        if self._find(p.EMPTY_LINE):
            return _EMPTY_LINE
        self._find(p.LINE_END)
        return _LINE_END

    def _take_line_end(self) -> None:
        self.pos = self.next_end
        self.at_line_start = True

    def _take_params(self) -> Params | None:
        params, self.params = self.params, None
        return params

    # A document: the page or a group

    def _document(self) -> None:
        # A first empty line is not counted.
        if self._next() in (_LINE_END, _EMPTY_LINE):
            self._empty_line()
            self.empty_lines -= 1
        self._blocks()

    def _blocks(self) -> None:
        while True:
            kind = self._next()
            if kind in (_LINE_END, _EMPTY_LINE):
                if kind == _EMPTY_LINE:
                    self.empty_lines = 0
                self._empty_line()
            elif kind in (_END, _GROUP_END):
                break
            else:
                self._begin_block()
                self._block(kind)
                self.empty_lines = 0
        params = self._take_params()
        if params is not None:
            self._empty_paragraph(params)
        if self.empty_lines > 1:
            self.context.leaf(n.EmptyLines(self.base + self.pos, self.empty_lines))
        self.empty_lines = 0
        self.context.close_block()

    def _begin_block(self) -> None:
        if self.empty_lines > 1:
            self.context.leaf(n.EmptyLines(self.base + self.pos, self.empty_lines - 1))
        self.empty_lines = 0

    def _empty_line(self) -> None:
        self._take_line_end()
        self.empty_lines += 1
        params = self._take_params()
        if params:
            self._empty_paragraph(params)

    def _empty_paragraph(self, params: Params) -> None:
        self.context.begin_paragraph(self.base + self.pos, params)
        self.context.end_paragraph()

    def _block(self, kind: str) -> None:
        if kind == _TEXT:
            self._text_block()
        elif kind == _ITEM:
            self._list()
        elif kind == _HEADING:
            self._heading()
        elif kind == _ROW:
            self._table()
        elif kind == _QUOTE:
            self._quotation()
        elif kind == _GROUP:
            self._group()
        elif kind == _PARAMS:
            self._block_params()
        elif kind == _RULE:
            rule = n.HorizontalLine(self.base + self.pos, self._take_params() or NO_PARAMS)
            self.context.leaf(rule)
            self._inline_from(self.next_end)
        else:
            # A mark that belongs to nothing here is text.
            self.context.begin_paragraph(self.base + self.pos, NO_PARAMS)
            text = self.text[self.pos : self.next_end]
            self.context.content(self.pos).append(n.Text(self.base + self.pos, text))
            self.pos = self.next_end

    def _inline_from(self, pos: int) -> None:
        self.pos = pos
        self.mode = MODE_INLINE
        self.at_line_start = False

    def _block_params(self) -> None:
        match = p.PARAMS.match(self.text, self.pos)
        assert match is not None
        self.params = parse_params(match[0][2:-2])
        self.mode = MODE_INLINE
        self._take_line_end()

    # Text

    def _text_block(self) -> None:
        """A paragraph, or a macro or verbatim block."""
        text, pos = self.text, self.pos
        if text.startswith("{{{", pos):
            content, self.pos = self.verbatim(pos)
            params = self._take_params() or NO_PARAMS
            self.context.hold(n.Verbatim(self.base + pos, content, False, params))
        else:
            macro, end = self.macro(pos) if text.startswith("{{", pos) else (None, pos)
            if macro is None:
                params = self._take_params() or NO_PARAMS
                self.context.begin_paragraph(self.base + pos, params)
                self.lines()
                self.context.end_paragraph()
                return
            self.pos = end
            self._block_macro(macro)
        self.lines()
        self.context.end_paragraph()
        if self._next() == _LINE_END:
            self._take_line_end()

    def _block_macro(self, macro: n.Macro) -> None:
        params = self._take_params()
        if params is None:
            self.context.hold(macro)
        else:
            self.context.begin_paragraph(macro.pos, params)
            macro.inline = True
            self.context.content(macro.pos).append(macro)

    def lines(self) -> None:
        """Running text, line after line, until something else begins."""
        while True:
            self.line()
            if self._next() != _LINE_END:
                break
            pos = self.base + self.pos
            self._take_line_end()
            if self._next() != _TEXT:
                break
            self.context.content(pos).append(n.LineBreak(pos))
        if self.swallowed:
            # A macro or verbatim ends the paragraph that it stands in.
            self.swallowed = False
            self.context.end_paragraph()

    def _line_break(self) -> None:
        """A line end right after a block's mark is a break in its content."""
        if self._next() == _LINE_END:
            pos = self.base + self.pos
            self.context.content(pos).append(n.LineBreak(pos))
            self._take_line_end()

    def _content(self) -> None:
        """What a heading or cell holds: text and groups."""
        while True:
            kind = self._next()
            if kind == _TEXT:
                self.lines()
            elif kind == _GROUP:
                self._group()
            elif kind == _LINE_END:
                self._take_line_end()
            else:
                break
        if kind == _EMPTY_LINE and self.mode != MODE_CELL:
            self.empty_lines += 1
            self.mode = MODE_INLINE
            self._take_line_end()
        elif kind == _HEADING_END:
            at_line_start = self.text[self.next_end - 1] in "\r\n"
            self._inline_from(self.next_end)
            self.at_line_start = at_line_start

    # Headings, lists, quotations, tables

    def _heading(self) -> None:
        pos = self.pos
        level = min(self.text.count("=", pos, self.next_end), 6)
        params = self._take_params() or NO_PARAMS
        self.context.begin_heading(self.base + pos, level, params)
        self._inline_from(self.next_end)
        self.mode = MODE_HEADING
        self._line_break()
        self._content()
        self.context.end_heading()

    def _list(self) -> None:
        self.context.begin_list(self._take_params())
        kind = _ITEM
        while True:
            if kind == _ITEM:
                self._item()
            elif kind == _PARAMS:
                self._block_params()
            else:
                break
            kind = self._next()
        if kind == _EMPTY_LINE:
            self._take_line_end()
        self.context.end_list()

    def _item(self) -> None:
        pos = self.pos
        mark = self.text[pos : self.next_end].strip(" \t").replace(".", "").replace("1", "#")
        if len(mark) > c.MAX_LIST_DEPTH:
            mark = mark[: c.MAX_LIST_DEPTH]
        self.context.begin_item(self.base + pos, mark, self._take_params())
        self._inline_from(self.next_end)
        self._line_break()
        while True:
            kind = self._next()
            if kind == _TEXT:
                self.lines()
            elif kind == _GROUP:
                self._group()
                if self._next() == _LINE_END:
                    self._take_line_end()
            else:
                break

    def _quotation(self) -> None:
        self.context.begin_quote(self._take_params() or NO_PARAMS)
        while True:
            depth = min(self.next_end - self.pos, c.MAX_LIST_DEPTH)
            self.context.begin_quote_line(self.base + self.pos, depth)
            self._inline_from(self.next_end)
            if self._next() == _TEXT:
                self.line()
                if self.swallowed:
                    self.swallowed = False
                    self.lines()
            if self._next() == _LINE_END:
                self._take_line_end()
            if self._next() != _QUOTE:
                break
        self.context.end_quote()

    def _table(self) -> None:
        self.context.begin_table(self.base + self.pos, self._take_params() or NO_PARAMS)
        while True:
            self._row()
            kind = self._next()
            if kind != _ROW:
                break
        if kind == _EMPTY_LINE:
            self.mode = MODE_INLINE
            self._take_line_end()
        self.context.end_table()

    def _row(self) -> None:
        pos = self.pos
        self._inline_from(pos)
        self.mode = MODE_CELL
        params = NO_PARAMS
        match = p.PARAMS.match(self.text, pos)
        if match:
            params = parse_params(match[0][2:-2])
            blanks = p.BLANKS.match(self.text, match.end())
            assert blanks is not None
            self.pos = blanks.end()
        row = self.context.begin_row(self.base + pos, params)
        while self._next() == _CELL:
            self._cell(row)

    def _cell(self, row: n.TableRow) -> None:
        pos = self.pos
        head = "=" in self.text[pos : self.next_end]
        self.pos = self.next_end
        params = NO_PARAMS
        match = p.GROUP_PARAMS.match(self.text, self.pos) or p.PARAMS.match(self.text, self.pos)
        if match:
            written = match[1] if match.re is p.GROUP_PARAMS else match[0]
            params = parse_params(written[2:-2])
            self.pos = match.end()
        if row.children:
            # A format mark right before the cell's end still counts.
            self.context.content(self.base + pos)
        self.context.begin_cell(self.base + pos, row, head, params)
        self._line_break()
        self._content()

    # Groups

    def _group(self) -> None:
        pos = self.base + self.pos
        params = NO_PARAMS
        match = p.GROUP_PARAMS.match(self.text, self.pos)
        if match:
            params = parse_params(match[1][2:-2])
            self.pos = match.end()
            self._find(p.GROUP_START)
        if self.groups + self.depth >= MAX_DEPTH:
            self._too_deep()
            return
        group = n.Group(pos, [], params)
        outer = self.context
        mode = self.mode
        outer.begin_group(group)
        self._inline_from(self.next_end)
        self.at_line_start = True
        self.context = c.Context(group.children, self.ids, self.parse_caption)
        self.groups += 1
        self._document()
        self.groups -= 1
        if self._next() == _GROUP_END or self._find(p.GROUP_END):
            self.pos = self.next_end
        self.context = outer
        self.mode = mode
        self.at_line_start = False

    def _too_deep(self) -> None:
        """Keep the group at `pos` as source."""
        depth = 0
        end = len(self.text)
        for edge in p.GROUP_EDGE.finditer(self.text, self.pos):
            depth += 1 if edge[0] == "(((" else -1
            if not depth:
                end = edge.end()
                break
        source = self.text[self.pos : end]
        self.context.begin_group(n.TooDeep(self.base + self.pos, source))
        self.pos = end


def _open_up(nodes: list[Node], out: list[Node]) -> None:
    """Collect `nodes` in `out`, with the content of paragraphs and sections in their place."""
    for node in nodes:
        if isinstance(node, n.Paragraph | n.Section):
            _open_up(node.children, out)
        elif isinstance(node, n.Parent):
            inner: list[Node] = []
            _open_up(node.children, inner)
            node.children = inner
            out.append(node)
        else:
            if isinstance(node, n.Macro):
                node.inline = True
            out.append(node)


def _drop_first_space(nodes: list[Node]) -> bool:
    for node in nodes:
        if isinstance(node, n.Text):
            if " " in node.text:
                node.text = node.text.replace(" ", "", 1)
                return True
        elif isinstance(node, n.Parent) and _drop_first_space(node.children):
            return True
    return False
