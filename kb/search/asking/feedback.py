"""Pseudo-relevance feedback for English: words that the best answers share count a little too.

What stands often in the first few documents, and seldom elsewhere, is asked for too. It finds
what says the same in other words. Chinese gains nothing by it (docs/search.md), so queries with
runs are left as they are; so are queries whose words must all be there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from kb.search.analysis.scripts import STEMS, stem
from kb.search.documents.search_document import SearchDocument
from kb.search.query.score import Bag, Clause, Counts, idf
from kb.text.fold import fold_text

BEST = 8
"""Documents that are looked at."""
MOST_TERMS = 25
WEIGHT = 0.4
"""Of the best term, beside 1 for the query's own."""
COMMON = 0.1
"""Terms in more than this share of all documents are left out."""
LONGEST = 4000
"""Characters of a document that are looked at."""
_WORDS = re.compile("[a-z]{2,40}")


def wants_feedback(bag: Bag) -> bool:
    """Whether the query is of words alone, and of more than one."""
    words = {clause.terms for clause in bag if clause.stream == "rel"}
    return len(words) > 1 and not any(clause.stream == "seq" for clause in bag)


def feedback(best: Sequence[tuple[float, SearchDocument]], bag: Bag, counts: Counts) -> Bag:
    """Make clauses of the terms that mark ``best``: scores and documents, best first."""
    rows = [(score, _terms(document)) for score, document in best if score > 0]
    own = {term for clause in bag for term in clause.terms}
    found = sorted({t for _, row in rows for t in row if t not in own and t not in STEMS})
    if not found:
        return ()
    documents, frequencies = counts("rel", found)
    rare = {
        term: idf(documents, frequency)
        for term, frequency in zip(found, frequencies, strict=True)
        if 2 <= frequency <= COMMON * documents
    }
    weights = _weights(rows, rare)
    chosen = sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_TERMS]
    return tuple(Clause("rel", (t,), WEIGHT * weight / chosen[0][1]) for t, weight in chosen)


def _terms(document: SearchDocument) -> Counter[str]:
    text = "\n".join(text.text for text in document.texts)[:LONGEST]
    return Counter(map(stem, _WORDS.findall(fold_text(text))))


def _weights(
    rows: Sequence[tuple[float, Counter[str]]], rare: dict[str, float]
) -> dict[str, float]:
    """Sum BM25 of each term over the documents, weighted by their scores."""
    usual = sum(row.total() for _, row in rows) / len(rows)
    weights: dict[str, float] = {}
    for score, row in rows:
        norm = 1.2 * (0.25 + 0.75 * row.total() / usual)
        for term, times in row.items():
            if term in rare:
                gain = score * rare[term] * times / (times + norm)
                weights[term] = weights.get(term, 0.0) + gain
    return weights
