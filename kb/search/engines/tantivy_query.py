"""Plans and bags as tantivy's queries."""

from __future__ import annotations

import re

import tantivy

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
    implied,
)
from kb.search.query.score import Clause, idf

MOST_EXPANSIONS = 1024
TELLING = 0.1
"""The inverse document frequency of what nine documents in ten have."""
_MUST, _SHOULD, _NOT = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot


def query_of(
    schema: tantivy.Schema, searcher: tantivy.Searcher, request: EngineRequest
) -> tantivy.Query:
    """Translate a request: what fits the plan, scored by the bag alone."""
    made = _TantivyQueries(schema, searcher)
    sure = implied(request.plan)
    scored = [made.clause(c, sure) for c in request.bag if not made.tells_nothing(c, sure)]
    if request.some:
        any_of = tantivy.Query.boolean_query(scored)
        if request.plan == All(()):
            return any_of
        scored = [(_MUST, any_of)]
    fits = tantivy.Query.const_score_query(made.query(request.plan), 0.0)
    return tantivy.Query.boolean_query([(_MUST, fits), *scored])


class _TantivyQueries:
    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher) -> None:
        self.schema = schema
        self.searcher = searcher

    def query(self, plan: Plan) -> tantivy.Query:
        """Translate a plan."""
        match plan:
            case Adjacent(stream, terms):
                return self.row(stream, terms)
            case Beginning(stream, text):
                return self.beginning(stream, text)
            case Near(stream, text, edits):
                return tantivy.Query.fuzzy_term_query(self.schema, stream, text, edits)
            case WholeName(field, value, star):
                return self.key(f"{field}={value}", star=star)
            case NumberRange(field, low, high):
                return self.span("day" if field == "date" else field, low, high)
            case All(plans):
                return self.every(plans)
            case AnyOf(plans, least):
                return self.some(plans, least)
            case Without(inner):
                return tantivy.Query.boolean_query(
                    [(_MUST, tantivy.Query.all_query()), (_NOT, self.query(inner))]
                )

    def term(self, field: str, text: str) -> tantivy.Query:
        """One term."""
        return tantivy.Query.term_query(self.schema, field, text)

    def row(self, stream: str, terms: tuple[str, ...]) -> tantivy.Query:
        """Terms side by side; none at all is nowhere."""
        if len(terms) > 1:
            return tantivy.Query.phrase_query(self.schema, stream, list(terms))
        return self.term(stream, terms[0]) if terms else tantivy.Query.empty_query()

    def beginning(self, stream: str, text: str) -> tantivy.Query:
        """Any term that begins so; a regular expression where there are very many."""
        found = self.searcher.terms_with_prefix(stream, text, limit=MOST_EXPANSIONS)
        if len(found) < MOST_EXPANSIONS:
            return tantivy.Query.term_set_query(self.schema, stream, [term for term, _ in found])
        return tantivy.Query.regex_query(self.schema, stream, re.escape(text) + ".*")

    def key(self, text: str, *, star: bool) -> tantivy.Query:
        """A whole name or its beginning."""
        return self.beginning("names", text) if star else self.term("names", text)

    def span(self, field: str, low: float | None, high: float | None) -> tantivy.Query:
        """Numbers between two, both included."""
        bottom = 0 if low is None else max(0, int(low))
        top = 2**62 if high is None else int(high)
        if top < bottom:
            return tantivy.Query.empty_query()
        return tantivy.Query.range_query(
            self.schema, field, tantivy.FieldType.Unsigned, bottom, top
        )

    def every(self, plans: tuple[Plan, ...]) -> tantivy.Query:
        """All of them, without what must be missing."""
        wanted = [(_MUST, self.query(p)) for p in plans if not isinstance(p, Without)]
        missing = [(_NOT, self.query(p.plan)) for p in plans if isinstance(p, Without)]
        if not wanted:
            wanted = [(_MUST, tantivy.Query.all_query())]
        return tantivy.Query.boolean_query([*wanted, *missing])

    def some(self, plans: tuple[Plan, ...], least: int) -> tantivy.Query:
        """At least so many of them."""
        if not plans:
            return tantivy.Query.empty_query()
        wanted = [(_SHOULD, self.query(p)) for p in plans]
        return tantivy.Query.boolean_query(wanted, minimum_number_should_match=least)

    def tells_nothing(self, clause: Clause, sure: frozenset[tuple[str, str]]) -> bool:
        """Whether to leave a clause out: nearly all have it, and the plan requires more."""
        if not sure or len(clause.terms) > 1:
            return False
        frequency = self.searcher.doc_freq(clause.stream, clause.terms[0])
        return idf(self.searcher.num_docs, frequency) < TELLING

    def clause(
        self, clause: Clause, sure: frozenset[tuple[str, str]]
    ) -> tuple[tantivy.Occur, tantivy.Query]:
        """Translate a clause, required where the plan implies it, else optional.

        Tantivy intersects required terms by skipping, where it would visit each document that has
        an optional one.
        """
        query = self.row(clause.stream, clause.terms)
        if clause.weight != 1:
            query = tantivy.Query.boost_query(query, clause.weight)
        found = len(clause.terms) == 1 and (clause.stream, clause.terms[0]) in sure
        return (_MUST if found else _SHOULD), query
