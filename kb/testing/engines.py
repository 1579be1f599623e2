"""What every search engine keeps to (kb.search.protocol), as tests for the author of one.

Subclass it in your package's tests:

    class TestMyEngine(EngineConformance):
        @pytest.fixture
        def open_engine(self):
            return lambda folder: MyEngine(folder, SearchConfig(backend="mine"))

Six documents of Chinese and English cases are indexed; engine_queries.tsv holds queries, each with
the keys of the documents that it finds.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

import msgspec
import pytest

from kb.search.asking.finder import Finder
from kb.search.asking.hits import SearchOptions
from kb.search.documents.search_document import NamedText, SearchDocument
from kb.search.protocol import Engine, EngineOpener, EngineRequest
from kb.search.query import plan as p
from kb.search.query.score import Clause

PLANS: Final[tuple[tuple[p.Plan, str], ...]] = (
    (p.All(()), "abcdef"),
    (p.AnyOf(()), ""),
    (p.Without(p.All(())), ""),
    (p.Without(p.WholeName("status", "resolved", star=False)), "bef"),
    (p.Adjacent("seq", ()), ""),
    (p.Adjacent("seq", ("扣", "费")), "a"),
    (p.Adjacent("seq", ("费", "扣")), ""),
    (p.Adjacent("scoped", ("problem=退", "problem=款")), "b"),
    (p.Beginning("seq", "refu"), "de"),
    (p.Near("seq", "refnd", 1), "e"),
    (p.WholeName("speaker", "令", star=True), "ac"),
    (p.NumberRange("number", 44, 46), "abc"),
    (p.NumberRange("number", 46, 44), ""),
    (p.NumberRange("date", None, 20200407), "bcd"),
    (p.AnyOf((p.Adjacent("rel", ("退款",)), p.Adjacent("rel", ("扣费",)))), "ab"),
    (p.AnyOf((p.Adjacent("rel", ("自动",)), p.Adjacent("rel", ("退款",))), least=2), "b"),
    (p.All((p.WholeName("speaker", "yd", star=False), p.Without(p.Beginning("seq", "refu")))), "f"),
)
"""Plans of each shape, and the keys of the documents that fit."""


class _SuiteDocument(msgspec.Struct, frozen=True):
    key: str
    problem: str
    text: str
    speaker: str
    status: str
    day: int | None
    number: int | None


@cache
def documents() -> tuple[SearchDocument, ...]:
    """The documents of the suite, with keys a to f."""
    rows = msgspec.json.Decoder(_SuiteDocument).decode_lines(_read("engine_documents.jsonl"))
    return tuple(map(_document, rows))


def _document(row: _SuiteDocument) -> SearchDocument:
    texts = (
        NamedText("problem", "问题描述", row.problem),
        NamedText("turn", row.speaker, row.text),
    )
    return SearchDocument(
        key=row.key, digest=row.key.encode(), id=f"case-{row.key}", title=row.problem, texts=texts,
        names=(("speaker", row.speaker), ("status", row.status)), day=row.day, number=row.number,
    )  # fmt: skip


@cache
def queries() -> dict[str, str]:
    """Query → keys of what it finds, sorted."""
    parts = (line.partition("\t") for line in _read("engine_queries.tsv").splitlines())
    return {query: found for query, _, found in parts}


def _read(name: str) -> str:
    return (files("kb.testing") / name).read_text("utf-8")


def fill(engine: Engine) -> Finder:
    """Put the suite's documents into an empty engine."""
    assert engine.add(iter(documents())) == len(documents())
    engine.commit()
    return Finder(engine)


def found_keys(finder: Finder, query: str) -> str:
    """Keys of what a query finds, sorted and joined."""
    hits = finder.find(query)
    assert hits.total >= len(hits)
    return _joined(hit.document.key for hit in hits)


def _joined(keys: Iterable[str]) -> str:
    return "".join(sorted(keys))


