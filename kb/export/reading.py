"""A page's source as a tree: what it links to, and what in it can be linked to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.archive import PageView
from kb.markup.syntaxes import read_page
from kb.markup.tree.nodes import Anchor, Document, Heading, Image, Link, Node, Parent

_HTML_ID = re.compile(r"""\b(?:id|name)\s?=\s?["']?([^\s"'<>=]{1,200})""")


def tree_of(page: PageView) -> Document:
    """The page's source as a tree, its macros expanded as far as they run here."""
    return read_page(page.source, page.syntax, page=page.id.page).document


def may_link_to_anchors(page: PageView) -> bool:
    """False where the source cannot have a link to a place within another page."""
    source = page.source
    return "[" in source and ("#" in source or "anchor" in source)


def links_of(document: Document) -> Iterator[Link | Image]:
    """All links and images of a tree."""
    return (node for node in _nodes(document) if isinstance(node, Link | Image))


def places_in(document: Document) -> frozenset[str]:
    """The places of a page that a link can name."""
    found: set[str] = {match[1] for match in _HTML_ID.finditer(document.source)}
    for node in _nodes(document):
        if isinstance(node, Heading):
            found.add(node.params.get("id") or node.id)
        elif isinstance(node, Anchor):
            found.add(node.name)
        elif isinstance(node, Image) and node.id:
            found.add(node.id)
    return frozenset(found)


def _nodes(document: Document) -> Iterator[Node]:
    stack: list[Node] = [document]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, Parent):
            stack += node.children
