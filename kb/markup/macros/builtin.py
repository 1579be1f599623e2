"""The macros that XWiki's rendering engine brings."""

from __future__ import annotations

from kb.markup.macros import boxes, footnotes, html, small, toc
from kb.markup.macros.registry import Registry


def builtin_registry() -> Registry:
    """A new registry with all of them."""
    registry = Registry()
    for module in (boxes, footnotes, html, small, toc):
        module.register(registry)
    return registry
