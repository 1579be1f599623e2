"""What holds for any text and any query."""

from __future__ import annotations

import re
from itertools import accumulate
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.config import SearchConfig
from kb.search.analysis import fold_text, simplified
from kb.search.analysis.scripts import HAN_RUN
from kb.search.asking.finder import Finder
from kb.search.asking.highlight import Needles, highlights
from kb.search.asking.hits import Hits, MatchMode, SearchOptions, to_json
from kb.search.query import parse
from kb.search.query.score import words_of
from kb.search.service import engine_opener
from kb.testing.engines import fill
from tests.search.rough import document

HAN = st.one_of(
    st.sampled_from("重複扣費臺灣后後裡里乾干發髮𠮷𠀋𪜈〇々豈羅"),
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
    st.characters(min_codepoint=0x20000, max_codepoint=0x2FA1D, categories=["Lo"]),
)
"""Simplified, traditional, compatibility forms, extension B and beyond."""
OTHER = st.sampled_from("，。　 aB1ガがｶﾞあＡ１充\ufe0f\u200b한")
LINE = st.text(HAN | OTHER, min_size=2, max_size=40)
TEXTS = st.lists(LINE, min_size=1, max_size=20)
SIGNS = st.sampled_from(
    [*'重复扣费refund 0123456789-*"“”()（）:：|~.#_/', " OR ", "status:", "after:"]
)
SHARDS = [
    *"重复扣费退款refund 0123456789-*\"“”()（）:：|~.#_/\\'^$[]{}+?&%=@!,;<>",
    *"\u200d\ufe0f\u0301\ud800𠮷ガ①İß\x00",
    *(
        " OR ",
        "status:",
        "after:",
        "on:2020",
        "number:1..",
        "date:>=",
        "桩号:",
        "speaker:",
        "kind:",
    ),
    *("label=", "^1234", "…", "9" * 20, "a" * 70),
]
TYPED = st.lists(SIGNS, max_size=30).map("".join)
SLOW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def finder(tmp_path_factory: pytest.TempPathFactory) -> Finder:
    folder = tmp_path_factory.mktemp("laws")
    return fill(engine_opener(SearchConfig())(folder))


def filled(folder: Path, texts: list[str]) -> Finder:
    engine = engine_opener(SearchConfig())(folder)
    engine.add(document(str(i), text) for i, text in enumerate(texts))
    engine.commit()
    return Finder(engine)


@SLOW
@given(texts=TEXTS, data=st.data())
def test_any_part_of_a_run_of_two_or_more_finds_its_document(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], data: st.DataObject
) -> None:
    """As it was written, simplified, or folded: a part of a Han run finds its text."""
    finder = filled(tmp_path_factory.mktemp("law"), texts)
    for number, text in enumerate(texts):
        for run in HAN_RUN.findall(text):
            if len(run) < 2:
                continue
            start = data.draw(st.integers(0, len(run) - 2))
            part = run[start : data.draw(st.integers(start + 2, len(run)))]
            for typed in {part, simplified(part), fold_text(part)}:
                found = finder.find(typed, SearchOptions(limit=50, match="all")).hits
                assert str(number) in {hit.document.key for hit in found}


@SLOW
@given(
    text=st.text(st.sampled_from("扣費ガあがＡb１한 ，"), min_size=2, max_size=12), data=st.data()
)
def test_what_stands_side_by_side_is_found_as_it_is_typed_whatever_the_scripts(
    tmp_path_factory: pytest.TempPathFactory, text: str, data: st.DataObject
) -> None:
    """Cut where no word is parted: any stretch of characters of scripts without spaces."""
    finder = filled(tmp_path_factory.mktemp("law"), [text])
    for run in re.findall("[扣費ガあが한]{2,}", text):
        start = data.draw(st.integers(0, len(run) - 2))
        assert finder.find(run[start : data.draw(st.integers(start + 2, len(run)))]).total == 1


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(query=TYPED | st.text(st.characters(categories=None), max_size=60))
def test_a_query_never_raises_and_marks_lie_in_their_text(finder: Finder, query: str) -> None:
    """Whatever is typed has an answer that can be printed, with marks inside their texts."""
    check_answer(finder.find(query, SearchOptions(facets=True)))


def check_answer(hits: Hits) -> None:
    """It can be printed, and its marks lie in their texts, apart and in order."""
    assert to_json(hits)
    for hit in hits.hits:
        for mark in hit.highlights:
            assert any(mark.text in text.text for text in hit.document.texts)
            ends = [0]
            for start, end in mark.spans:
                assert ends[-1] <= start < end <= len(mark.text)
                ends.append(end)


@pytest.mark.prove
@pytest.mark.parametrize(("backend", "count"), [("tantivy", 100_000), ("whoosh", 10_000)])
def test_a_hundred_thousand_queries_at_random(backend: str, count: int, tmp_path: Path) -> None:
    """The same for random signs, scripts and code points, at length."""
    finder = fill(engine_opener(SearchConfig(backend=backend))(tmp_path))
    random = Random(count)
    matches: tuple[MatchMode, ...] = ("auto", "any", "all")
    for _ in range(count):
        query = "".join(random.choices(SHARDS, k=random.randint(1, 14)))
        if random.random() < 0.2:
            query = "".join(chr(random.randrange(0x110000)) for _ in range(random.randint(1, 20)))
        options = SearchOptions(match=random.choice(matches), facets=random.random() < 0.1)
        check_answer(finder.find(query, options))


CHARACTERS = (
    *"caf 重複充",
    *(
        "e\u0301",
        "重\ufe0f",
        "葛\U000e0100",
        "カ\u3099",
        "ｶﾞ",
        "\u1112\u1161\u11ab",
        "가\u11a8",
        "कि",
    ),
    *("👩\u200d🔧", "👍🏽", "🇨🇳", "🏴\U000e0067\U000e007f", "1\ufe0f\u20e3"),
)
"""Each is one character to whoever reads it, whatever it is made of."""


@settings(max_examples=300, deadline=None)
@given(
    parts=st.lists(st.sampled_from(CHARACTERS), min_size=1, max_size=60),
    padding=st.integers(0, 400),
)
def test_marks_and_their_windows_never_part_what_is_one_character(
    parts: list[str], padding: int
) -> None:
    """Marks begin and end between what a reader takes for characters."""
    whole = [*parts, *["充"] * padding, *parts]
    text, edges = "".join(whole), set(accumulate(map(len, whole), initial=0))
    needles = Needles(list(words_of(parse("cafe café 重複 重 ガ 한 가 充充 कि 1").node)))
    for mark in highlights(document("a", text), needles):
        starts = (m.start() for m in re.finditer(f"(?={re.escape(mark.text)})", text))
        places = [0, len(mark.text), *(end for span in mark.spans for end in span)]
        assert any(edges >= {at + place for place in places} for at in starts)


@pytest.mark.parametrize("query", ["(" * 5000, '"' * 5000, "-" * 5000, "a:" * 5000, "扣" * 50_000])
def test_long_nonsense_takes_no_longer_than_it_should(finder: Finder, query: str) -> None:
    """Thousands of brackets, quotes or letters are answered at once, with a note."""
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
    """A broken query has a note with a stable code instead of an error."""
    codes = {note.code for note in parse(query).notes}
    assert code in codes or code is None
