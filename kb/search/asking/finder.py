"""From what was typed to what is shown: parse, ask the engine, loosen, highlight, explain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from kb.search.asking.alternatives import any_word, better, filters, near_run, suggestions
from kb.search.asking.feedback import BEST, feedback, wants_feedback
from kb.search.asking.highlight import Needles, highlights
from kb.search.asking.hits import Hit, Hits, SearchOptions
from kb.search.asking.like import like
from kb.search.protocol import Engine, EngineAnswer, EngineHit, EngineRequest
from kb.search.query import FieldNames, Query, QueryNote, parse
from kb.search.query.plan import All, Plan, plan
from kb.search.query.score import Bag, Clause, bag_of, words_of

MOST_EXPLAINED = 5000
"""Documents that a clause is followed to when a score is explained."""


class _Outcome(NamedTuple):
    answer: EngineAnswer
    bag: Bag
    notes: tuple[QueryNote, ...] = ()


class Finder:
    """Answers queries from an engine. Threads may share it where they may share the engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._names: FieldNames | None = None

    def find(self, text: str, options: SearchOptions | None = None) -> Hits:
        """Answer a query. Whatever is typed means something: no error comes of it."""
        options = options or SearchOptions()
        query = parse(text, self._field_names(text))
        answer, bag, notes = self._answer(query, options)
        needles = Needles(list(words_of(query.node))) if options.highlight else None
        keys = [found.key for found in answer.found]
        why = explain(self.engine, bag, keys) if options.explain else {}
        return Hits(
            query.text, answer.total, tuple(_hit(found, needles, why) for found in answer.found),
            (*query.notes, *notes), answer.facets,
            self._suggestions(query, answer, loosened=bool(notes)),
        )  # fmt: skip

    def _suggestions(
        self, query: Query, answer: EngineAnswer, *, loosened: bool
    ) -> tuple[str, ...]:
        if not answer.total:
            return suggestions(self.engine, query.node)
        return better(self.engine, query) if loosened else ()

    def like(self, key: str, limit: int = 10) -> Hits | None:
        """Find what resembles the document with that key; None where there is none."""
        answer = like(self.engine, key, limit)
        if answer is None:
            return None
        return Hits(key, answer.total, tuple(_hit(found, None, {}) for found in answer.found), ())

    def _field_names(self, text: str) -> FieldNames | None:
        """Names of the index's fields, read only for a query that has a colon."""
        if ":" not in text and "：" not in text:
            return None
        if self._names is None:
            self._names = FieldNames(self.engine.labels())
        return self._names

    def _answer(self, query: Query, options: SearchOptions) -> _Outcome:
        bag = bag_of(words_of(query.node), self.engine.counts)
        if options.match == "any":
            return self._any(filters(query.node), bag, options, some=bool(bag))
        answer = self._ask(plan(query.node), bag, options)
        if answer.total or options.match == "all":
            return _Outcome(answer, bag)
        return self._loosened(query, bag, options, answer)

    def _loosened(
        self, query: Query, bag: Bag, options: SearchOptions, nothing: EngineAnswer
    ) -> _Outcome:
        """Answer where nothing has all words: by any of them, else by most of a long run."""
        steps = (
            (any_word(query.node), "any-of-the-words", "nothing has all of it; these have some"),
            (near_run(query.node), "nearest", "nothing has these words; these come nearest"),
        )
        for wanted, code, detail in steps:
            if wanted is not None:
                outcome = self._any(wanted, bag, options)
                if outcome.answer.total:
                    return outcome._replace(notes=(QueryNote(code, detail),))
        return _Outcome(nothing, bag)

    def _any(
        self, wanted: Plan, bag: Bag, options: SearchOptions, *, some: bool = False
    ) -> _Outcome:
        """Ask for what fits, ranked with feedback from what comes first."""
        if options.sort == "relevance" and wants_feedback(bag):
            first = self._ask(wanted, bag, SearchOptions(limit=BEST), some=some)
            best = [(found.score, found.document) for found in first.found]
            bag += feedback(best, bag, self.engine.counts)
        return _Outcome(self._ask(wanted, bag, options, some=some), bag)

    def _ask(
        self, wanted: Plan, bag: Bag, options: SearchOptions, *, some: bool = False
    ) -> EngineAnswer:
        request = EngineRequest(
            plan=wanted, bag=bag, some=some, limit=options.limit, offset=options.offset,
            sort=options.sort, facets=options.facets,
        )  # fmt: skip
        return self.engine.ask(request)


def _hit(
    found: EngineHit, needles: Needles | None, why: Mapping[str, list[tuple[str, float]]]
) -> Hit:
    document = found.document
    return Hit(
        id=document.id, kind=document.kind, title=document.title, score=found.score,
        url=document.url, highlights=highlights(document, needles) if needles else (),
        why=tuple(why.get(found.key, ())), document=document,
    )  # fmt: skip


def explain(engine: Engine, bag: Bag, keys: list[str]) -> dict[str, list[tuple[str, float]]]:
    """Explain scores: key → what each clause gave, most first. Asks the engine once a clause."""
    gained: dict[str, list[tuple[str, float]]] = {key: [] for key in keys}
    for clause in bag:
        alone = EngineRequest(plan=All(()), bag=(clause,), some=True, limit=MOST_EXPLAINED)
        for found in engine.ask(alone).found:
            if found.key in gained and found.score:
                gained[found.key].append((_clause_name(clause), found.score))
    for parts in gained.values():
        parts.sort(key=lambda part: (-part[1], part[0]))
    return gained


def _clause_name(clause: Clause) -> str:
    """`扣费`, `head:扣费`, `"side by side"`."""
    text = f'"{" ".join(clause.terms)}"' if len(clause.terms) > 1 else clause.terms[0]
    return f"head:{text}" if clause.stream == "head" else text
