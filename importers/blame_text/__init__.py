"""Text dumps of XWiki's code viewer: copied from a browser, or made by a crawler."""

from importers.blame_text.importer import BlameText

__all__ = ["BlameText"]
