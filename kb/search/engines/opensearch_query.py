"""Plans and bags as OpenSearch's queries."""

from __future__ import annotations

from typing import Any

from kb.search.protocol import EngineRequest
from kb.search.query.translate import QueryForms, translated

_ORDERS = {"newest": ("day", "desc"), "oldest": ("day", "asc"), "number": ("number", "asc")}


def body_of(request: EngineRequest) -> dict[str, Any]:
    """Write the search request: what fits the plan, scored by the bag alone."""
    scored = [_row(c.stream, c.terms, c.weight) for c in request.bag]
    least = 1 if request.some else 0
    wanted = [translated(request.plan, _FORMS)]
    fits = {"filter": wanted, "should": scored, "minimum_should_match": least}
    body: dict[str, Any] = {
        "query": {"bool": fits},
        "from": request.offset,
        "size": request.limit,
        "track_total_hits": True,
        "_source": ["document"],
    }
    if request.sort != "relevance":
        field, order = _ORDERS[request.sort]
        body["sort"] = [{field: {"order": order, "missing": "_last"}}]
    if request.facets:
        body["aggs"] = {"f": {"terms": {"field": "facets", "size": 1000}}}
    return body


def _row(field: str, terms: tuple[str, ...], weight: float = 1.0) -> dict[str, Any]:
    if len(terms) > 1:
        return {"match_phrase": {field: {"query": " ".join(terms), "boost": weight}}}
    return {"term": {field: {"value": terms[0], "boost": weight}}}


def _span(field: str, low: int, high: int | None) -> dict[str, Any]:
    return {"range": {field: {"gte": low} if high is None else {"gte": low, "lte": high}}}


_FORMS: QueryForms[dict[str, Any]] = QueryForms(
    nothing=lambda: {"match_none": {}},
    row=_row,
    beginning=lambda field, text: {"prefix": {field: {"value": text}}},
    near=lambda field, text, edits: {"fuzzy": {field: {"value": text, "fuzziness": edits}}},
    span=_span,
    every=lambda wanted, missing: {"bool": {"filter": wanted, "must_not": missing}},
    some=lambda wanted, least: {"bool": {"should": wanted, "minimum_should_match": least}},
)
