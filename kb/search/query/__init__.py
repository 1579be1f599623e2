"""The one query language: `parse` gives a tree; kb.search.query.plan says it in terms."""

from kb.search.query.names import FieldNames
from kb.search.query.nodes import Note, Query
from kb.search.query.parser import parse

__all__ = ["FieldNames", "Note", "Query", "parse"]
