"""XAR: the file that an XWiki's administration exports, with the whole history."""

from importers.xar.importer import Xar

__all__ = ["Xar"]
