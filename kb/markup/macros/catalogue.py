"""Which macros are known: XWiki's own, and all that this project shows."""

from __future__ import annotations

from functools import cache

from kb.markup.macros import boxes, code, html, late, links, pages
from kb.markup.macros.pages import WikiPages
from kb.markup.macros.registry import MacroRegistry


def builtin_registry() -> MacroRegistry:
    """Return a new registry with the macros that XWiki's rendering engine brings."""
    registry = MacroRegistry()
    for module in (boxes, code, html, late):
        registry.update(module.MACROS)
    return registry


def wiki_registry(wiki: WikiPages | None = None, page: str = "") -> MacroRegistry:
    """Return a registry with all macros that this project knows, for rendering `page`.

    Nothing that runs code is among them. `include` and `display` take their pages from
    `wiki`; a page that includes itself, or takes in too much, is shown as its source.
    """
    registry = _without_pages().copy()
    if wiki is not None:
        pages.register(registry, wiki, page)
    return registry


@cache
def _without_pages() -> MacroRegistry:
    """Return all macros, for a wiki of whose pages nothing is known."""
    registry = builtin_registry()
    for module in (boxes, code, html, links):
        registry.update(module.EXTENSIONS)
    pages.register(registry, WikiPages(), "")
    return registry
