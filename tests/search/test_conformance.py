"""The same suite for each engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.config import SearchConfig
from kb.search.asking.finder import Finder
from kb.search.engines.loading import engine_opener
from tests.search import conformance


@pytest.fixture(params=["tantivy", "whoosh"])
def finder(request: pytest.FixtureRequest, tmp_path: Path) -> Finder:
    return conformance.filled(
        engine_opener(SearchConfig(backend=request.param))(tmp_path / "index")
    )


def test_queries(finder: Finder) -> None:
    conformance.check_queries(finder)


def test_order_and_pages(finder: Finder) -> None:
    conformance.check_order(finder)


def test_facets(finder: Finder) -> None:
    conformance.check_facets(finder)


def test_writing(finder: Finder) -> None:
    conformance.check_writing(finder)


@pytest.mark.parametrize("name", ["tantivy", "whoosh"])
def test_what_is_closed_and_opened_again_is_the_same(name: str, tmp_path: Path) -> None:
    conformance.filled(engine_opener(SearchConfig(backend=name))(tmp_path)).engine.close()
    again = Finder(engine_opener(SearchConfig(backend=name))(tmp_path))
    assert conformance.keys(again, "扣费") == "a"
    assert again.engine.digests().keys() == set("abcdef")


def test_help(finder: Finder) -> None:
    conformance.check_help(finder)
