"""`parse`: from source to tree."""

from __future__ import annotations

from kb.markup.parser.blocks import Parser
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Document, Node

SYNTAXES = ("xwiki/2.0", "xwiki/2.1")


def parse(source: str, syntax: str = "xwiki/2.1", *, wiki: bool = True) -> Document:
    """The tree of a page's `source`; any text has one.

    Args:
        source: the page's content, as stored.
        syntax: "xwiki/2.0" or "xwiki/2.1"; they differ in how links are written.
        wiki: False reads every reference as a URL, as XWiki does outside a wiki.
    """
    if syntax not in SYNTAXES:
        raise ValueError(f"not an XWiki 2.x syntax: {syntax!r}")
    ids: dict[str, int] = {}
    blocks = Parser(source, syntax, wiki, ids, 0, 0).page()
    return Document(source, syntax, blocks, ids, wiki)


def open_up(nodes: list[Node], out: list[Node]) -> None:
    """Collect `nodes` in `out`, with the content of paragraphs and sections in their place."""
    for node in nodes:
        if isinstance(node, n.Paragraph | n.Section):
            open_up(node.children, out)
        elif isinstance(node, n.Parent):
            inner: list[Node] = []
            open_up(node.children, inner)
            node.children = inner
            out.append(node)
        else:
            if isinstance(node, n.Macro):
                node.inline = True
            out.append(node)


def drop_first_space(nodes: list[Node]) -> bool:
    """Remove the first space of any text; whether there was one."""
    for index, node in enumerate(nodes):
        if isinstance(node, n.Text):
            if " " not in node.text:
                continue
            node.text = node.text.replace(" ", "", 1)
            if not node.text:
                del nodes[index]
            return True
        if isinstance(node, n.Parent) and drop_first_space(node.children):
            if isinstance(node, n.FormatSpan) and not node.children:
                del nodes[index]
            return True
    return False
