"""The queries that the real page must answer, each with the cases that a reader would name."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.config import Config, Home
from kb.search.documents.case_documents import CaseDocuments
from kb.search.service import HomeSearch
from tests.search.rough import Store, cases_of_dump

EXPECTED = {
    "6730": {46},
    "*6730": {46},
    "20200404": {46, 44},
    "44030500040000200030": {46},
    "4403050004": {46},
    "13410765291": {46},
    "1341*": {46},
    "*5291": {46},
    "重复扣费": {46},
    "扣费": {46},
    "重複扣費": {46},
    "罗宾森 登出": {44},
    "羅賓森": {46, 44},
    "GZSS": {43},
    "gzss 报表": {43},
    "status:resolved": {44, 43},
    "状态:已解决": {44, 43},
    "状态：已解决 -gzss": {44},
    "speaker:许总": {45},
    "speaker:许": set(),
    "speaker:许*": {45},
    "speaker:令": {46},
    "speaker:令*": {46, 44},
    "after:2020-04-08": {46},
    "before:2020-04": set(),
    "before:2020-04-07": {43},
    "on:2020-04": {46, 45, 44, 43},
    "on:2020-04-07": {45, 44},
    "number:43..44": {43, 44},
    "桩号:4403": {46},
    "账单号:*6730": {46},
    '"自动退款" OR gzss': {45, 43},
    "(扣费 OR 报表) status:unset": {46},
    "mc.linghuchongtech.com": {46},
    "linghuchongtech": {46},
    "04:51:09": {46},
    "1586489889894-194.png": {46},
    "szds_case#44": {44},
    "不存在的词": set(),
    "zzzqqq": set(),
    "9999999": set(),
}


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> HomeSearch:
    dump = shared / "samples" / "after-sales-cases.blame.txt"
    cases = cases_of_dump(dump.read_text("utf-8"))
    home = Home(tmp_path_factory.mktemp("home"), Config())
    return HomeSearch(home, CaseDocuments(Store(cases)))


@pytest.mark.parametrize("query", EXPECTED)
def test_a_query_finds_what_a_reader_would_name(search: HomeSearch, query: str) -> None:
    """On the real page's cases, each query finds exactly these."""
    found = search.find(query)
    assert {hit.document.number for hit in found.hits} == EXPECTED[query]
    assert found.total == len(found.hits)
