"""The suite that an importer's author runs: here for the example in this folder."""

from pathlib import Path

import pytest
from casebook_notes import Notes

from kb.testing.importers import ImporterConformance


class TestNotes(ImporterConformance):
    """Notes keeps to all that importers keep to."""

    @pytest.fixture
    def importer(self) -> Notes:
        return Notes()

    @pytest.fixture
    def source(self, tmp_path: Path) -> str:
        path = tmp_path / "wiki.notes"
        path.write_text("== A.WebHome ==\none\n== B.WebHome ==\ntwo\n", "utf-8")
        return str(path)

    @pytest.fixture
    def unusable(self, tmp_path: Path) -> str:
        path = tmp_path / "other.notes"
        path.write_bytes(b"\x00\xff")
        return str(path)
