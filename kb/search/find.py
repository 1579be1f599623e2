"""From what was typed to what is shown: parse, ask the engine, loosen, highlight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple, TypeAlias

import msgspec

from kb.search.document import Document
from kb.search.explain import explain
from kb.search.feedback import BEST, feedback, wants_feedback
from kb.search.highlight import Highlight, Needles, highlights
from kb.search.like import like
from kb.search.loosen import any_word, filters, near_run
from kb.search.plan import Plan, plan
from kb.search.protocol import Answer, Engine, Found, Request, Sort
from kb.search.query import FieldNames, Note, Query, parse
from kb.search.score import Bag, bag_of, words_of
from kb.search.suggest import better, suggestions

Match: TypeAlias = Literal["all", "any", "auto"]


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How to answer a query."""

    limit: int = 10
    offset: int = 0
    sort: Sort = "relevance"
    match: Match = "auto"
    """auto: all words; where nothing has all, any, with a note."""
    facets: bool = False
    highlight: bool = True
    explain: bool = False
    """Say of each hit what gave it its score."""


class Hit(msgspec.Struct, frozen=True):
    """A document that was found."""

    score: float
    document: Document
    highlights: tuple[Highlight, ...]
    why: tuple[tuple[str, float], ...] = ()
    """What each part of the query gave to the score, most first, where that was asked for."""


class Hits(msgspec.Struct, frozen=True):
    """The answer to a query."""

    query: str
    total: int
    hits: tuple[Hit, ...]
    notes: tuple[Note, ...]
    facets: Mapping[str, Mapping[str, int]] = {}
    suggestions: tuple[str, ...] = ()
    """Queries that find something, where this one finds nothing or a word of it is nowhere."""

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        """How many are here, of ``total``."""
        return len(self.hits)


class _Outcome(NamedTuple):
    answer: Answer
    bag: Bag
    notes: tuple[Note, ...] = ()


class Finder:
    """Answers queries from an engine; may be shared by threads as far as the engine may."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._names: FieldNames | None = None

    def find(self, text: str, options: Options | None = None) -> Hits:
        """What ``text`` finds. Never raises because of what was typed."""
        options = options or Options()
        query = parse(text, self._field_names(text))
        answer, bag, notes = self._answer(query, options)
        needles = Needles(list(words_of(query.node))) if options.highlight else None
        why = self._why(answer, bag) if options.explain else {}
        return Hits(
            query.text,
            answer.total,
            tuple(_hit(found, needles, why) for found in answer.found),
            (*query.notes, *notes),
            answer.facets,
            self._suggestions(query, answer, loosened=bool(notes)),
        )

    def _suggestions(self, query: Query, answer: Answer, *, loosened: bool) -> tuple[str, ...]:
        if not answer.total:
            return suggestions(self.engine, query.node)
        return better(self.engine, query) if loosened else ()

    def like(self, key: str, limit: int = 10) -> Hits | None:
        """What resembles the document with that key; None where there is none."""
        answer = like(self.engine, key, limit)
        if answer is None:
            return None
        return Hits(key, answer.total, tuple(_hit(found, None, {}) for found in answer.found), ())

    def _why(self, answer: Answer, bag: Bag) -> dict[str, list[tuple[str, float]]]:
        return explain(self.engine, bag, [found.key for found in answer.found])

    def _field_names(self, text: str) -> FieldNames | None:
        """The index's own labels are asked for only where a query has a colon."""
        if ":" not in text and "：" not in text:
            return None
        if self._names is None:
            self._names = FieldNames(self.engine.labels())
        return self._names

    def _answer(self, query: Query, options: Options) -> _Outcome:
        bag = bag_of(words_of(query.node), self.engine.counts)
        if options.match == "any":
            return self._any(filters(query.node), bag, options, some=bool(bag))
        answer = self._ask(plan(query.node), bag, options)
        if answer.total or options.match == "all":
            return _Outcome(answer, bag)
        return self._loosened(query, bag, options, answer)

    def _loosened(self, query: Query, bag: Bag, options: Options, nothing: Answer) -> _Outcome:
        """Nothing has all: what has any of the words, else what has most of a long run."""
        steps = (
            (any_word(query.node), "any-of-the-words", "nothing has all of it; these have some"),
            (near_run(query.node), "nearest", "nothing has these words; these come nearest"),
        )
        for wanted, code, detail in steps:
            if wanted is not None:
                outcome = self._any(wanted, bag, options)
                if outcome.answer.total:
                    return outcome._replace(notes=(Note(code, detail),))
        return _Outcome(nothing, bag)

    def _any(self, wanted: Plan, bag: Bag, options: Options, *, some: bool = False) -> _Outcome:
        """What fits, ranked with the help of what comes first."""
        if options.sort == "relevance" and wants_feedback(bag):
            first = self._ask(wanted, bag, Options(limit=BEST), some=some)
            best = [(found.score, found.document) for found in first.found]
            bag += feedback(best, bag, self.engine.counts)
        return _Outcome(self._ask(wanted, bag, options, some=some), bag)

    def _ask(self, wanted: Plan, bag: Bag, options: Options, *, some: bool = False) -> Answer:
        return self.engine.ask(
            Request(
                plan=wanted,
                bag=bag,
                some=some,
                limit=options.limit,
                offset=options.offset,
                sort=options.sort,
                facets=options.facets,
            )
        )


def _hit(found: Found, needles: Needles | None, why: Mapping[str, list[tuple[str, float]]]) -> Hit:
    marks = highlights(found.document, needles) if needles else ()
    return Hit(found.score, found.document, marks, tuple(why.get(found.key, ())))
