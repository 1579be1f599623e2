"""Writing the records in open formats, each a function in a registry."""

from kb.export.formats import FORMATS, Exporter

__all__ = ["FORMATS", "Exporter"]
