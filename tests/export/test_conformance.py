"""Every format passes the tests that the author of one runs; options are each format's own."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from kb.errors import UsageError
from kb.export.protocol import Exporter, exporter_named, exporter_names, options_of
from kb.plugins import EXPORTERS, OURS
from kb.testing.exporters import ExporterConformance
from tests.conftest import Kb

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = ROOT / "tests" / "plugins" / "exporter"
FORMS = [
    ("jsonl", "cases.jsonl"), ("csv", "cases.csv"), ("csv", "tables"), ("sqlite", "cases.db"),
    ("parquet", "tables"), ("xar", "wiki.xar"), ("mediawiki", "dump.xml"), ("markdown", "tree"),
    ("git", "repository"), ("git", "bare.git"),
]  # fmt: skip


class TestOurFormats(ExporterConformance):
    """Each keeps to all that exporters keep to."""

    @pytest.fixture(params=FORMS, ids=" ".join)
    def form(self, request: pytest.FixtureRequest) -> tuple[str, str]:
        name, dest = request.param
        return name, dest

    @pytest.fixture
    def exporter(self, form: tuple[str, str]) -> Exporter[Any]:
        if form[0] == "parquet":
            pytest.importorskip("pyarrow")
        return exporter_named(form[0])

    @pytest.fixture
    def dest(self, form: tuple[str, str]) -> str:
        return form[1]

    def state(self, made: Path) -> object:
        """Of git the newest commit's id: packs and the index may differ where all else is same."""
        if not (made / ".git").exists() and made.suffix != ".git":
            return super().state(made)
        command = ["git", "-C", str(made), "rev-parse", "main"]
        return subprocess.run(command, capture_output=True, check=True).stdout


def test_every_format_is_tested_here() -> None:
    """A format of this package is in the list above."""
    assert {name for name, _ in FORMS} == set(OURS[EXPORTERS])


def test_an_option_of_another_format_is_told_with_that_format() -> None:
    """By name or value: a UsageError that says what would do."""
    with pytest.raises(UsageError, match="xar has no option branch") as caught:
        options_of(exporter_named("xar"), {"branch": "main"})
    assert caught.value.hint == "an option of: git"
    with pytest.raises(UsageError, match="flavour"):
        options_of(exporter_named("markdown"), {"flavour": "docbook"})
    with pytest.raises(UsageError, match="no format 'docx'") as caught:
        exporter_named("docx")
    assert "jsonl, markdown, mediawiki" in caught.value.hint


def test_the_command_says_which_format_has_a_flag(
    kb: Kb,
) -> None:
    """`kb export xar --branch` names git; `kb export git --help` lists git's flags alone."""
    done = kb("export", "xar", "x.xar", "--branch", "main", check=False)
    assert (done.returncode, done.stderr) == (
        2, "error: xar has no option --branch\nhint: an option of: git\n",
    )  # fmt: skip
    shown = kb("export", "git", "--help").stdout
    assert "--authors" in shown
    assert "--flavour" not in shown
    assert all(name in kb("export", "--help").stdout for name in exporter_names())


def test_options_may_stand_before_the_format(kb: Kb, tmp_path: Path) -> None:
    """Whether an option has a value or not, and even if its value is the name of a format."""
    kb("import", ROOT / "demo")
    cases = kb("export", "jsonl", "-").stdout
    for options in (["--home", tmp_path], ["--removed"]):
        assert kb("export", *options, "jsonl", "-").stdout == cases
    assert "2 new commit(s)" in kb("export", "--source", "markdown", "git", "repo").stderr


def test_the_manual_has_the_plug_in() -> None:
    """docs/export.md shows its module as it is."""
    manual = (ROOT / "docs" / "export.md").read_text("utf-8")
    assert (PLUGIN / "casebook_plain_text.py").read_text("utf-8") in manual
