"""Freshness: one stamp that every ingredient changes, and that all derived data obey."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

import kb
from tests.conftest import ROOT

STAMP = "from kb.freshness import code_stamp; print(code_stamp())"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of all that is shipped."""
    tree = tmp_path_factory.mktemp("tree")
    for name in ("kb", "importers", "templates", "site"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tree / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tree)
    return tree


def stamp_of(tree: Path, *before: Path) -> str:
    """The stamp that the copy computes; folders ``before`` come first on the path."""
    path = os.pathsep.join(map(str, (*before, tree)))
    done = subprocess.run(
        [sys.executable, "-c", STAMP], cwd=tree, capture_output=True, encoding="utf-8",
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}, check=True,
    )  # fmt: skip
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("folder", "pattern"),
    [
        ("kb/search", "**/*.py"),
        ("kb/cli", "**/*.py"),
        ("importers", "**/*.py"),
        ("kb/cases", "**/*.toml"),
        ("kb/text", "**/*.txt"),
        ("templates", "*.html"),
        ("site", "*.css"),
        ("site", "*.js"),
    ],
)
def test_a_change_to_any_ingredient_changes_the_stamp(
    tree: Path, folder: str, pattern: str
) -> None:
    """Code, profiles, tables, templates, style and scripts: one byte more, another stamp."""
    before = stamp_of(tree)
    file = max((tree / folder).glob(pattern))
    text = file.read_bytes()
    file.write_bytes(text + b"\n")
    assert stamp_of(tree) != before
    file.write_bytes(text)
    assert stamp_of(tree) == before


def test_a_new_version_of_the_distribution_changes_the_stamp(tree: Path) -> None:
    """The version alone is enough, whatever else is the same."""
    before = stamp_of(tree)
    file = tree / "kb" / "__init__.py"
    text = file.read_text("utf-8")
    file.write_text(text.replace(kb.__version__, "99.0"), "utf-8")
    assert stamp_of(tree) != before
    file.write_text(text, "utf-8")


@pytest.mark.parametrize("name", ["nh3", "pystemmer", "tantivy", "jinja2"])
def test_another_version_of_a_library_changes_the_stamp(
    tree: Path, tmp_path: Path, name: str
) -> None:
    """Sanitiser, stemmer, engine and templates shape what is written."""
    about = tmp_path / f"{name}-99.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 99.0\n")
    assert stamp_of(tree, tmp_path) != stamp_of(tree)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the demo, all derived data made."""
    with kb.open(tmp_path / "home", create=True) as library:
        library.import_(ROOT / "demo")
        library.search("x")
        library.build(tmp_path / "site")
        library.export("markdown", tmp_path / "tree")
    return tmp_path / "home"


def under_another_stamp(monkeypatch: pytest.MonkeyPatch) -> None:
    """What every module asks for the stamp of the code now answers otherwise."""
    for name, module in list(sys.modules.items()):
        if name.startswith("kb.") and hasattr(module, "code_stamp"):
            monkeypatch.setattr(module, "code_stamp", lambda: "f" * 32)


def made_by(home: Path) -> tuple[str, list[str]]:
    """What the records and the index in place say that they were made by."""
    with sqlite3.connect(home / ".kb" / "cases.db") as db:
        (stamp,) = db.execute("SELECT hex(value) FROM meta WHERE key = 'stamp'").fetchone()
    states = sorted((home / ".kb" / "index").rglob("state.json"))
    return stamp, [json.loads(path.read_bytes())["made_by"] for path in states]


def test_records_and_index_are_made_anew(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under another stamp both are; under the same one neither is."""
    before = made_by(home)
    with kb.open(home) as library:
        library.search("x")
    assert made_by(home) == before
    under_another_stamp(monkeypatch)
    with kb.open(home) as library:
        library.search("x")
    records, index = made_by(home)
    assert records != before[0]
    assert index == ["tantivy-" + "f" * 32]


def test_the_site_is_written_anew(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under another stamp every file is made again; under the same one none is."""
    with kb.open(home) as library:
        assert library.build(home.parent / "site").written == 0
    under_another_stamp(monkeypatch)
    with kb.open(home) as library:
        assert library.build(home.parent / "site").written > 20
        assert library.build(home.parent / "site").written == 0


def test_a_markdown_tree_is_rendered_anew(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under another stamp no page is taken over from the tree in place."""

    def inputs() -> set[str]:
        manifest = json.loads((home.parent / "tree" / ".casebook").read_bytes())
        return {page["inputs"] for page in manifest["pages"].values()}

    before = inputs()
    with kb.open(home) as library:
        library.export("markdown", home.parent / "tree")
    assert inputs() == before
    under_another_stamp(monkeypatch)
    with kb.open(home) as library:
        library.export("markdown", home.parent / "tree")
    assert not inputs() & before
