"""The browser's query language and analysis against those of kb.search."""

# ruff: noqa: E501

from __future__ import annotations

import random
from typing import TypeAlias, cast

import pytest
from playwright.sync_api import Browser, Page

from kb.cases.record import Case, Status, Turn
from kb.publish.site_build.site_builder import build
from kb.search.analysis import terms
from kb.search.documents.search_document import SearchDocument
from kb.testing.engines import documents, queries
from tests.site.conftest import SITE
from tests.site.samples import Sample, at, small
from tests.site.test_analysis_js import engine  # noqa: F401  (a fixture)

Answers: TypeAlias = tuple[dict[str, str], dict[str, str]]
"""By query: what the browser found, and what it should find."""

ELSEWHERE = {"kind:case", "", "-"}
"""What a site answers otherwise: its kinds are of identifiers; nothing asked is its front."""


def case(document: SearchDocument) -> Case:
    """The document of the engines' conformance suite as a case."""
    names, texts = dict(document.names), {text.name: text for text in document.texts}
    day = str(document.day or "")
    return small(
        f"q#{document.number}_{document.key}" if document.number else f"q_{document.key}",
        texts["problem"].text,
        status=cast(Status, names["status"]),
        date=f"{day[:4]}-{day[4:6]}-{day[6:]}" if day else None,
        turns=(Turn(round=1, speaker=names["speaker"], text=texts["turn"].text, origin=at(1)),),
    )


@pytest.fixture(scope="module")
def answers(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    out = tmp_path_factory.mktemp("queries") / "internal"
    build(
        Sample([case(document) for document in documents()], []), out, SITE, out.parent / "memory"
    )
    page = browser.new_page()
    page.goto((out / "index.html").as_uri())
    asked = [query for query in queries() if query not in ELSEWHERE]
    found = page.evaluate(
        "async (all) => Promise.all(all.map(async (q) => (await kb.search(q, 20, true)).hits"
        ".map((hit) => hit.id.at(-1)).sort().join('')))",
        asked,
    )
    page.close()
    return dict(zip(asked, found, strict=True)), queries()


def test_queries_find_what_the_table_says(answers: Answers) -> None:
    """A site of the table's documents answers each of its queries with the documents named."""
    found, table = answers
    wrong = {query: (ids, table[query]) for query, ids in found.items() if ids != table[query]}
    assert wrong == {}


ALPHABETS = (
    "充电桩重複扣費账单𠀀𠮷㐀﨑", "ガがｶﾞｱーぁ゙", "환불가각ㄱㅏ", "ไทยกา", "ＡＢｃ１２３㎡ﬁ½", "éàñ́̈ßςΣİı",
    "😀👍🏽‍❤️", "0123456789", "abcXYZrefundsing'’", "._-@/:#+~%&=?\\", " \t\n　,。!(){}", "абвДЖ",
)  # fmt: skip


def some_text(rng: random.Random) -> str:
    alphabets = rng.sample(ALPHABETS, rng.randint(1, 4))
    return "".join(rng.choice(rng.choice(alphabets)) for _ in range(rng.randint(1, 30)))


def test_any_text_has_the_same_terms(engine: Page) -> None:  # noqa: F811
    """Texts of all scripts, joined at random, have the terms that kb.search.analysis finds."""
    rng = random.Random(9)
    texts = [some_text(rng) for _ in range(4000)]
    found = engine.evaluate("(all) => all.map((t) => terms(t).map((x) => x.join(' ')))", texts)
    here = [[f"{t.kind} {t.text} {t.position}" for t in terms(text)] for text in texts]
    wrong = [row for row in zip(texts, found, here, strict=True) if row[1] != row[2]]
    assert wrong[:5] == []
