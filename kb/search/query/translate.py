"""Plans in an engine's own queries, made of the few kinds of query that every engine has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from kb.search.query import plan as plans

Q = TypeVar("Q")


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryForms(Generic[Q]):
    """How an engine asks for each thing that a plan is made of."""

    nothing: Callable[[], Q]
    row: Callable[[str, tuple[str, ...]], Q]
    """Field, one or more terms: they stand side by side."""
    beginning: Callable[[str, str], Q]
    """Field, text: some term begins so."""
    near: Callable[[str, str, int], Q]
    """Field, text, edits."""
    span: Callable[[str, int, int | None], Q]
    """Field, from, to: a number between them, both included, the second one open where None."""
    every: Callable[[list[Q], list[Q]], Q]
    """All of the first, which may be none at all, and none of the second."""
    some: Callable[[list[Q], int], Q]
    """At least so many of one or more."""


def translated(plan: plans.Plan, forms: QueryForms[Q]) -> Q:
    """Translate a plan into the query of an engine that has these forms."""
    match plan:
        case plans.Adjacent(stream, terms):
            return forms.row(stream, terms) if terms else forms.nothing()
        case plans.Beginning(stream, text):
            return forms.beginning(stream, text)
        case plans.Near(stream, text, edits):
            return forms.near(stream, text, edits)
        case plans.WholeName(field, value, star):
            name = f"{field}={value}"
            return forms.beginning("names", name) if star else forms.row("names", (name,))
        case plans.NumberRange(field, low, high):
            bottom, top = max(0, int(low or 0)), None if high is None else int(high)
            if top is not None and top < bottom:
                return forms.nothing()
            return forms.span("day" if field == "date" else field, bottom, top)
        case plans.All(inner):
            wanted = [translated(p, forms) for p in inner if not isinstance(p, plans.Without)]
            missing = [translated(p.plan, forms) for p in inner if isinstance(p, plans.Without)]
            return forms.every(wanted, missing)
        case plans.AnyOf(inner, least):
            wanted = [translated(p, forms) for p in inner]
            return forms.some(wanted, least) if wanted else forms.nothing()
        case plans.Without(one):
            return forms.every([], [translated(one, forms)])
