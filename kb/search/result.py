"""The answer to a query as JSON, the same from the command and from the API."""

from __future__ import annotations

from typing import Any

import msgspec

from kb.search.find import Hit, Hits


def to_json(hits: Hits) -> bytes:
    """One object in UTF-8, indented, ending in a newline."""
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
    document = hit.document
    why = [{"part": part, "score": round(score, 4)} for part, score in hit.why]
    return {
        **({"why": why} if why else {}),
        "id": document.id,
        "kind": document.kind,
        "score": round(hit.score, 4),
        "title": document.title,
        "date": iso_day(document.day),
        "names": {name: _all(document.names, name) for name in dict(document.names)},
        "highlights": [
            {"field": h.name, "label": h.label, "text": h.text, "spans": h.spans}
            for h in hit.highlights
        ],
    }


def _all(names: tuple[tuple[str, str], ...], wanted: str) -> list[str]:
    return [value for name, value in names if name == wanted]


def iso_day(day: int | None) -> str | None:
    """`20200407` → `2020-04-07`."""
    return None if day is None else f"{day // 10000:04}-{day // 100 % 100:02}-{day % 100:02}"
