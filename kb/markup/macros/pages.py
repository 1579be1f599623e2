"""The wiki's other pages as macros ask for them, and the macros that list them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kb.markup.macros.registry import MacroContext, MacroError, MacroRegistry
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node, Params


class PageText(NamedTuple):
    """A page to include."""

    reference: str
    """Its whole local reference."""
    source: str
    syntax: str


class PageLink(NamedTuple):
    """A page in a list."""

    reference: str
    """Its whole local reference."""
    title: str


class WikiPages:
    """What macros ask of a wiki, here one without other pages; references are relative to `base`.

    Who knows pages derives from it.
    """

    def text(self, reference: str, base: str) -> PageText | None:
        """Return the newest text of a page; None if there is no such page."""
        return None

    def children(self, reference: str, base: str) -> Sequence[PageLink]:
        """Return the pages right below a page, in the order to show them."""
        return ()

    def documents(self, query: Params, base: str) -> Sequence[PageLink] | None:
        """Return the pages that a `documents` macro asks for; None if nobody can say."""
        return None


def register(registry: MacroRegistry, pages: WikiPages, page: str) -> None:
    """Add the lists, as `pages` answers for `page`."""

    def children(macro: n.Macro, _context: MacroContext) -> list[Node]:
        reference = macro.params.get("reference") or macro.params.get("page") or page
        return _entries(macro, pages.children(reference, page))

    def documents(macro: n.Macro, _context: MacroContext) -> list[Node]:
        found = pages.documents(macro.params, page)
        if found is None:
            raise MacroError("this list cannot be made from the archive")
        return _entries(macro, found[: _count(macro)])

    def tree(macro: n.Macro, _context: MacroContext) -> list[Node]:
        root = (macro.params.get("root") or "").removeprefix("document:")
        if not root and macro.params.get("root") is not None:
            raise MacroError("this tree cannot be made from the archive")
        return _entries(macro, pages.children(root or page, page))

    registry.add("children", children, inline=False)
    registry.add("documents", documents, inline=False)
    registry.add("documentTree", tree, inline=False)


def _count(macro: n.Macro) -> int | None:
    count = macro.params.get("count") or ""
    return int(count) if count.isascii() and count.isdigit() and len(count) < 9 else None


def _entries(macro: n.Macro, entries: Sequence[PageLink]) -> list[Node]:
    """Return a list of links to pages; none for an empty one."""
    pos = macro.pos
    items: list[Node] = []
    for entry in entries:
        reference = n.ResourceReference("doc", entry.reference, True)
        label: list[Node] = [n.Text(pos, entry.title or entry.reference)]
        link = n.Link(pos, label, n.NO_PARAMS, reference, False)
        items.append(n.ListItem(pos, [link], n.NO_PARAMS))
    return [n.List(pos, items, n.NO_PARAMS, False)] if items else []
