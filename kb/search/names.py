"""Whole names of a document as terms: `speaker=令`, and the facets among them."""

from __future__ import annotations

from collections.abc import Iterator

from kb.search.analysis.fold import fold_text
from kb.search.document import SCOPED, Document


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
