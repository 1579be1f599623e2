"""Import from a living wiki: its REST API first, its viewers where REST does not reach."""

from importers.rest.importer import Rest

__all__ = ["Rest"]
