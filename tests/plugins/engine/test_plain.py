"""The suite that an engine's author runs: here for the example in this folder."""

import pytest
from plain_engine import PlainEngine

from kb.config import SearchConfig
from kb.search.protocol import EngineOpener
from kb.testing.engines import EngineConformance


class TestPlainEngine(EngineConformance):
    """PlainEngine keeps to all that engines keep to."""

    @pytest.fixture
    def open_engine(self) -> EngineOpener:
        return lambda folder: PlainEngine(folder, SearchConfig(backend="plain"))
