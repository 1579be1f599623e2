"""The suite that an exporter's author runs: here for the example in this folder."""

import pytest
from casebook_plain_text import PlainText

from kb.testing.exporters import ExporterConformance


class TestPlainText(ExporterConformance):
    """The example keeps to all that exporters keep to."""

    @pytest.fixture
    def exporter(self) -> PlainText:
        return PlainText()
