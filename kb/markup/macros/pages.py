"""Macros that list or include other pages: children, documents, documentTree, include, display."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kb.markup.macros.expand import expand
from kb.markup.macros.registry import MacroContext, MacroError, MacroRegistry
from kb.markup.parser import SYNTAXES, parse_within
from kb.markup.parser.link_references import ATTACHMENT_TYPES, DOCUMENT_TYPES
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node, Params, descendants


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
    """Add the lists, `include` and `display`, as `pages` answers for `page`."""

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
    IncludeMacro(pages, page).register(registry)


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


MAX_CHAIN = 8
"""Pages that include pages that include …."""
MAX_PAGES = 300
"""Pages that one page takes in, directly or not."""
MAX_CHARACTERS = 4_000_000
"""What all of them may hold."""
BASE = "baseReference"
"""Parameter of the references in an included page: the page they are relative to."""

_RELATIVE = (*DOCUMENT_TYPES, *ATTACHMENT_TYPES)


class _InclusionBudget:
    """What is left for all inclusions of a page."""

    def __init__(self) -> None:
        self.pages = MAX_PAGES
        self.characters = MAX_CHARACTERS

    def spend(self, characters: int) -> None:
        self.pages -= 1
        self.characters -= characters
        if self.pages < 0 or self.characters < 0:
            raise MacroError("too much is included")


class IncludeMacro:
    """The include and display macros of a page, and of the pages that it includes."""

    def __init__(
        self,
        pages: WikiPages,
        page: str,
        chain: tuple[str, ...] = (),
        budget: _InclusionBudget | None = None,
        registry: MacroRegistry | None = None,
    ) -> None:
        self.pages = pages
        self.page = page
        self.chain = (*chain, page)
        self.budget = budget or _InclusionBudget()
        self.registry = registry

    def register(self, registry: MacroRegistry) -> None:
        """Add the macros to `registry`, which also serves the included pages."""
        self.registry = registry
        registry.add("include", self.include, inline=False)
        registry.add("display", self.include, inline=False)

    def include(self, macro: n.Macro, context: MacroContext) -> list[Node]:
        """Return the blocks of the page that the macro names."""
        params = macro.params
        name = params.get("reference") or params.get("page") or params.get("document")
        if not name:
            raise MacroError("no page is named")
        found = self.pages.text(name, self.page)
        if found is None:
            raise MacroError(f"there is no page {name}")
        self._check(found)
        nodes = self._blocks(found, context)
        section = params.get("section")
        if section:
            nodes = _section(nodes, section)
        if (params.get("excludeFirstHeading") or "").lower() == "true":
            _drop_first_heading(nodes)
        _adopt(nodes, macro.pos, found.reference)
        return nodes

    def _check(self, found: PageText) -> None:
        if found.reference in self.chain:
            raise MacroError(f"the page {found.reference} includes itself")
        if len(self.chain) >= MAX_CHAIN:
            raise MacroError("pages include each other too deeply")
        if found.syntax not in SYNTAXES:
            raise MacroError(f"a page in {found.syntax} is not included")
        self.budget.spend(len(found.source))

    def _blocks(self, found: PageText, context: MacroContext) -> list[Node]:
        """Return the page's blocks with its own macros run, its headings' ids unlike those here."""
        assert self.registry is not None
        host = context.document
        nodes = parse_within(host, found.source, 0, context.depth, found.syntax)
        document = n.Document(0, nodes, found.source, found.syntax, host.ids, host.wiki)
        inner = IncludeMacro(self.pages, found.reference, self.chain, self.budget)
        registry = self.registry.copy()
        inner.register(registry)
        return expand(document, registry).children


def _section(nodes: list[Node], section: str) -> list[Node]:
    """Return the section whose heading has the id `section`, with its heading."""
    for node in descendants(nodes):
        first = node.children[0] if isinstance(node, n.OutlineSection) and node.children else None
        if isinstance(first, n.Heading) and section in (first.id, first.params.get("id")):
            return [node]
    raise MacroError(f"there is no section {section}")


def _drop_first_heading(nodes: list[Node]) -> None:
    while nodes and isinstance(nodes[0], n.OutlineSection):
        nodes = nodes[0].children
    if nodes and isinstance(nodes[0], n.Heading):
        del nodes[0]


def _adopt(nodes: list[Node], pos: int, page: str) -> None:
    """Put included nodes in the including macro's place, their links relative to `page`."""
    for node in descendants(nodes):
        node.pos = pos
        if isinstance(node, n.Link | n.Image) and node.reference.type in _RELATIVE:
            node.reference.parameters.setdefault(BASE, page)
