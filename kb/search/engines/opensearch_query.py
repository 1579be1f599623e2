"""Plans and bags as OpenSearch's queries."""

from __future__ import annotations

from typing import Any

from kb.search.protocol import EngineRequest
from kb.search.query.plan import (
    Adjacent,
    All,
    AnyOf,
    Beginning,
    Near,
    NumberRange,
    Plan,
    WholeName,
    Without,
)

_ORDERS = {
    "newest": [{"day": {"order": "desc", "missing": "_last"}}],
    "oldest": [{"day": {"order": "asc", "missing": "_last"}}],
    "number": [{"number": {"order": "asc", "missing": "_last"}}],
}


def body_of(request: EngineRequest) -> dict[str, Any]:
    """Write the search request: what fits the plan, scored by the bag alone."""
    scored = [_row(c.stream, c.terms, c.weight) for c in request.bag]
    least = 1 if request.some else 0
    fits = {"filter": [_query(request.plan)], "should": scored, "minimum_should_match": least}
    body: dict[str, Any] = {
        "query": {"bool": fits},
        "from": request.offset,
        "size": request.limit,
        "track_total_hits": True,
        "_source": ["document"],
    }
    if request.sort != "relevance":
        body["sort"] = _ORDERS[request.sort]
    if request.facets:
        body["aggs"] = {"f": {"terms": {"field": "facets", "size": 1000}}}
    return body


def _row(stream: str, terms: tuple[str, ...], weight: float = 1.0) -> dict[str, Any]:
    if len(terms) > 1:
        return {"match_phrase": {stream: {"query": " ".join(terms), "boost": weight}}}
    if terms:
        return {"term": {stream: {"value": terms[0], "boost": weight}}}
    return {"match_none": {}}


def _query(plan: Plan) -> dict[str, Any]:
    match plan:
        case Adjacent(stream, terms):
            return _row(stream, terms)
        case Beginning(stream, text):
            return {"prefix": {stream: {"value": text}}}
        case Near(stream, text, edits):
            return {"fuzzy": {stream: {"value": text, "fuzziness": edits}}}
        case WholeName(field, value, star):
            text = f"{field}={value}"
            return {"prefix": {"names": text}} if star else {"term": {"names": text}}
        case NumberRange(field, low, high):
            bounds = {"gte": low, "lte": high}
            given = {sign: int(bound) for sign, bound in bounds.items() if bound is not None}
            return {"range": {"day" if field == "date" else field: given}}
        case All(plans):
            wanted = [_query(p) for p in plans if not isinstance(p, Without)]
            missing = [_query(p.plan) for p in plans if isinstance(p, Without)]
            return {"bool": {"filter": wanted, "must_not": missing}}
        case AnyOf(plans, least):
            wanted = [_query(p) for p in plans]
            if not wanted:
                return {"match_none": {}}
            return {"bool": {"should": wanted, "minimum_should_match": least}}
        case Without(inner):
            return {"bool": {"must_not": [_query(inner)]}}
