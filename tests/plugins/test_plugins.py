"""Importers, exporters and engines of other packages: found, used, and held to the same tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.archive import Archive
from kb.model import PageId, PageSeen, Revision
from tests.plugins.conftest import HERE, Run


@pytest.mark.parametrize("kind", ["importer", "engine"])
def test_a_plug_in_passes_its_kind_s_conformance_suite(with_plugin: Run, kind: str) -> None:
    """pytest over the plug-in's own tests, which subclass the suite of kb.testing, passes."""
    tests = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null"]
    folder = HERE / kind
    done = with_plugin(kind, *tests, "--rootdir", folder, "--confcutdir", folder, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def test_an_importer_is_found_by_its_entry_point(with_plugin: Run, tmp_path: Path) -> None:
    """`kb import` recognises the source of another package's importer, and takes its name."""
    (tmp_path / "wiki.notes").write_text("== Ours.WebHome ==\nthe turbine stopped\n", "utf-8")
    for arguments in (["wiki.notes"], ["wiki.notes", "--as", "notes"]):
        done = with_plugin("importer", "-m", "kb", "import", *arguments)
        assert done.returncode == 0, done.stderr
    found = with_plugin("importer", "-m", "kb", "search", "turbine", "--json")
    assert '"Ours.WebHome"' in found.stdout


def test_an_engine_is_named_in_kb_toml(with_plugin: Run, tmp_path: Path) -> None:
    """`kb search` asks it, and its index is of the version of its package."""
    (tmp_path / "kb.toml").write_text('[search]\nbackend = "plain"\n')
    with Archive(tmp_path / ".kb" / "archive.db", create=True) as archive:
        page = PageSeen(id=PageId("w", "A.B"), history="latest")
        archive.ingest(archive.source("x", "test"), [page, Revision(version="1.1", content="扣费")])
    done = with_plugin("engine", "-m", "kb", "search", "扣费")
    assert done.stdout.startswith("A.B\n"), done.stderr
    (state,) = tmp_path.glob(".kb/index/plain/state.json")
    assert "plain-casebook-plain-engine-1.0-" in state.read_text("utf-8")
