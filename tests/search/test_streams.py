"""The quick path to an engine's streams gives what the analysis says."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search.analysis import terms
from kb.search.analysis.streams import APART, streams

SPEC = Path(__file__).parent / "spec" / "terms.jsonl"
TEXTS = [json.loads(line)["text"] for line in SPEC.read_text("utf-8").splitlines()]
MIXED = st.text(st.sampled_from("重扣費ＡbCdé'.-_#1234 　9zﬁ\u0301\u200bあ"), max_size=30)


def check(text: str) -> None:
    found, wanted = streams(text), terms(text)
    places: dict[int, str] = {}
    for term in wanted:
        if term.kind in {"char", "word", "number"}:
            places.setdefault(term.position, term.text)
    assert found.seq == [places[i] for i in sorted(places)]
    of_numbers = Counter(t.text for t in wanted if t.kind in {"head", "gram", "tail"})
    assert Counter(found.num) == of_numbers
    scored = {t.text for t in wanted if t.kind in {"pair", "stem", "part", "number", "code"}}
    for_score = set(found.rel) - {APART}
    assert for_score <= scored | {t.text for t in wanted if t.kind == "word"}
    assert {t.text for t in wanted if t.kind in {"pair", "stem", "number", "code"}} <= for_score


@pytest.mark.parametrize("text", TEXTS)
def test_the_table_s_texts(text: str) -> None:
    """The streams of terms.jsonl's texts hold what the table lists."""
    check(text)


@given(MIXED | st.text())
def test_any_text(text: str) -> None:
    """The streams of any text hold what `terms` gives."""
    check(text)
