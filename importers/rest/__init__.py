"""Import from a living wiki: by its REST API, and by its viewers where REST fails."""

from importers.rest.importer import Rest

__all__ = ["Rest"]
