"""Importers, exporters and engines of other packages: found, used, and held to the same tests."""

from __future__ import annotations

import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from importers.base import Source, importer_for, importer_named
from kb.archive import Archive
from kb.errors import InputError, UsageError
from kb.model import PageId, PageSeen, Revision
from kb.plugins import ENGINES, IMPORTERS, OURS, all_plugins
from tests.conftest import ROOT
from tests.plugins.conftest import HERE, Run


@pytest.mark.parametrize("kind", ["importer", "exporter", "engine"])
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


def test_an_exporter_is_found_by_its_entry_point(with_plugin: Run, tmp_path: Path) -> None:
    """`kb export` lists another package's format, derives its flags, and writes its proof."""
    kb = ("exporter", "-m", "kb")
    done = with_plugin(*kb, "import", HERE.parents[1] / "demo")
    assert done.returncode == 0, done.stderr
    done = with_plugin(*kb, "export", "text", "out.txt", "--underline", "-", "--report", "proof")
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "out.txt").read_text("utf-8")
    cases = with_plugin(*kb, "export", "jsonl", "-").stdout.count("\n")
    assert text.count("\n----") == cases > 0
    assert (tmp_path / "proof" / "report.html").is_file()
    assert "the cases as plain text" in with_plugin(*kb, "export", "--help").stdout
    done = with_plugin(*kb, "export", "jsonl", "-", "--underline", "-")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (2, "hint: an option of: text")


def test_our_own_are_registered_as_any_other() -> None:
    """pyproject.toml has the very entry points that kb.plugins knows without looking."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["entry-points"] == OURS


def test_no_other_package_takes_the_place_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that this distribution has means its own part, whoever else registers it."""
    other = EntryPoint("tantivy", "somewhere:Else", ENGINES)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [other])
    all_plugins.cache_clear()
    assert all_plugins(ENGINES)["tantivy"].target == OURS[ENGINES]["tantivy"]
    all_plugins.cache_clear()


def test_a_broken_package_of_others_spoils_no_import(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It is passed over where a source is recognised, and named where it is asked for."""
    broken = EntryPoint("broken", "no_such_module:Importer", IMPORTERS)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [broken])
    all_plugins.cache_clear()
    dump = ROOT / "demo" / "after-sales-zh.blame.txt"
    assert importer_for(Source(str(dump))).name == "blame-text"
    with pytest.raises(UsageError, match=r"broken of unknown cannot be loaded.*no_such_module"):
        importer_named("broken")
    (tmp_path / "x.bin").write_bytes(b"\0")
    with pytest.raises(InputError, match=r"not recognised.*broken of unknown cannot be loaded"):
        importer_for(Source(str(tmp_path / "x.bin")))
    all_plugins.cache_clear()
