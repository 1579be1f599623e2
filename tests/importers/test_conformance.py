"""The project's own importers keep to the suite that others are given."""

from __future__ import annotations

from pathlib import Path

import pytest

from importers.base import Importer, importer_named
from kb.testing.importers import ImporterConformance
from tests.conftest import ROOT


class TestBlameText(ImporterConformance):
    """Text of the code viewer."""

    @pytest.fixture
    def importer(self) -> Importer:
        return importer_named("blame-text")

    @pytest.fixture
    def source(self) -> str:
        return str(ROOT / "demo" / "after-sales-zh.blame.txt")

    @pytest.fixture
    def unusable(self, tmp_path: Path) -> str:
        path = tmp_path / "prose.txt"
        path.write_text("no line has a number\n", "utf-8")
        return str(path)


class TestMarkdown(ImporterConformance):
    """A folder of Markdown."""

    @pytest.fixture
    def importer(self) -> Importer:
        return importer_named("markdown")

    @pytest.fixture
    def source(self, tmp_path: Path) -> str:
        (tmp_path / "docs" / "a").mkdir(parents=True)
        (tmp_path / "docs" / "a" / "index.md").write_text("# A\n\ntext ![](x.png)\n", "utf-8")
        (tmp_path / "docs" / "a" / "x.png").write_bytes(b"\x89PNG")
        return str(tmp_path / "docs")

    @pytest.fixture
    def unusable(self, tmp_path: Path) -> str:
        (tmp_path / "nothing").mkdir()
        return str(tmp_path / "nothing")


class TestXar(ImporterConformance):
    """Page XML in a XAR, with history and an attachment."""

    @pytest.fixture
    def importer(self) -> Importer:
        return importer_named("xar")

    @pytest.fixture
    def source(self, shared: Path) -> str:
        return str(shared / "samples" / "xar" / "Attachment2-misplaced-infos.xar")

    @pytest.fixture
    def unusable(self, tmp_path: Path) -> str:
        path = tmp_path / "broken.xar"
        path.write_bytes(b"PK\x03\x04 cut off")
        return str(path)
