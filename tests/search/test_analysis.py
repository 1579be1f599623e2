"""The analysis against its tables, and its laws."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search.analysis import browser_table, fold_text, simplified, stem, terms
from kb.text.fold import fold

SPEC = Path(__file__).parent / "spec"
CASES = [json.loads(line) for line in (SPEC / "terms.jsonl").read_text("utf-8").splitlines()]
STEMS = [line.split("\t") for line in (SPEC / "stems.tsv").read_text("utf-8").splitlines()]
AWKWARD = st.text(
    st.sampled_from(
        "重複扣費ＡＢｶﾞﾊﾟ\u0301\u3099ﬁ㎡①ßİΣσς각\u1100\u1161\u11a8"
        " '’…\u200b.-_#1234aZé𠮷臺\u0345\u0308"
    ),
    max_size=12,
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_terms_are_those_of_the_table(case: dict[str, str]) -> None:
    """Text gives the kinds, terms, positions and spans that terms.jsonl lists."""
    found = terms(case["text"])
    assert " ".join(f"{t.kind}:{t.text}@{t.position}" for t in found) == case["terms"]
    assert " ".join(f"{t.start}-{t.end}" for t in found) == case["spans"]


def test_stems_are_those_of_the_table() -> None:
    """English words have the stems that stems.tsv lists."""
    assert {word: stem(word) for word, _ in STEMS} == dict(STEMS)


@given(AWKWARD | st.text())
def test_folding_with_and_without_places_is_the_same_and_done_once(text: str) -> None:
    """fold and fold_text agree on any text, and folding twice changes nothing."""
    folded = fold(text)
    assert folded.text == fold_text(text)
    assert fold_text(folded.text) == folded.text


@given(AWKWARD | st.text())
def test_places_lie_in_the_original_and_never_go_back(text: str) -> None:
    """Each folded character has a non-empty span of the original, in ascending order."""
    folded = fold(text)
    assert len(folded.starts) == len(folded.ends) == len(folded.text)
    assert list(folded.starts) == sorted(folded.starts)
    assert all(0 <= s < e <= len(text) for s, e in zip(folded.starts, folded.ends, strict=True))


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=2), st.data())
def test_any_part_of_a_run_gives_terms_of_the_run(text: str, data: st.DataObject) -> None:
    """Any two or more neighbours of a Han run have only terms that the run has: phrases match."""
    start = data.draw(st.integers(0, len(text) - 2))
    stop = data.draw(st.integers(start + 2, len(text)))
    whole = {(t.kind, t.text) for t in terms(text)}
    assert {(t.kind, t.text) for t in terms(text[start:stop])} <= whole


@given(AWKWARD | st.text())
def test_a_term_stands_where_it_says(text: str) -> None:
    """What is written in a term's span folds to the term, stems and number ends apart."""
    for term in terms(text):
        if term.kind not in {"stem", "head", "tail"}:
            assert term.text in fold_text(text[term.start : term.end])


def test_simplified_keeps_the_length_and_the_rest() -> None:
    """Traditional characters become simplified one for one; all else stays."""
    assert simplified("重複扣費ABC，１") == "重复扣费ABC，１"


def test_the_browser_gets_only_what_it_can_find() -> None:
    """The browser's folding table leaves out characters that lead to none of the index."""
    everything, targets = browser_table()
    assert len(everything) == len(targets) > 3000
    assert browser_table({"复", "费"}) == ("復複費", "复复费")


def test_a_great_deal_of_anything_takes_no_longer_than_it_should() -> None:
    """Long repetitions of one character give terms in linear number: nothing backtracks."""
    for text in ("a" * 200_000, "1" * 200_000, "a-" * 100_000, "'" * 10**6, "é\u0301" * 100_000):
        assert len(terms(text)) < 10**6
