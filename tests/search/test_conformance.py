"""The conformance suite on the engines of this package that need no server."""

from __future__ import annotations

import pytest

from kb.config import SearchConfig
from kb.errors import UsageError
from kb.search.protocol import EngineOpener
from kb.search.service import engine_opener
from kb.testing.engines import EngineConformance


class TestTantivy(EngineConformance):
    """The default engine."""

    @pytest.fixture
    def open_engine(self) -> EngineOpener:
        return engine_opener(SearchConfig(backend="tantivy"))


class TestWhoosh(EngineConformance):
    """The engine in pure Python."""

    @pytest.fixture
    def open_engine(self) -> EngineOpener:
        return engine_opener(SearchConfig(backend="whoosh"))


def test_an_unknown_engine_is_an_error_that_names_those_there_are() -> None:
    """Whoever mistypes an engine's name is told which names would do."""
    with pytest.raises(UsageError, match="no search engine is called tantivi") as error:
        engine_opener(SearchConfig(backend="tantivi"))
    assert all(f'"{name}"' in error.value.hint for name in ("tantivy", "whoosh", "opensearch"))