class EngineConformance:
    """The tests. A subclass gives the fixture ``open_engine``, an `EngineOpener`.

    It opens the engine's index in a folder, which does not exist yet or holds one already.
    """

    @pytest.fixture
    def finder(self, open_engine: EngineOpener, tmp_path: Path) -> Finder:
        """An engine with the documents of the suite."""
        return fill(open_engine(tmp_path / "generation"))

    def test_each_query_finds_what_it_should(self, finder: Finder) -> None:
        """Words, runs, phrases, numbers, names, fields, dates, brackets: these documents alone."""
        found = {query: found_keys(finder, query) for query in queries()}
        assert found == queries()

    def test_a_plan_of_any_shape_has_an_answer(self, finder: Finder) -> None:
        """Empty, nested, negated: what fits is found, and counts nothing for the score."""
        engine = finder.engine
        for plan, keys in PLANS:
            answer = engine.ask(EngineRequest(plan=plan, bag=()))
            assert (plan, _joined(hit.key for hit in answer.found)) == (plan, keys)
            assert answer.total == len(keys)
            assert all(abs(hit.score) < 1e-6 for hit in answer.found)

    def test_the_bag_ranks_and_is_required_only_where_some_of_it_must_be_there(
        self, finder: Finder
    ) -> None:
        """Twice the weight is twice the score; without `some`, what has none of it follows."""
        engine = finder.engine
        scores = []
        for weight in (1.0, 2.0):
            bag = (Clause("rel", ("refund",), weight), Clause("seq", ("扣",), weight))
            answer = engine.ask(EngineRequest(plan=p.All(()), bag=bag))
            assert answer.total == len(documents())
            some = engine.ask(EngineRequest(plan=p.All(()), bag=bag, some=True))
            assert {hit.key for hit in some.found} == set("ade")
            assert [hit.key for hit in answer.found][:3] == [hit.key for hit in some.found]
            scores.append(answer.found[0].score)
        assert abs(scores[1] / scores[0] - 2) < 0.01

    def test_answers_are_sorted_and_cut_into_pages(self, finder: Finder) -> None:
        """By day, by number, by score; the pages of an answer hold each document once."""
        newest = finder.find("", SearchOptions(sort="newest", limit=3)).hits
        assert [hit.document.key for hit in newest][:2] == ["e", "a"]
        oldest = finder.find("status:resolved", SearchOptions(sort="oldest")).hits
        assert [hit.document.key for hit in oldest] == ["d", "c", "a"]
        by_number = finder.find("number:1..99", SearchOptions(sort="number")).hits
        assert [hit.document.number for hit in by_number] == [7, 43, 44, 45, 46]
        pages = [finder.find("", SearchOptions(limit=2, offset=n)).hits for n in (0, 2, 4, 6)]
        assert _joined(hit.document.key for page in pages for hit in page) == "abcdef"
        best = finder.find("扣费 退款 罗宾森", SearchOptions(match="any")).hits
        assert {hit.document.key for hit in best[:2]} <= set("abc")

    def test_facets_are_counted_over_all_that_fits(self, finder: Finder) -> None:
        """Not only over the page shown; values are as they were written."""
        facets = finder.find("", SearchOptions(limit=1, facets=True)).facets
        assert facets["status"] == {"resolved": 3, "unset": 1, "in_progress": 1, "shelved": 1}
        assert facets["speaker"]["YD"] == 2
        assert facets["year"] == {"2020": 4, "2021": 1}
        assert finder.find("退款", SearchOptions(facets=True)).facets["status"] == {"unset": 1}

    def test_writing_again_replaces_and_removing_takes_out(self, finder: Finder) -> None:
        """Adding again changes nothing; removing takes out; digests say what is in."""
        engine = finder.engine
        engine.add(documents())
        engine.commit()
        assert finder.find("").total == len(documents())
        assert engine.digests() == {d.key: d.digest for d in documents()}
        engine.remove(["a", "nowhere"])
        engine.commit()
        assert found_keys(finder, "扣费") == ""
        assert finder.find("").total == len(documents()) - 1
        engine.add(documents()[:1])
        engine.commit()
        engine.commit()
        assert found_keys(finder, "扣费") == "a"

    def test_what_an_index_says_of_itself(self, finder: Finder) -> None:
        """Documents by key, labels of fields, how many documents have a term."""
        engine = finder.engine
        assert engine.get("d") == documents()[3]
        assert engine.get("nowhere") is None
        assert engine.labels() == (("problem", "问题描述"),)
        total, (some, none) = engine.counts("rel", ["扣费", "zzz"])
        assert (total, some, none) == (len(documents()), 1, 0)
        assert engine.counts("seq", []) == (len(documents()), [])

    def test_what_is_closed_and_opened_again_is_the_same(
        self, open_engine: EngineOpener, tmp_path: Path
    ) -> None:
        """An index lasts beyond the engine that wrote it."""
        fill(open_engine(tmp_path / "kept")).engine.close()
        again = Finder(open_engine(tmp_path / "kept"))
        assert found_keys(again, "扣费") == "a"
        assert again.engine.digests().keys() == set("abcdef")

    def test_threads_ask_while_one_writes(self, finder: Finder) -> None:
        """Each answer is of one commit: with the document that comes and goes, or without it."""
        engine = finder.engine
        with ThreadPoolExecutor(2) as pool:
            asking = [pool.submit(lambda: finder.find("status:resolved").total) for _ in range(40)]
            for turn in range(6):
                if turn % 2:
                    engine.add(documents()[:1])
                else:
                    engine.remove("a")
                engine.commit()
            assert {future.result() for future in asking} <= {2, 3}
        assert finder.find("status:resolved").total == 3

    def test_help_with_finding(self, finder: Finder) -> None:
        """What resembles a document, what gave a score, what to ask instead of what is nowhere."""
        assert finder.like("nowhere") is None
        alike = finder.like("d")
        assert alike is not None
        assert alike.hits[0].document.key in {"e", "f"}
        assert all(hit.document.key != "d" for hit in alike)
        hit = finder.find("refund twice", SearchOptions(explain=True)).hits[0]
        assert {part for part, _ in hit.why} >= {"refund", "twice"}
        # OpenSearch leaves a shard without any of a phrase's words out of the phrase's statistics
        assert abs(sum(score for _, score in hit.why) - hit.score) < 0.02 * hit.score
        half = finder.find("refnd 不存在的 twice")
        assert half.total
        assert half.suggestions[0] == "refund 不存在的 twice"
        better = {"refnd": "refund", "重复扣钱": "重复扣", "speaker:Anna": "speaker:anna*"}
        for query, expected in better.items():
            hits = finder.find(query)
            assert not hits.total
            assert expected in hits.suggestions
            assert all(finder.find(suggestion).total for suggestion in hits.suggestions)
