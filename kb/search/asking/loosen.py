"""Weaker readings of a query, for when nothing fits the strict one."""

from __future__ import annotations

from kb.search.analysis.scripts import IN_RUN
from kb.search.analysis.streams import APART, streams
from kb.search.query.plan import Adjacent, All, AnyOf, Plan, plan
from kb.search.query.query_tree import And, Node, Quoted, Word
from kb.search.query.score import words_of
from kb.text.fold import fold_text

LONG_RUN = 6
"""A run of so many characters may be a sentence, which nobody else has written just so."""
MOST_OF_IT = 0.5
"""The share of a sentence's pairs that something near to it has."""


def any_word(node: Node | None) -> Plan | None:
    """Require any of the words, keep filters and negations. None where that changes nothing."""
    words = list(words_of(node))
    if len(words) < 2 or not isinstance(node, And):
        return None
    return _filtered(node, AnyOf(tuple(plan(word) for word in words)))


def near_run(node: Node | None) -> Plan | None:
    """Require half of the pairs of the words' long runs. None where no run is long."""
    found = [near for word in words_of(node) if (near := _near(word)) is not None]
    return _filtered(node, AnyOf(tuple(found))) if found else None


def _near(word: Word | Quoted) -> Plan | None:
    terms = streams(fold_text(word.text)).rel
    pairs = dict.fromkeys(term for term in terms if term != APART and IN_RUN.match(term))
    if len(pairs) + 1 < LONG_RUN:
        return None
    least = max(2, round(len(pairs) * MOST_OF_IT))
    return AnyOf(tuple(Adjacent("rel", (pair,)) for pair in pairs), least)


def filters(node: Node | None) -> Plan:
    """Require all parts of the query that are no words."""
    match node:
        case And(nodes):
            return All(tuple(plan(inner) for inner in nodes if not _has_words(inner)))
        case None:
            return All(())
        case _:
            return All(() if _has_words(node) else (plan(node),))


def _has_words(node: Node) -> bool:
    return any(True for _ in words_of(node))


def _filtered(node: Node | None, wanted: Plan) -> Plan:
    """Join ``wanted`` with the parts of the query that are no words."""
    kept = filters(node)
    return All((wanted, kept)) if kept != All(()) else wanted
