"""`parse`: from source to tree."""

from __future__ import annotations

from kb.markup.blocks import Parser
from kb.markup.nodes import Document, Node

SYNTAXES = ("xwiki/2.0", "xwiki/2.1")


def parse(source: str, syntax: str = "xwiki/2.1", *, wiki: bool = True) -> Document:
    """
    The tree of a page's `source`; any text has one.

    Args:
        source: the page's content, as stored.
        syntax: "xwiki/2.0" or "xwiki/2.1"; they differ in how links are written.
        wiki: False reads every reference as a URL, as XWiki does outside a wiki.
    """
    if syntax not in SYNTAXES:
        raise ValueError(f"not an XWiki 2.x syntax: {syntax!r}")
    ids: dict[str, int] = {}
    return Document(source, syntax, parse_blocks(source, syntax, wiki, ids, 0, 0), ids)


def parse_blocks(
    source: str, syntax: str, wiki: bool, ids: dict[str, int], base: int, depth: int
) -> list[Node]:
    """The blocks of wiki content within a page, which begins at offset `base` of the page."""
    return Parser(source, syntax, wiki, ids, base, depth).page()
