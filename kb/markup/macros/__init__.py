"""Macros: a registry of what each name does, and `expand`, which puts it into the tree."""

from kb.markup.macros.builtin import builtin_registry
from kb.markup.macros.expand import expand
from kb.markup.macros.registry import MacroContext, MacroError, Registry

__all__ = ["MacroContext", "MacroError", "Registry", "builtin_registry", "expand"]
