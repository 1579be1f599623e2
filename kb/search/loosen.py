"""Weaker readings of a query, for when nothing fits the strict one."""

from __future__ import annotations

from collections.abc import Callable

from kb.search.analysis.fold import fold_text
from kb.search.analysis.scripts import IN_RUN
from kb.search.bag import bag_of, words_of
from kb.search.plan import All, AnyOf, Plan, Row, plan
from kb.search.query.nodes import And, Node, Or, Phrase, Word

LONG_RUN = 6
"""A run of so many characters may be a sentence, which nobody else has written just so."""
MOST_OF_IT = 0.5
"""The share of a sentence's pairs that something near to it has."""


def any_word(node: Node | None) -> Plan | None:
    """Any of the words; filters and what must be missing stay. None where that changes nothing."""
    words = list(words_of(node))
    if len(words) < 2 or not isinstance(node, And):
        return None
    return _filtered(node, AnyOf(tuple(plan(word) for word in words)))


def near_run(node: Node | None) -> Plan | None:
    """Half of the pairs of the words' long runs. None where no run is long."""
    found = [near for word in words_of(node) if (near := _near(word)) is not None]
    return _filtered(node, AnyOf(tuple(found))) if found else None


def any_term(node: Node | None) -> Plan | None:
    """Any term at all of the words: for ranking alone, as evaluations do."""
    bag = bag_of([fold_text(word.text) for word in words_of(node)])
    rows: list[Plan] = [Row("seq", (character,)) for character in bag.chars]
    rows += [Row("rel", (term,)) for term in bag.terms]
    return _filtered(node, AnyOf(tuple(rows))) if rows else None


def _near(word: Word | Phrase) -> Plan | None:
    runs = [t for t in bag_of([fold_text(word.text)]).terms if len(t) == 2 and IN_RUN.match(t)]
    if len(runs) + 1 < LONG_RUN:
        return None
    least = max(2, round(len(runs) * MOST_OF_IT))
    return AnyOf(tuple(Row("rel", (pair,)) for pair in runs), least)


def _filtered(node: Node | None, wanted: Plan) -> Plan:
    """``wanted`` with the parts of the query that are no words."""
    others = _others(node, lambda inner: not any(True for _ in words_of(inner)))
    return All((wanted, *others)) if others else wanted


def _others(node: Node | None, keep: Callable[[Node], bool]) -> tuple[Plan, ...]:
    match node:
        case And(nodes):
            return tuple(other for inner in nodes for other in _others(inner, keep))
        case None | Or():
            return ()
        case _:
            return (plan(node),) if keep(node) else ()
