"""Macros that need the wiki's other pages, and those of extensions that many wikis have."""

from kb.markup.macros.wiki.pages import NoPages, PageEntry, Pages, PageText
from kb.markup.macros.wiki.registry import wiki_registry

__all__ = ["NoPages", "PageEntry", "PageText", "Pages", "wiki_registry"]
