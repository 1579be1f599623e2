"""What every engine must do, as functions of an engine that is empty."""

from __future__ import annotations

import json
from pathlib import Path

from kb.search.asking.finder import Finder
from kb.search.asking.results import SearchOptions
from kb.search.documents.document import NamedText, SearchDocument
from kb.search.protocol import Engine

SPEC = Path(__file__).parent / "spec"
ROWS = [json.loads(row) for row in (SPEC / "documents.jsonl").read_text("utf-8").splitlines()]
QUERIES = (SPEC / "queries.tsv").read_text("utf-8").splitlines()
EXPECTED = {query: found for query, _, found in (line.partition("\t") for line in QUERIES)}


def documents() -> list[SearchDocument]:
    """The rows as documents."""
    return [
        SearchDocument(
            key=row["key"],
            digest=row["key"].encode(),
            id=f"case-{row['key']}",
            title=row["problem"],
            texts=(
                NamedText("problem", "问题描述", row["problem"]),
                NamedText("turn", row["speaker"], row["text"]),
            ),
            names=(("speaker", row["speaker"]), ("status", row["status"])),
            day=row["day"],
            number=row["number"],
        )
        for row in ROWS
    ]


def filled(engine: Engine) -> Finder:
    """The engine with the documents in it."""
    assert engine.add(documents()) == len(ROWS)
    engine.commit()
    return Finder(engine)


def keys(finder: Finder, query: str, options: SearchOptions | None = None) -> str:
    """Keys of what is found, sorted; the total agrees."""
    hits = finder.find(query, options)
    found = "".join(sorted(hit.document.key for hit in hits.hits))
    assert hits.total >= len(found)
    return found


def check_queries(finder: Finder) -> None:
    """Each query finds what it should."""
    found = {query: keys(finder, query) for query in EXPECTED}
    wrong = {query: (found[query], EXPECTED[query]) for query in EXPECTED}
    assert {query: pair for query, pair in wrong.items() if pair[0] != pair[1]} == {}


def check_order(finder: Finder) -> None:
    """Sorted, paged, the same each time."""
    newest = finder.find("", SearchOptions(sort="newest", limit=3)).hits
    assert [hit.document.key for hit in newest][:2] == ["e", "a"]
    oldest = finder.find("status:resolved", SearchOptions(sort="oldest")).hits
    assert [hit.document.key for hit in oldest] == ["d", "c", "a"]
    by_number = finder.find("number:1..99", SearchOptions(sort="number")).hits
    assert [hit.document.number for hit in by_number] == [7, 43, 44, 45, 46]
    pages = [finder.find("", SearchOptions(limit=2, offset=n)).hits for n in (0, 2, 4, 6)]
    assert sorted(hit.document.key for page in pages for hit in page) == list("abcdef")
    best = finder.find("扣费 退款 罗宾森", SearchOptions(match="any")).hits
    assert {hit.document.key for hit in best[:2]} <= set("abc")


def check_facets(finder: Finder) -> None:
    """Counted over all that fits, not only the page shown."""
    facets = finder.find("", SearchOptions(limit=1, facets=True)).facets
    assert facets["status"] == {"resolved": 3, "unset": 1, "in_progress": 1, "shelved": 1}
    assert facets["speaker"]["YD"] == 2
    assert facets["year"] == {"2020": 4, "2021": 1}
    assert finder.find("退款", SearchOptions(facets=True)).facets["status"] == {"unset": 1}


def check_writing(finder: Finder) -> None:
    """Adding again changes nothing; removing takes out; digests say what is in."""
    engine = finder.engine
    engine.add(documents())
    engine.commit()
    assert finder.find("").total == len(ROWS)
    assert engine.digests() == {d.key: d.digest for d in documents()}
    engine.remove(["a", "nowhere"])
    engine.commit()
    assert keys(finder, "扣费") == ""
    assert finder.find("").total == len(ROWS) - 1
    engine.add(documents()[:1])
    engine.commit()
    assert keys(finder, "扣费") == "a"
    assert engine.labels() == (("problem", "问题描述"),)
    total, (some, none) = engine.counts("rel", ["扣费", "zzz"])
    assert total == len(ROWS)
    assert some >= 1
    assert none == 0


def check_help(finder: Finder) -> None:
    """What resembles a document, what gave a score, what to ask instead."""
    assert finder.like("nowhere") is None
    alike = finder.like("d")
    assert alike is not None
    assert alike.hits[0].document.key in {"e", "f"}
    assert all(hit.document.key != "d" for hit in alike.hits)
    hit = finder.find("refund twice", SearchOptions(explain=True)).hits[0]
    assert {part for part, _ in hit.why} >= {"refund", "twice"}
    # OpenSearch leaves a shard that has none of a phrase's words out of the phrase's statistics
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
