"""More like this: the documents that share the rare words of one."""

from __future__ import annotations

from collections import Counter

from kb.search.analysis.scripts import IN_RUN, STEMS, is_function_word
from kb.search.analysis.streams import APART, streams
from kb.search.documents.search_document import SearchDocument
from kb.search.protocol import Engine, EngineAnswer, EngineRequest
from kb.search.query.plan import All
from kb.search.query.score import Bag, Clause, idf

MOST_TERMS = 40
COMMON = 0.3
"""Terms in more than this share of all documents tell nothing."""
LONGEST = 20_000
"""Characters of the document that are looked at."""


def like(engine: Engine, key: str, limit: int) -> EngineAnswer | None:
    """Find what resembles the document with that key, itself left out; None where there is none."""
    document = engine.get(key)
    if document is None:
        return None
    bag = marks_of(engine, document)
    if not bag:
        return EngineAnswer(0, ())
    answer = engine.ask(EngineRequest(plan=All(()), bag=bag, some=True, limit=limit + 1))
    others = tuple(found for found in answer.found if found.key != key)[:limit]
    return EngineAnswer(max(0, answer.total - 1), others)


def marks_of(engine: Engine, document: SearchDocument) -> Bag:
    """Choose terms that mark a document: often in it, seldom elsewhere, in one other at least."""
    text = "\n".join(text.text for text in document.texts)[:LONGEST]
    held = Counter(
        term
        for term in streams(text).rel
        if term != APART
        and term not in STEMS
        and not (IN_RUN.match(term) and any(map(is_function_word, term)))
    )
    terms = list(held)
    documents, frequencies = engine.counts("rel", terms)
    weights = {
        term: held[term] / (held[term] + 1.2) * idf(documents, frequency)
        for term, frequency in zip(terms, frequencies, strict=True)
        if 2 <= frequency <= max(2, COMMON * documents)
    }
    best = sorted(weights, key=lambda term: (-weights[term], term))[:MOST_TERMS]
    return tuple(Clause("rel", (term,), weights[term] / weights[best[0]]) for term in best)
