"""`kb search` as a process of its own, on the real page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kb.cases.store.store import up_to_date
from kb.config import Config, Home
from kb.search.documents.case_documents import CaseDocuments
from kb.search.service import HomeSearch
from tests.conftest import Kb

EXPECTED = {
    "6730": {46},
    "20200404": {46, 44},
    "44030500040000200030": {46},
    "重复扣费": {46},
    "扣费": {46},
    "重複扣費": {46},
    "罗宾森 登出": {44},
    "GZSS": {43},
    "status:resolved": {44, 43},
    "speaker:许总": {45},
    "after:2020-04-08": {46},
    "engineer:chinyee": {43},
    "station:德顺": {46},
    "account:gzss OR 报表": {43},
}


@pytest.fixture
def filled(kb: Kb, shared: Path) -> Kb:
    dump = shared / "samples" / "after-sales-cases.blame.txt"
    kb("import", dump, "--page-name", "Support.Cases.WebHome")
    return kb


def test_each_query_finds_exactly_the_cases_that_a_reader_would_name(
    filled: Kb, tmp_path: Path
) -> None:
    """On the imported sample page, queries find these cases and no other."""
    home = Home(tmp_path, Config())
    with up_to_date(home) as (_, store):
        search = HomeSearch(home, CaseDocuments(store))
        for query, expected in EXPECTED.items():
            found = search.find(query)
            numbers = {hit.document.number for hit in found.hits}
            assert (query, numbers, found.total) == (query, expected, len(expected))


def test_a_word_that_is_nowhere_finds_none_and_says_so(filled: Kb) -> None:
    """stdout stays empty, and stderr says that nothing was found."""
    done = filled("search", "不存在的词")
    assert done.stdout == ""
    assert "nothing found for 不存在的词" in done.stderr


def test_marks_stand_on_what_was_written(filled: Kb) -> None:
    """A query in traditional characters marks the simplified ones of the text."""
    hit = json.loads(filled("search", "重複扣費", "--json").stdout)["hits"][0]
    mark = hit["highlights"][0]
    start, end = mark["spans"][0]
    assert (mark["field"], mark["text"][start:end]) == ("problem", "重复扣费")


def test_words_with_a_minus_need_no_quotes(filled: Kb) -> None:
    """`-word` on the command line is a part of the query, not an option."""
    done = filled("search", "status:resolved", "-gzss")
    assert done.stdout.startswith("szds_case#44_20200407  2020-04-07  resolved\n")
    assert "#43" not in done.stdout
