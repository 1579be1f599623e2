"""The one query language: `parse` gives a tree, `plan` what must be there, `score` what counts."""

from kb.search.query.fields import FieldNames
from kb.search.query.query_parser import parse
from kb.search.query.query_tree import Query, QueryNote

__all__ = ["FieldNames", "Query", "QueryNote", "parse"]
