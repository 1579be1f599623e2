"""`parse`, from source to tree; and text within text: captions, labels, what macros hold."""

from __future__ import annotations

from typing import Final

from kb.markup.parser.blocks import read_blocks, read_document, read_lines
from kb.markup.parser.state import PageScope, ParserState
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import NO_PARAMS, Document, Node

SYNTAXES: Final = ("xwiki/2.0", "xwiki/2.1")


def parse(source: str, syntax: str = "xwiki/2.1", *, wiki: bool = True) -> Document:
    """Return the tree of a page's `source`; any text has one.

    Macros are leaves of it until `expand` runs them. Time grows linearly with the source.

    Args:
        source: the page's content, as stored.
        syntax: "xwiki/2.0" or "xwiki/2.1"; they differ in how links are written.
        wiki: False reads every reference as a URL, as XWiki does outside a wiki.

    Raises:
        ValueError: for any other syntax; `read_page` takes those that a wiki may name.
    """
    if syntax not in SYNTAXES:
        raise ValueError(f"not an XWiki 2.x syntax: {syntax!r}")
    ids: dict[str, int] = {}
    blocks = _parse_blocks(source, 0, 0, PageScope(syntax, wiki, ids, _parse_blocks, _parse_label))
    return Document(0, blocks, source, syntax, ids, wiki)


def parse_within(document: Document, content: str, pos: int, depth: int, syntax: str) -> list[Node]:
    """Return the blocks of `content`, which stands at `pos` of the page's source.

    Ids go on from those that the page has given; `depth` says how many nodes will be around.
    """
    scope = PageScope(syntax, document.wiki, document.ids, _parse_blocks, _parse_label)
    return _parse_blocks(content, pos, depth, scope)


def _parse_blocks(text: str, pos: int, depth: int, scope: PageScope) -> list[Node]:
    state = ParserState(text, pos, depth, scope)
    read_document(state)
    return state.root


def _parse_label(label: str, pos: int, depth: int, scope: PageScope) -> list[Node]:
    """Return a label's nodes: it never begins a block, and its paragraphs are opened up."""
    state = ParserState(label, pos, depth, scope)
    state.at_line_start = False
    state.builder.begin_paragraph(pos, NO_PARAMS)
    state.builder.in_label = True
    read_lines(state)
    state.builder.end_paragraph()
    read_blocks(state)
    nodes: list[Node] = []
    _open_up(state.root, nodes)
    if label.lstrip(" \t").startswith("((("):
        _drop_first_space(nodes)
    return nodes


def _open_up(nodes: list[Node], out: list[Node]) -> None:
    """Collect `nodes` in `out`, with the content of paragraphs and sections in their place."""
    for node in nodes:
        if isinstance(node, n.Paragraph | n.OutlineSection):
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
    """Remove the first space of any text, and tell whether there was one."""
    for index, node in enumerate(nodes):
        if isinstance(node, n.Text):
            if " " not in node.text:
                continue
            node.text = node.text.replace(" ", "", 1)
            if not node.text:
                del nodes[index]
            return True
        if isinstance(node, n.Parent) and _drop_first_space(node.children):
            if isinstance(node, n.FormatSpan) and not node.children:
                del nodes[index]
            return True
    return False
