"""What holds for any text and any query."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.config import SearchConfig
from kb.search.find import Finder, Options
from kb.search.query import parse
from kb.search.service import opener
from tests.search import conformance
from tests.search.rough import document

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x4FFF)
LINE = st.text(HAN | st.sampled_from("，。 aB1重複扣費"), min_size=2, max_size=40)
TEXTS = st.lists(LINE, min_size=1, max_size=20)
SIGNS = st.sampled_from(
    [*'重复扣费refund 0123456789-*"“”()（）:：|~.#_/', " OR ", "status:", "after:"]
)
TYPED = st.lists(SIGNS, max_size=30).map("".join)
SLOW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def finder(tmp_path_factory: pytest.TempPathFactory) -> Finder:
    folder = tmp_path_factory.mktemp("laws")
    return conformance.filled(opener(SearchConfig())(folder))


def filled(folder: Path, texts: list[str]) -> Finder:
    engine = opener(SearchConfig())(folder)
    engine.add(document(str(i), text) for i, text in enumerate(texts))
    engine.commit()
    return Finder(engine)


@SLOW
@given(texts=TEXTS, data=st.data())
def test_any_part_of_a_run_of_two_or_more_finds_its_document(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], data: st.DataObject
) -> None:
    finder = filled(tmp_path_factory.mktemp("law"), texts)
    for number, text in enumerate(texts):
        for run in "".join(c if "\u4e00" <= c <= "\u9fff" else " " for c in text).split():
            if len(run) < 2:
                continue
            start = data.draw(st.integers(0, len(run) - 2))
            part = run[start : data.draw(st.integers(start + 2, len(run)))]
            hits = finder.find(part, Options(limit=50)).hits
            assert str(number) in {hit.document.key for hit in hits}


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(query=TYPED | st.text(max_size=60))
def test_a_query_never_raises_and_marks_lie_in_their_text(finder: Finder, query: str) -> None:
    for hit in finder.find(query, Options(facets=True)).hits:
        for mark in hit.highlights:
            assert any(mark.text in text.text for text in hit.document.texts)
            ends = [0]
            for start, end in mark.spans:
                assert ends[-1] <= start < end <= len(mark.text)
                ends.append(end)


@given(text=st.text(st.sampled_from("cafe\u0301 e\u0308重\ufe0f複ガ\u3099ｶﾞ👩\u200d🔧"), min_size=1))
def test_marks_never_part_a_letter_from_what_belongs_to_it(text: str) -> None:
    from kb.search.highlight import Needles, highlights
    from kb.search.score import words_of

    needles = Needles(list(words_of(parse("cafe café 重複 重 ガ").node)))
    for mark in highlights(document("a", text), needles):
        for start, end in mark.spans:
            assert not unicodedata.category(mark.text[start]).startswith("M")
            assert end == len(mark.text) or not unicodedata.combining(mark.text[end])


@pytest.mark.parametrize("query", ["(" * 5000, '"' * 5000, "-" * 5000, "a:" * 5000, "扣" * 50_000])
def test_long_nonsense_takes_no_longer_than_it_should(finder: Finder, query: str) -> None:
    assert finder.find(query).notes


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ('"open', "unclosed-quote"),
        ("(a b", "unclosed-bracket"),
        ("a)", "stray-bracket"),
        ("a OR", "empty-or"),
        ("status:", "no-value"),
        ("on:2020-13", "odd-value"),
        ("- -", None),
        ("a -(", "unclosed-bracket"),
    ],
)
def test_a_broken_query_is_understood_and_says_how(query: str, code: str | None) -> None:
    codes = {note.code for note in parse(query).notes}
    assert code in codes or code is None
