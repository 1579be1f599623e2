"""Casebook: an old XWiki's case pages as a searchable knowledge base that lasts."""

__version__ = "0.1.0"
