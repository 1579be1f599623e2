"""Whole names of a document as terms: `speaker=令`, and the facets among them."""

from __future__ import annotations

from collections.abc import Iterator

from kb.search.document import SCOPED, Document
from kb.text.fold import fold_text

FACETS = ("kind", "status", "station", "engineer", "speaker", "lang", "year")
"""Names whose values are counted over all that was found."""


def names_of(document: Document) -> Iterator[str]:
    """Each name once: the document's own, its kind and year, its fields' labels."""
    found = [f"{field}={fold_text(value).strip()}" for field, value in document.names]
    found.append(f"kind={document.kind}")
    if document.day is not None:
        found.append(f"year={document.day // 10000}")
    found.extend(
        f"label={text.name}\t{text.label}"
        for text in document.texts
        if text.label and text.name not in SCOPED
    )
    return iter(dict.fromkeys(found))


def facets_of(document: Document) -> Iterator[tuple[str, str]]:
    """(facet, value) of the document, each once, values as they were written."""
    found = [(name, value.strip()) for name, value in document.names if name in FACETS]
    found.append(("kind", document.kind))
    if document.day is not None:
        found.append(("year", str(document.day // 10000)))
    return iter(dict.fromkeys(found))
