"""Macros: a registry of what each name does, and `expand`, which puts it into the tree."""

from kb.markup.macros.catalogue import builtin_registry, wiki_registry
from kb.markup.macros.expand import expand
from kb.markup.macros.pages import PageLink, PageText, WikiPages
from kb.markup.macros.registry import MacroContext, MacroError, MacroRegistry

__all__ = [
    "MacroContext", "MacroError", "MacroRegistry", "PageLink", "PageText", "WikiPages",
    "builtin_registry", "expand", "wiki_registry",
]  # fmt: skip
