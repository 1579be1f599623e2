"""A document as the fields that every engine indexes: streams of terms, whole names, facets.

`streams_of` gives `seq`, `rel` and `num` (kb.search.analysis.streams) over all texts, and

========  ====================================================================================
head      `rel` and characters of the texts that tell what the document is about: `HEAD`
scoped    terms of each text whose name is none of `SCOPED`, `name=` before each, in the order of
          the three streams
========  ====================================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kb.search.analysis.streams import APART, Streams, streams
from kb.search.documents.search_document import HEAD, SCOPED, SearchDocument
from kb.text.fold import fold_text


def streams_of(document: SearchDocument) -> dict[str, str]:
    """Make the five streams: name → terms joined by single spaces, over all texts."""
    whole, head = Streams([], [], []), Streams([], [], [])
    scoped: list[str] = []
    for text in document.texts:
        part = streams(text.text)
        whole.extend(part)
        if text.name in HEAD:
            head.extend(part)
        if text.name not in SCOPED:
            scoped.extend(scoped_terms(text.name, part))
    made = {**whole._asdict(), "head": [*head.seq, *head.rel], "scoped": scoped}
    return {name: " ".join(terms) for name, terms in made.items()}


def scoped_terms(name: str, part: Streams) -> Iterator[str]:
    """Yield the terms of one text under its name, separated from the text before."""
    yield APART
    for row in part:
        yield from prefixed(name, row)
        yield APART


def prefixed(name: str, terms: Iterable[str]) -> Iterator[str]:
    """Put ``name=`` before each term."""
    return (f"{name}={term}" for term in terms)


FACETS = ("kind", "status", "station", "engineer", "speaker", "lang", "year")
"""Names whose values are counted over all that was found."""


def names_of(document: SearchDocument) -> Iterator[str]:
    """Yield each whole name once: `field=value` folded, its kind and year, its fields' labels."""
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


def labels_in(names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Read (name, label) pairs back from whole names that are labels of fields."""
    pairs = (name.removeprefix("label=").partition("\t") for name in names)
    return tuple((name, label) for name, _, label in pairs)


def numbers_of(document: SearchDocument) -> dict[str, int]:
    """Return `day` and `number`, each where the document has it."""
    numbers = {"day": document.day, "number": document.number}
    return {name: value for name, value in numbers.items() if value is not None}


def facet_counts(counts: Iterable[tuple[str, int]]) -> dict[str, dict[str, int]]:
    """Sort counts of `facet=value` into facets: facet → value → documents that have it."""
    facets: dict[str, dict[str, int]] = {}
    for pair, count in counts:
        name, _, value = pair.partition("=")
        facets.setdefault(name, {})[value] = count
    return facets


def facets_of(document: SearchDocument) -> Iterator[tuple[str, str]]:
    """Yield (facet, value) pairs of the document, each once, values as they were written."""
    found = [(name, value.strip()) for name, value in document.names if name in FACETS]
    found.append(("kind", document.kind))
    if document.day is not None:
        found.append(("year", str(document.day // 10000)))
    return iter(dict.fromkeys(found))
