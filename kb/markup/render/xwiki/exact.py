r"""XWiki source that reads back as exactly the tree it was printed from.

Where the source that XWiki prints does not, this does: every mark in a text is escaped, line
breaks are `\\`, and blocks are parted by as many line ends as the parser counts.
"""

from __future__ import annotations

from typing import Final

from kb.markup.render.xwiki.exact_inline import ExactWriter, link_source, params_source
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node, Params

_BLOCKS: Final = (
    n.Paragraph, n.Heading, n.List, n.DefinitionList, n.Table, n.Quotation, n.HorizontalLine,
    n.EmptyLines, n.Group, n.Figure,
)  # fmt: skip
# These take one more line end before empty lines count.
_GREEDY: Final = (n.List, n.DefinitionList, n.Table)


def exact_source(nodes: list[Node], syntax: str) -> str:
    """Return the source of a page's blocks in `syntax`."""
    writer = ExactWriter(syntax, _label)
    _blocks(writer, nodes, "")
    return "".join(writer.out)


def _blocks(w: ExactWriter, nodes: list[Node], start: str) -> bool:
    """Print blocks, after `start`; whether they ended with empty lines."""
    flat = _flat(nodes)
    previous: Node | None = None
    for index, node in enumerate(flat):
        if isinstance(node, n.EmptyLines):
            lone = node.count == 1 and index + 1 == len(flat)
            count = node.count + (2 if lone or index + 1 < len(flat) else 1)
            blank_heading = isinstance(previous, n.Heading) and w.last == "blank"
            greedy = blank_heading or isinstance(previous, _GREEDY)
            if isinstance(previous, n.EmptyLines):
                # Only parameters of nothing part empty lines.
                w.put("(%%)")
            w.put("\n" * (count + greedy) + ("(%%)\n\n" if lone else ""))
        else:
            if previous is None:
                w.put(start)
            elif not isinstance(previous, n.EmptyLines):
                w.put("\n\n")
            _block(w, node)
        previous = node
    if not flat:
        w.put(start)
    return isinstance(previous, n.EmptyLines)


def _block(w: ExactWriter, node: Node) -> None:
    if isinstance(node, n.Paragraph):
        _paragraph(w, node)
    elif isinstance(node, n.Heading):
        _params(w, node.params)
        w.put("=" * node.level + " ")
        w.inline(node.children)
        # Only what would go on without a blank gets one: another blank counts as text.
        if w.last != "blank":
            blank = " " if w.last in ("url", "word") else ""
            w.put(blank + "=" * node.level)
    elif isinstance(node, n.List | n.DefinitionList):
        _params(w, node.params)
        _items(w, node, "", "")
    elif isinstance(node, n.Table):
        _table(w, node)
    elif isinstance(node, n.Quotation):
        _params(w, node.params)
        _quotation(w, node, 1)
    elif isinstance(node, n.Group):
        _group(w, node)
    elif isinstance(node, n.Figure):
        _figure(w, node)
    else:
        _leaf(w, node)


def _leaf(w: ExactWriter, node: Node) -> None:
    if isinstance(node, n.HorizontalLine | n.Verbatim):
        _params(w, node.params)
    if isinstance(node, n.HorizontalLine):
        w.put("----")
    else:
        w.other(node)


def _params(w: ExactWriter, params: Params) -> None:
    """Print a block's parameters on a line of their own."""
    if params:
        w.put(params_source(params) + "\n")


def _captured(w: ExactWriter, nodes: list[Node]) -> str:
    """Return the source of inline nodes and groups by itself.

    The caller appends it to `out`: it stands even if nothing can follow it.
    """
    out, w.out = w.out, []
    stopped = w.stopped
    _mixed(w, nodes)
    source = "".join(w.out)
    w.out = out
    return "" if stopped else source


def _mixed(w: ExactWriter, nodes: list[Node]) -> None:
    run: list[Node] = []
    for node in nodes:
        if isinstance(node, n.Group):
            if run:
                w.inline(run)
                run = []
                if w.last in ("url", "word"):
                    # A blank that belongs to the group.
                    w.put(" ")
                elif w.last == "blank":
                    w.put("^^^^")
            _group(w, node)
        else:
            run.append(node)
    if run:
        w.inline(run)


