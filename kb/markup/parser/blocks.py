"""Blocks: what the beginning of a line may start, and what closes it again."""

from __future__ import annotations

from kb.markup.parser import builder as c
from kb.markup.parser import lookahead as k
from kb.markup.parser import patterns as p
from kb.markup.parser.builder import MAX_DEPTH
from kb.markup.parser.inline import MODE_CELL, MODE_HEADING, MODE_INLINE
from kb.markup.parser.params import parse_params
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import NO_PARAMS, Node, Params


class Parser(k.Lookahead):
    """Reads a page, or a label, into a tree."""

    def __init__(
        self, text: str, syntax: str, wiki: bool, ids: dict[str, int], base: int, depth: int
    ) -> None:
        super().__init__(text, syntax, wiki, ids, base, depth)
        self.empty_lines = 0
        self.params: Params | None = None

    def page(self) -> list[Node]:
        """The blocks of the whole text."""
        root: list[Node] = []
        self.context = c.TreeBuilder(root, self.ids, self.parse_caption, self.depth)
        self._document()
        self.context.release()
        return root

    def parse_label(self, label: str, at: int) -> list[Node]:
        """The nodes of a link's label."""
        depth = self.context.nesting() + 2
        if depth >= MAX_DEPTH:
            return [n.TooDeep(self.base + at, label)]
        parser = Parser(label, self.syntax, self.wiki, self.ids, self.base + at, depth)
        return parser.label_nodes()

    def parse_caption(self, label: str, pos: int) -> list[Node]:
        """The blocks of an image's label."""
        depth = self.context.nesting() + 2
        if depth >= MAX_DEPTH:
            return [n.TooDeep(pos, label)]
        return Parser(label, self.syntax, self.wiki, self.ids, pos, depth).page()

    def label_nodes(self) -> list[Node]:
        """The text as a label: it never begins a block, and paragraphs are opened up."""
        from kb.markup.parser.document import drop_first_space, open_up

        root: list[Node] = []
        self.context = c.TreeBuilder(root, self.ids, self.parse_caption, self.depth)
        self.at_line_start = False
        self.context.begin_paragraph(self.base, NO_PARAMS)
        self.context.in_label = True
        self.lines()
        self.context.end_paragraph()
        self._blocks()
        self.context.release()
        nodes: list[Node] = []
        open_up(root, nodes)
        if self.text.lstrip(" \t").startswith("((("):
            drop_first_space(nodes)
        return nodes

    def _take_line_end(self) -> None:
        self.pos = self.next_end
        self.at_line_start = True

    def _take_params(self) -> Params | None:
        params, self.params = self.params, None
        return params

    # A document: the page or a group

    def _document(self) -> None:
        # A first empty line is not counted.
        if self.next() in (k.LINE_END, k.EMPTY_LINE):
            self._empty_line()
            self.empty_lines -= 1
        self._blocks()

    def _blocks(self) -> None:
        while True:
            kind = self.next()
            if kind in (k.LINE_END, k.EMPTY_LINE):
                if kind == k.EMPTY_LINE:
                    self.empty_lines = 0
                self._empty_line()
            elif kind in (k.END, k.GROUP_END):
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
        if kind == k.TEXT:
            self._text_block()
        elif kind == k.ITEM:
            self._list()
        elif kind == k.HEADING:
            self._heading()
        elif kind == k.ROW:
            self._table()
        elif kind == k.QUOTE:
            self._quotation()
        elif kind == k.GROUP:
            self._group()
        elif kind == k.PARAMS:
            self._block_params()
        elif kind == k.RULE:
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
        if self.next() == k.LINE_END:
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
            if self.next() != k.LINE_END:
                break
            pos = self.base + self.pos
            self._take_line_end()
            if self.next() != k.TEXT:
                break
            self.context.content(pos).append(n.LineBreak(pos))
        if self.swallowed:
            # A macro or verbatim ends the paragraph that it stands in.
            self.swallowed = False
            self.context.end_paragraph()

    def _line_break(self) -> None:
        """A line end right after a block's mark is a break in its content."""
        if self.next() == k.LINE_END:
            pos = self.base + self.pos
            self.context.content(pos).append(n.LineBreak(pos))
            self._take_line_end()

    def _content(self) -> None:
        """What a heading or cell holds: text and groups."""
        while True:
            kind = self.next()
            if kind == k.TEXT:
                self.lines()
            elif kind == k.GROUP:
                self._group()
            elif kind == k.LINE_END:
                self._take_line_end()
            else:
                break
        if kind == k.EMPTY_LINE and self.mode != MODE_CELL:
            self.empty_lines += 1
            self.mode = MODE_INLINE
            self._take_line_end()
        elif kind == k.HEADING_END:
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
        kind = k.ITEM
        while True:
            if kind == k.ITEM:
                self._item()
            elif kind == k.PARAMS:
                self._block_params()
            else:
                break
            kind = self.next()
        if kind == k.EMPTY_LINE:
            self._take_line_end()
        self.context.end_list()

    def _item(self) -> None:
        pos = self.pos
        mark = self.text[pos : self.next_end].strip(" \t").replace(".", "").replace("1", "#")
        mark = mark[: self.context.list_depth()]
        self.context.begin_item(self.base + pos, mark, self._take_params())
        self._inline_from(self.next_end)
        self._line_break()
        while True:
            kind = self.next()
            if kind == k.TEXT:
                self.lines()
            elif kind == k.GROUP:
                self._group()
                if self.next() == k.LINE_END:
                    self._take_line_end()
            else:
                break

    def _quotation(self) -> None:
        self.context.begin_quote(self._take_params() or NO_PARAMS)
        while True:
            depth = min(self.next_end - self.pos, self.context.list_depth())
            self.context.begin_quote_line(self.base + self.pos, depth)
            self._inline_from(self.next_end)
            if self.next() == k.TEXT:
                self.line()
                if self.swallowed:
                    self.swallowed = False
                    self.lines()
            if self.next() == k.LINE_END:
                self._take_line_end()
            if self.next() != k.QUOTE:
                break
        self.context.end_quote()

    def _table(self) -> None:
        self.context.begin_table(self.base + self.pos, self._take_params() or NO_PARAMS)
        while True:
            self._row()
            kind = self.next()
            if kind != k.ROW:
                break
        if kind == k.EMPTY_LINE:
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
        while self.next() == k.CELL:
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
            self.find(p.GROUP_START)
        depth = self.context.nesting() + 1
        if depth >= MAX_DEPTH:
            self._too_deep()
            return
        group = n.Group(pos, [], params)
        outer = self.context
        mode = self.mode
        outer.begin_group(group)
        self._inline_from(self.next_end)
        self.at_line_start = True
        self.context = c.TreeBuilder(group.children, self.ids, self.parse_caption, depth)
        self.groups += 1
        self._document()
        self.groups -= 1
        if self.next() == k.GROUP_END or self.find(p.GROUP_END):
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
