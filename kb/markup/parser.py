"""`parse`: from source to tree."""

from __future__ import annotations

from kb.markup.blocks import Parser
from kb.markup.nodes import Document

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
