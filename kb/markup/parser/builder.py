"""The tree that is being built, and the blocks that are open in it.

One `TreeBuilder` for the page and one for each group `(((…)))`. Its methods are what the grammar
says ("an item begins", "here is content"); it knows which open blocks that closes or opens.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from kb.markup.render.plain import plain_text
from kb.markup.tree import nodes as n
from kb.markup.tree.ids import unique_id
from kb.markup.tree.nodes import NO_PARAMS, Node, Params

# Where an image's label waits until its paragraph ends.
LABEL: Final = "data-xwiki-image-label"

ParseCaption = Callable[[str, int, int], list[Node]]
"""Gives the blocks of a caption: its text, its place, the nodes around it."""


NONE: Final = 0
HEADING: Final = 1
PARAGRAPH: Final = 2
ITEM: Final = 3
TERM: Final = 4
DESCRIPTION: Final = 5
QUOTE: Final = 6
ROW: Final = 7
CELL: Final = 8

Pair = tuple[str, str | None]

# The limit of nodes within each other; renderers recurse.
MAX_DEPTH: Final = 120


class _OpenFormat(NamedTuple):
    """A format that is open: its style, what parameters it brought, its node."""

    style: str
    pairs: list[Pair]
    node: n.FormatSpan


class _OpenLevel(NamedTuple):
    """One level of an open list or quotation."""

    kind: str
    at: int
    tree: n.Parent
    row: n.Parent


class TreeBuilder:
    """The open blocks of a page or group; `root` receives what is finished."""

    __slots__ = (
        "_dirty", "_formats", "_levels", "_list_params", "_pairs", "_quote_params",
        "_section_depth", "_styles", "base", "block", "caption", "cur", "depth", "flow", "heading",
        "ids", "in_label", "pending", "root", "table",
    )  # fmt: skip

    def __init__(
        self, root: list[Node], ids: dict[str, int], caption: ParseCaption, depth: int
    ) -> None:
        self.depth = depth
        self.root = root
        self.caption = caption
        self.ids = ids
        # A label begins within a paragraph that is not its own.
        self.in_label = False
        self.flow = root
        self.block = NONE
        self.base: list[Node] = root
        self.cur: list[Node] = root
        self.heading: n.Heading | None = None
        self.table: n.Table | None = None
        self.pending: n.Macro | n.Verbatim | None = None
        self._section_depth: list[list[Node]] = []
        self._levels: list[_OpenLevel] = []
        self._list_params: Params | None = None
        self._quote_params: Params = NO_PARAMS
        self._formats: list[_OpenFormat] = []
        self._styles: list[str] = []
        self._pairs: list[Pair] = []
        self._dirty = False

    def nesting(self) -> int:
        """Return about how many nodes are around what comes next."""
        return self.depth + 2 * len(self._levels) + (3 if self.block == CELL else 1)

    def list_depth(self) -> int:
        """Return how deep a list or quotation may go here; deeper items stay at this depth."""
        return max((MAX_DEPTH - self.depth) // 4, 1)

    # Inline content

    def content(self, pos: int) -> list[Node]:
        """Return where inline content at `pos` goes; open a paragraph if no block is open."""
        if self.block == NONE:
            self._open_paragraph(pos, NO_PARAMS)
        if self._dirty:
            self._switch_formats(pos)
        if self.pending is not None:
            self.pending.inline = True
            self.cur.append(self.pending)
            self.pending = None
        return self.cur

    def toggle(self, style: str) -> None:
        """Switch `style` for what follows, at a format mark."""
        if style in self._styles:
            self._styles.remove(style)
        else:
            self._styles.append(style)
        self._dirty = True

    def span(self, pairs: list[Pair]) -> None:
        """Let what follows have these inline parameters instead of those before."""
        self._pairs = pairs
        self._dirty = True

    def _switch_formats(self, pos: int) -> None:
        """Close what is no longer wanted, splitting overlaps, and open what is missing."""
        self._dirty = False
        opened = self._formats
        styles, pairs = self._styles, self._pairs
        unwanted = {o.style for o in opened if o.style and o.style not in styles}
        unwanted_pairs = {p for o in opened for p in o.pairs if p not in pairs}
        while unwanted or unwanted_pairs:
            last = opened.pop()
            unwanted.discard(last.style)
            unwanted_pairs.difference_update(last.pairs)
        missing = [s for s in styles if not any(o.style == s for o in opened)]
        extra = [p for p in pairs if not any(p in o.pairs for o in opened)]
        self.cur = opened[-1].node.children if opened else self.base
        if extra and not missing:
            missing = [n.STYLE_NONE]
        for style in missing:
            node = n.FormatSpan(pos, [], dict(extra) if extra else NO_PARAMS, style)
            self.cur.append(node)
            opened.append(_OpenFormat(style, extra, node))
            self.cur = node.children
            extra = []

    def close_formats(self) -> None:
        """End all formatting, as the end of a block does."""
        if self._formats:
            self._formats = []
        self._styles = []
        self._pairs = []
        self._dirty = False
        self.cur = self.base

    # Blocks

    def _enter(self, block: int, base: list[Node]) -> None:
        """Begin a block; marks that stood before it, outside any block, hold on in it."""
        self.block = block
        self.base = base
        self.cur = base
        self._dirty = bool(self._styles or self._pairs)

    def _leave(self) -> None:
        """End a block, and all formatting in it."""
        self._enter(NONE, self.flow)
        self.close_formats()

    def close_block(self) -> None:
        """End whatever block is open."""
        if self.pending is not None:
            self.flow.append(self.pending)
            self.pending = None
        if self.block != NONE:
            if self.block == PARAGRAPH:
                self.end_paragraph()
            elif self.block == HEADING:
                self.end_heading()
            else:
                self._levels = []
                self._leave()

    def leaf(self, node: Node) -> None:
        """Add a block without content: a line, empty lines, an error."""
        self.close_block()
        self.flow.append(node)

    def hold(self, node: n.Macro | n.Verbatim) -> None:
        """Hold a macro or verbatim where a block may stand; inline if content follows at once."""
        self.close_block()
        self.pending = node

    def begin_group(self, node: n.Group | n.TooDeep) -> None:
        """Begin a group: in the open cell or item, else on its own."""
        if self.block not in (CELL, ITEM):
            self.close_block()
            self.flow.append(node)
        else:
            self.close_formats()
            self.base.append(node)

    def begin_paragraph(self, pos: int, params: Params) -> None:
        """Begin a paragraph, unless one is still open."""
        if self.block != PARAGRAPH:
            self.close_block()
            self._open_paragraph(pos, params)

    def _open_paragraph(self, pos: int, params: Params) -> None:
        node = n.Paragraph(pos, [], params)
        self.flow.append(node)
        self._enter(PARAGRAPH, node.children)

    def end_paragraph(self) -> None:
        """Close the paragraph, if one is open."""
        if self.block == PARAGRAPH:
            self._leave()
            last = self.flow[-1]
            assert isinstance(last, n.Paragraph)
            if len(last.children) == 1 and not self.in_label:
                self.flow[-1] = _figure(last, self.caption, self.nesting() + 2)
            self.in_label = False

    def begin_heading(self, pos: int, level: int, params: Params) -> None:
        """Begin a heading, with the sections that it closes and opens."""
        self.close_block()
        depth = self._section_depth
        del depth[level - 1 :]
        self.flow = depth[-1] if depth else self.root
        while len(depth) < level:
            section = n.OutlineSection(pos, [], len(depth) + 1)
            self.flow.append(section)
            self.flow = section.children
            depth.append(section.children)
        node = n.Heading(pos, [], params, level, "")
        self.flow.append(node)
        self.heading = node
        self._enter(HEADING, node.children)

    def end_heading(self) -> None:
        """Close the heading, unless a group in it did; now its id is known."""
        if self.block == HEADING:
            self._leave()
            assert self.heading is not None
            self.heading.id = unique_id("H", plain_text(self.heading.children), self.ids)

    def begin_row(self, pos: int, params: Params) -> n.TableRow:
        """Begin a row of the open table."""
        assert self.table is not None
        row = n.TableRow(pos, [], params)
        if self.table.children:
            self.close_formats()
        self.table.children.append(row)
        self._enter(ROW, row.children)
        return row

    def begin_table(self, pos: int, params: Params) -> None:
        """Begin a table."""
        self.close_block()
        self.table = n.Table(pos, [], params)
        self.flow.append(self.table)
        self._enter(ROW, self.table.children)

    def begin_cell(self, pos: int, row: n.TableRow, head: bool, params: Params) -> None:
        """Begin a cell of `row`."""
        cell = n.TableCell(pos, [], params, head)
        if row.children:
            self.close_formats()
        row.children.append(cell)
        self._enter(CELL, cell.children)

    def end_table(self) -> None:
        """End the table."""
        if self.block in (ROW, CELL):
            self.close_block()

    # Lists and quotations

    def begin_list(self, params: Params | None) -> None:
        """Get ready for a list's first item."""
        if self.block not in (ITEM, TERM, DESCRIPTION):
            self.close_block()
        self._list_params = params

    def end_list(self) -> None:
        """End the list, unless a group in a description ended it."""
        if self.block in (ITEM, TERM, DESCRIPTION):
            self.close_block()

    def begin_item(self, pos: int, mark: str, params: Params | None) -> None:
        """Begin an item marked `mark` (like "**", "*#", "*;")."""
        if self.block not in (ITEM, TERM, DESCRIPTION):
            self.close_block()
        if self._list_params is None:
            self._list_params = params
        mark = mark.replace(";:", ":")
        cut = mark.find(";")
        if cut >= 0:
            mark = mark[: cut + 1]
        self._align_items(pos, mark)

    def _align_items(self, pos: int, mark: str) -> None:
        levels = self._levels
        first, second, new_tree = 0, 0, True
        while first < len(levels) and second < len(mark):
            if levels[first].kind != _tree_kind(mark[second]):
                break
            if second == len(mark) - 1:
                new_tree = False
                break
            first += 1
            second += 1
        tree = None if new_tree else levels[first].tree
        del levels[first:]
        for at in range(second, len(mark)):
            self._open_item(pos, mark[at], at, tree)
            tree = None

    def _open_item(self, pos: int, char: str, at: int, tree: n.Parent | None) -> None:
        if tree is None:
            tree = self._new_list(pos, char)
            (self._levels[-1].row.children if self._levels else self.flow).append(tree)
        row: n.Parent
        if char == ":":
            row, block = n.DefinitionDescription(pos, []), DESCRIPTION
        elif char == ";":
            row, block = n.DefinitionTerm(pos, []), TERM
        else:
            row, block = n.ListItem(pos, [], NO_PARAMS), ITEM
        tree.children.append(row)
        self._levels.append(_OpenLevel(_tree_kind(char), at, tree, row))
        self.close_formats()
        self._enter(block, row.children)

    def _new_list(self, pos: int, char: str) -> n.Parent:
        params = self._list_params or NO_PARAMS
        self._list_params = None
        if char in ";:":
            return n.DefinitionList(pos, [], params)
        return n.List(pos, [], params, char == "#")

    def begin_quote(self, params: Params) -> None:
        """Get ready for a quotation's first line."""
        self.close_block()
        self._quote_params = params

    def end_quote(self) -> None:
        """End the quotation."""
        if self.block == QUOTE:
            self.close_block()

    def begin_quote_line(self, pos: int, depth: int) -> None:
        """Begin a line quoted `depth` times."""
        levels = self._levels
        first = 0
        while first < len(levels) and levels[first].at < depth:
            first += 1
        tree = levels[first].tree if first < len(levels) else None
        del levels[first:]
        if tree is None:
            tree = n.Quotation(pos, [], self._quote_params)
            (levels[-1].row.children if levels else self.flow).append(tree)
        row = n.QuotationLine(pos, [])
        tree.children.append(row)
        levels.append(_OpenLevel(">", depth, tree, row))
        self.close_formats()
        self._enter(QUOTE, row.children)


def _tree_kind(char: str) -> str:
    return "d" if char in ";:" else char


def _figure(paragraph: n.Paragraph, parse: ParseCaption, depth: int) -> Node:
    """Return a figure for a lone image with a label, perhaps in a link: the label is a caption."""
    image = paragraph.children[0]
    if isinstance(image, n.Link) and len(image.children) == 1:
        image = image.children[0]
    if not isinstance(image, n.Image) or LABEL not in image.params:
        return paragraph
    params = dict(image.params)
    label = params.pop(LABEL) or ""
    image.params = params or NO_PARAMS
    deep: list[Node] = [n.TooDeep(image.pos, label)]
    blocks = deep if depth >= MAX_DEPTH else parse(label, image.pos, depth)
    caption = n.FigureCaption(image.pos, blocks, NO_PARAMS)
    outer = dict(paragraph.params)
    classes = outer.get("class")
    if classes is None:
        outer["class"] = "image"
    elif "image" not in classes.split():
        outer["class"] = classes + " image"
    return n.Figure(paragraph.pos, [*paragraph.children, caption], outer)
