"""The registry for showing the pages of a wiki."""

from __future__ import annotations

from functools import cache

from kb.markup.macros.builtin import builtin_registry
from kb.markup.macros.registry import Registry
from kb.markup.macros.wiki import files, frames, html, issues, listings, people, sources
from kb.markup.macros.wiki.include import Including
from kb.markup.macros.wiki.pages import NoPages, Pages


def wiki_registry(pages: Pages | None = None, page: str = "") -> Registry:
    """All macros that this project knows, for rendering `page`.

    Nothing that runs code is among them. `include` and `display` take their pages from
    `pages`; what includes itself, or takes too much, is shown as its source.
    """
    registry = _alone().copy()
    if pages is not None:
        listings.register(registry, pages, page)
        Including(pages, page).register(registry)
    return registry


@cache
def _alone() -> Registry:
    """The macros for a wiki of whose pages nothing is known."""
    registry = builtin_registry()
    for module in (files, frames, html, issues, people, sources):
        module.register(registry)
    nothing = NoPages()
    listings.register(registry, nothing, "")
    Including(nothing, "").register(registry)
    return registry
