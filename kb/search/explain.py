"""The why of a score: what each part of a query gave to it."""

from __future__ import annotations

from kb.search.plan import All
from kb.search.protocol import Engine, Request
from kb.search.score import Bag, Clause

MOST = 5000
"""Documents that a clause is followed to."""


def explain(engine: Engine, bag: Bag, keys: list[str]) -> dict[str, list[tuple[str, float]]]:
    """Key → what each clause gave, most first. Asks the engine once for each clause."""
    gained: dict[str, list[tuple[str, float]]] = {key: [] for key in keys}
    for clause in bag:
        alone = Request(plan=All(()), bag=(clause,), some=True, limit=MOST)
        for found in engine.ask(alone).found:
            if found.key in gained and found.score:
                gained[found.key].append((name_of(clause), found.score))
    for parts in gained.values():
        parts.sort(key=lambda part: (-part[1], part[0]))
    return gained


def name_of(clause: Clause) -> str:
    """`扣费`, `head:扣费`, `"side by side"`."""
    text = f'"{" ".join(clause.terms)}"' if len(clause.terms) > 1 else clause.terms[0]
    return f"head:{text}" if clause.stream == "head" else text
