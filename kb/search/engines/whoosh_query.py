"""Plans and bags as Whoosh's queries."""

from __future__ import annotations

from typing import Any

from whoosh import query as q

from kb.search.protocol import EngineRequest
from kb.search.query.plan import All
from kb.search.query.score import Clause
from kb.search.query.translate import QueryForms, translated


def query_of(request: EngineRequest) -> Any:
    """Translate a request: what fits the plan, scored by the bag alone."""
    scored = [_clause(clause) for clause in request.bag]
    plan = translated(request.plan, _FORMS)
    fits = q.ConstantScoreQuery(plan, 1e-9)  # the library takes 0 for none
    if request.some:
        any_of = q.Or(scored) if scored else q.NullQuery
        return any_of if request.plan == All(()) else q.And([fits, any_of])
    return q.AndMaybe(fits, q.Or(scored)) if scored else fits


def _clause(clause: Clause) -> Any:
    made = _row(clause.stream, clause.terms)
    made.boost = clause.weight
    return made


def _row(field: str, terms: tuple[str, ...]) -> Any:
    return q.Phrase(field, list(terms)) if len(terms) > 1 else q.Term(field, terms[0])


def _span(field: str, low: int, high: int | None) -> Any:
    most = 2**31 - 1
    top = most if high is None else min(high, most)
    return q.NumericRange(field, low, top) if low <= top else q.NullQuery


def _every(wanted: list[Any], missing: list[Any]) -> Any:
    every = q.And(wanted or [q.Every()])
    return q.AndNot(every, q.Or(missing)) if missing else every


_FORMS: QueryForms[Any] = QueryForms(
    nothing=lambda: q.NullQuery,
    row=_row,
    beginning=q.Prefix,
    near=lambda field, text, edits: q.FuzzyTerm(field, text, maxdist=edits, prefixlength=0),
    span=_span,
    every=_every,
    some=lambda wanted, least: q.Or(wanted, minmatch=least),
)
