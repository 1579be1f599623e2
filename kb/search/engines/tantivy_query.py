"""Plans and bags as tantivy's queries."""

from __future__ import annotations

import re
from functools import partial

from tantivy import FieldType, Occur, Query, Schema, Searcher

from kb.search.protocol import EngineRequest
from kb.search.query.plan import All, implied
from kb.search.query.score import Clause, idf
from kb.search.query.translate import QueryForms, translated

MOST_EXPANSIONS = 1024
TELLING = 0.1
"""The inverse document frequency of what nine documents in ten have."""


def query_of(schema: Schema, searcher: Searcher, request: EngineRequest) -> Query:
    """Translate a request: what fits the plan, scored by the bag alone."""
    sure = implied(request.plan)
    telling = (c for c in request.bag if not _tells_nothing(searcher, c, sure))
    scored = [_clause(schema, clause, sure) for clause in telling]
    if request.some:
        any_of = Query.boolean_query(scored)
        if request.plan == All(()):
            return any_of
        scored = [(Occur.Must, any_of)]
    plan = translated(request.plan, _forms(schema, searcher))
    return Query.boolean_query([(Occur.Must, Query.const_score_query(plan, 0.0)), *scored])


def _forms(schema: Schema, searcher: Searcher) -> QueryForms[Query]:
    return QueryForms(
        nothing=Query.empty_query,
        row=partial(_row, schema),
        beginning=partial(_beginning, schema, searcher),
        near=partial(Query.fuzzy_term_query, schema),
        span=partial(_span, schema),
        every=_every,
        some=_some,
    )


def _row(schema: Schema, field: str, terms: tuple[str, ...]) -> Query:
    if len(terms) > 1:
        return Query.phrase_query(schema, field, list(terms))
    return Query.term_query(schema, field, terms[0])


def _beginning(schema: Schema, searcher: Searcher, field: str, text: str) -> Query:
    """Ask for any term that begins so; by a regular expression where there are very many."""
    found = searcher.terms_with_prefix(field, text, limit=MOST_EXPANSIONS)
    if len(found) < MOST_EXPANSIONS:
        return Query.term_set_query(schema, field, [term for term, _ in found])
    return Query.regex_query(schema, field, re.escape(text) + ".*")


def _span(schema: Schema, field: str, low: int, high: int | None) -> Query:
    top = 2**62 if high is None else high
    return Query.range_query(schema, field, FieldType.Unsigned, low, top)


def _every(wanted: list[Query], missing: list[Query]) -> Query:
    must = [(Occur.Must, query) for query in wanted or [Query.all_query()]]
    return Query.boolean_query([*must, *((Occur.MustNot, query) for query in missing)])


def _some(wanted: list[Query], least: int) -> Query:
    should = [(Occur.Should, query) for query in wanted]
    return Query.boolean_query(should, minimum_number_should_match=least)


def _tells_nothing(searcher: Searcher, clause: Clause, sure: frozenset[tuple[str, str]]) -> bool:
    """Whether to leave a clause out: nearly all have it, and the plan requires more."""
    if not sure or len(clause.terms) > 1:
        return False
    frequency = searcher.doc_freq(clause.stream, clause.terms[0])
    return idf(searcher.num_docs, frequency) < TELLING


def _clause(
    schema: Schema, clause: Clause, sure: frozenset[tuple[str, str]]
) -> tuple[Occur, Query]:
    """Translate a clause, required where the plan implies it, else optional.

    Tantivy intersects required terms by skipping, where it would visit each document that has
    an optional one.
    """
    query = _row(schema, clause.stream, clause.terms)
    if clause.weight != 1:
        query = Query.boost_query(query, clause.weight)
    found = len(clause.terms) == 1 and (clause.stream, clause.terms[0]) in sure
    return (Occur.Must if found else Occur.Should), query
