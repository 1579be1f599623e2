"""Finding cases, pages and the text of files: one analysis, one query language, several engines.

The way of a query: `query` (text → tree → what must be there, and what counts for the score),
`protocol` (what an engine is), `engines`, `asking` (ask, loosen, highlight, suggest). The way of a
document: `documents` (what is indexed, of what), `analysis` (text → terms), `index` (kept fresh on
disk). `service` puts both together for a home.
"""

from kb.search.asking.hits import Highlight, Hit, Hits, SearchOptions
from kb.search.query.query_tree import QueryNote

__all__ = ["Highlight", "Hit", "Hits", "QueryNote", "SearchOptions"]
