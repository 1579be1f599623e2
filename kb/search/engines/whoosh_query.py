"""Plans and bags as Whoosh's queries."""

from __future__ import annotations

from typing import Any

from whoosh import query as q

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
from kb.search.query.score import Clause


def query_of(request: EngineRequest) -> Any:
    """Translate a request: what fits the plan, scored by the bag alone."""
    scored = [_clause(clause) for clause in request.bag]
    fits = q.ConstantScoreQuery(_query(request.plan), 1e-9)  # the library takes 0 for none
    if request.some:
        any_of = q.Or(scored) if scored else q.NullQuery
        return any_of if request.plan == All(()) else q.And([fits, any_of])
    return q.AndMaybe(fits, q.Or(scored)) if scored else fits


def _clause(clause: Clause) -> Any:
    made = _row(clause.stream, clause.terms)
    made.boost = clause.weight
    return made


def _row(stream: str, terms: tuple[str, ...]) -> Any:
    if len(terms) > 1:
        return q.Phrase(stream, list(terms))
    return q.Term(stream, terms[0]) if terms else q.NullQuery


def _query(plan: Plan) -> Any:
    match plan:
        case Adjacent(stream, terms):
            return _row(stream, terms)
        case Beginning(stream, text):
            return q.Prefix(stream, text)
        case Near(stream, text, edits):
            return q.FuzzyTerm(stream, text, maxdist=edits, prefixlength=0)
        case WholeName(field, value, star):
            kind = q.Prefix if star else q.Term
            return kind("names", f"{field}={value}")
        case NumberRange(field, low, high):
            return _span("day" if field == "date" else field, low, high)
        case All(plans):
            return _every(plans)
        case AnyOf(plans, least):
            return q.Or([_query(p) for p in plans], minmatch=least) if plans else q.NullQuery
        case Without(inner):
            return q.Not(_query(inner))


def _span(field: str, low: float | None, high: float | None) -> Any:
    bottom = 0 if low is None else max(0, int(low))
    top = 2**31 - 1 if high is None else min(int(high), 2**31 - 1)
    if top < bottom:
        return q.NullQuery
    return q.NumericRange(field, bottom, top)


def _every(plans: tuple[Plan, ...]) -> Any:
    wanted = [_query(p) for p in plans if not isinstance(p, Without)] or [q.Every()]
    missing = [_query(p.plan) for p in plans if isinstance(p, Without)]
    every = q.And(wanted)
    return q.AndNot(every, q.Or(missing)) if missing else every
