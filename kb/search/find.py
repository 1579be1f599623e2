"""From what was typed to what is shown: parse, ask the engine, loosen, highlight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import msgspec

from kb.search.document import Document
from kb.search.feedback import BEST, feedback, wants_feedback
from kb.search.highlight import Highlight, Needles, highlights
from kb.search.loosen import any_word, filters, near_run
from kb.search.plan import Plan, plan
from kb.search.protocol import Answer, Engine, Request, Sort
from kb.search.query import FieldNames, Note, Query, parse
from kb.search.score import Bag, bag_of, words_of

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


class Hit(msgspec.Struct, frozen=True):
    """A document that was found."""

    score: float
    document: Document
    highlights: tuple[Highlight, ...]


class Hits(msgspec.Struct, frozen=True):
    """The answer to a query."""

    query: str
    total: int
    hits: tuple[Hit, ...]
    notes: tuple[Note, ...]
    facets: Mapping[str, Mapping[str, int]]


class Finder:
    """Answers queries from an engine; may be shared by threads as far as the engine may."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._names: FieldNames | None = None

    def find(self, text: str, options: Options | None = None) -> Hits:
        """What ``text`` finds. Never raises because of what was typed."""
        options = options or Options()
        query = parse(text, self._field_names(text))
        answer, notes = self._answer(query, options)
        needles = Needles(list(words_of(query.node)))
        hits = tuple(
            Hit(
                found.score,
                found.document,
                highlights(found.document, needles) if options.highlight else (),
            )
            for found in answer.found
        )
        return Hits(text, answer.total, hits, (*query.notes, *notes), answer.facets)

    def _field_names(self, text: str) -> FieldNames | None:
        """The index's own labels are asked for only where a query has a colon."""
        if ":" not in text and "：" not in text:
            return None
        if self._names is None:
            self._names = FieldNames(self.engine.labels())
        return self._names

    def _answer(self, query: Query, options: Options) -> tuple[Answer, tuple[Note, ...]]:
        bag = bag_of(words_of(query.node), self.engine.counts)
        strict = plan(query.node)
        if options.match == "any":
            return self._any(filters(query.node), bag, options, some=bool(bag)), ()
        answer = self._ask(strict, bag, options)
        if answer.total or options.match == "all":
            return answer, ()
        return self._loosened(query, bag, options, answer)

    def _loosened(
        self, query: Query, bag: Bag, options: Options, nothing: Answer
    ) -> tuple[Answer, tuple[Note, ...]]:
        """Nothing has all: what has any of the words, else what has most of a long run."""
        steps = (
            (any_word(query.node), "any-of-the-words", "nothing has all of it; these have some"),
            (near_run(query.node), "nearest", "nothing has these words; these come nearest"),
        )
        for wanted, code, detail in steps:
            if wanted is not None:
                answer = self._any(wanted, bag, options)
                if answer.total:
                    return answer, (Note(code, detail),)
        return nothing, ()

    def _any(self, wanted: Plan, bag: Bag, options: Options, *, some: bool = False) -> Answer:
        """What fits, ranked with the help of what comes first."""
        if options.sort != "relevance" or not wants_feedback(bag):
            return self._ask(wanted, bag, options, some=some)
        first = self._ask(wanted, bag, Options(limit=BEST), some=some)
        best = [(found.score, found.document) for found in first.found]
        wider = bag + feedback(best, bag, self.engine.counts)
        return self._ask(wanted, wider, options, some=some)

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