def _paragraph(w: ExactWriter, node: n.Paragraph) -> None:
    _params(w, node.params)
    first = _first_leaf(node)
    if isinstance(first, n.Verbatim) and first.params:
        # Parameters of a verbatim that text follows at once.
        _leaf(w, first)
        w.printed = first
    source = _captured(w, node.children)
    if source.startswith("{{"):
        # A macro that is all there is would be a block.
        source = "(%%)" + source
    w.out.append(source or ("" if w.stopped else "~"))


def _figure(w: ExactWriter, node: n.Figure) -> None:
    params = dict(node.params)
    classes = params.get("class") or ""
    if classes == "image":
        del params["class"]
    else:
        params["class"] = classes.removesuffix(" image")
    _params(w, params)
    image, caption = node.children
    assert isinstance(caption, n.FigureCaption)
    inner = image.children[0] if isinstance(image, n.Link) else image
    assert isinstance(inner, n.Image)
    label = exact_source(caption.children, w.syntax)
    source = link_source(label, "image:", inner.reference, inner.params, w.syntax)
    if isinstance(image, n.Link):
        source = link_source(source, "", image.reference, image.params, w.syntax)
    w.put(source)


def _label(w: ExactWriter, nodes: list[Node]) -> str:
    """Return the source of a link's label: it begins within a line."""
    writer = ExactWriter(w.syntax, _label)
    flat = _flat(nodes)
    first = flat[0] if flat else None
    starts_inline = isinstance(first, n.Paragraph) and not first.params
    if isinstance(first, n.Paragraph) and starts_inline:
        _mixed(writer, first.children)
    if not starts_inline or len(flat) > 1:
        _blocks(writer, flat[starts_inline:], "\n\n")
    return "".join(writer.out)


def _group(w: ExactWriter, node: n.Group) -> None:
    if node.params:
        w.put(params_source(node.params))
    w.put("(((")
    w.put(")))" if _blocks(w, node.children, "\n") else "\n)))")


def _items(w: ExactWriter, node: n.List | n.DefinitionList, marks: str, definitions: str) -> None:
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
                w.put("\n")
            # Numbers need a dot.
            w.put(f"{inner_marks}{'.' if '1' in inner_marks else ''}{inner_definitions} ")
            w.out.append(_captured(w, content) or ("" if w.stopped else "~"))
        for number, inner in enumerate(lists):
            if content or index or number:
                w.put("\n")
            _params(w, inner.params)
            _items(w, inner, inner_marks, inner_definitions.replace(";", ":"))


def _table(w: ExactWriter, node: n.Table) -> None:
    _params(w, node.params)
    for index, row in enumerate(node.children):
        assert isinstance(row, n.TableRow)
        if index:
            w.put("\n")
        if row.params:
            w.put(params_source(row.params))
        for cell in row.children:
            assert isinstance(cell, n.TableCell)
            w.put("|=" if cell.head else "|")
            source = _captured(w, cell.children)
            if not source and cell is row.children[-1] and not w.stopped:
                source = "~"
            if cell.params or source.startswith("(%"):
                # Parameters that come first are the cell's.
                source = params_source(cell.params) + source
            w.out.append(source)


def _quotation(w: ExactWriter, node: n.Quotation, depth: int) -> None:
    for index, line in enumerate(node.children):
        assert isinstance(line, n.Parent)
        if index:
            w.put("\n")
        inner = [child for child in line.children if isinstance(child, n.Quotation)]
        content = [child for child in line.children if not isinstance(child, n.Quotation)]
        w.put(">" * depth)
        w.out.append(_captured(w, content))
        for deeper in inner:
            w.put("\n")
            _quotation(w, deeper, depth + 1)


def _first_leaf(node: n.Parent) -> Node | None:
    """Return the first node of a paragraph that is no format."""
    while node.children:
        first = node.children[0]
        if not isinstance(first, n.FormatSpan):
            return first
        node = first
    return None


def _flat(nodes: list[Node]) -> list[Node]:
    """Return blocks without sections, inline nodes between them put into paragraphs."""
    flat: list[Node] = []
    run: n.Paragraph | None = None
    for node in nodes:
        if isinstance(node, n.OutlineSection | n.MacroContent):
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
