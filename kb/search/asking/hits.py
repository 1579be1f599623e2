"""What a search gives: hits with the places of the query's words, notes, facets, suggestions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeAlias

import msgspec

from kb.search.documents.search_document import DocumentKind, SearchDocument, SortOrder
from kb.search.query.query_tree import QueryNote

MatchMode: TypeAlias = Literal["all", "any", "auto"]


class SearchOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to answer a query."""

    limit: int = 10
    """Hits at most."""
    offset: int = 0
    """Hits that are passed over first."""
    sort: SortOrder = "relevance"
    match: MatchMode = "auto"
    """auto: all words; where nothing has all, any, with a note."""
    facets: bool = False
    """Count `kb.search.documents.fields.FACETS` over all that was found."""
    highlight: bool = True
    """Say where the words stand."""
    explain: bool = False
    """Say of each hit what gave it its score."""


class Highlight(msgspec.Struct, frozen=True):
    """A piece of a text and where in it the query's words stand."""

    name: str
    """Name of the text: `problem`, `turn`, a field's name, …"""
    label: str
    """What people see it called; may be empty."""
    text: str
    """The piece as it was written, cut between characters."""
    spans: tuple[tuple[int, int], ...]
    """Start and end within ``text``, end exclusive; sorted, apart from each other, never empty."""


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A case, page or file text that was found."""

    id: str
    """What people call it: a case's id, a page's reference."""
    kind: DocumentKind
    """case, page (with the text of its files), or old: lines that a page no longer has."""
    title: str
    score: float
    """Greater is better; comparable within one answer only, 0 where another order was asked for."""
    url: str | None
    """Where its page stands in the wiki, if that is known."""
    highlights: tuple[Highlight, ...]
    """At most three, in reading order."""
    why: tuple[tuple[str, float], ...] = ()
    """What each part of the query gave to the score, most first, where that was asked for."""
    document: SearchDocument
    """All that is indexed of it: its key, texts, names, day, number."""


class Hits(msgspec.Struct, frozen=True):
    """The answer to a query. Iterates over its hits."""

    query: str
    """What was asked, as it was understood."""
    total: int
    """How many there are in all, beyond ``limit`` too."""
    hits: tuple[Hit, ...]
    """Best first, or in the order that was asked for."""
    notes: tuple[QueryNote, ...]
    """What the asker should know: of the query's form, and when it was answered more loosely."""
    facets: Mapping[str, Mapping[str, int]] = {}
    """Facet → value → how many of all that was found; empty unless asked for."""
    suggestions: tuple[str, ...] = ()
    """Queries that find something, where this one finds nothing or a word of it is nowhere."""

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        """How many are here, of ``total``."""
        return len(self.hits)


def to_json(hits: Hits) -> bytes:
    """Encode the answer as `kb search --json` and the API print it.

    One object in UTF-8, indented, ending in a newline.
    """
    found = {
        "query": hits.query,
        "total": hits.total,
        "notes": [{"code": note.code, "detail": note.detail} for note in hits.notes],
        "hits": [_hit(hit) for hit in hits.hits],
        "facets": hits.facets,
        "suggestions": hits.suggestions,
    }
    return msgspec.json.format(msgspec.json.encode(found)) + b"\n"


def _hit(hit: Hit) -> dict[str, Any]:
    names = hit.document.names
    why = [{"part": part, "score": round(score, 4)} for part, score in hit.why]
    return {
        **({"why": why} if why else {}),
        "id": hit.id,
        "kind": hit.kind,
        "score": round(hit.score, 4),
        "title": hit.title,
        "date": iso_day(hit.document.day),
        "names": {name: [v for n, v in names if n == name] for name in dict(names)},
        "highlights": [
            {"field": h.name, "label": h.label, "text": h.text, "spans": h.spans}
            for h in hit.highlights
        ],
    }


def iso_day(day: int | None) -> str | None:
    """`20200407` → `2020-04-07`."""
    return None if day is None else f"{day // 10000:04}-{day // 100 % 100:02}-{day % 100:02}"
