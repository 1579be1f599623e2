"""docs/architecture.md and docs/glossary.md say what is so."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "architecture.md").read_text("utf-8")
GLOSSARY = ROOT / "docs" / "glossary.md"
NAMED = re.findall(r"`((?:kb|importers|templates|site|tests)/[\w/.-]*)`(?: `(\w+)`)?", TEXT)


@cache
def defined(path: str) -> frozenset[str]:
    """Names that a module defines at its top."""
    names: set[str] = set()
    for node in ast.parse((ROOT / path).read_text("utf-8")).body:
        match node:
            case ast.FunctionDef() | ast.ClassDef():
                names.add(node.name)
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]):
                names.add(name)
            case _:
                pass
    return frozenset(names)


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED)))
def test_what_is_named_exists(path: str, name: str) -> None:
    """Each file is there, and defines the name that stands behind it."""
    if path == "importers/dokuwiki/":
        return  # where one would go
    assert (ROOT / path).exists()
    if name:
        assert name in defined(path)


def test_every_room_is_listed() -> None:
    """Each package right below kb and importers, and each file on the ground, is on the page."""
    rooms = [path for path in (ROOT / "kb").iterdir() if (path / "__init__.py").is_file()]
    for room in rooms:
        assert f"| kb/{room.name}/ |" in TEXT, room.name
    for file in (ROOT / "kb").glob("*.py"):
        if not file.name.startswith("__"):
            assert f"`kb/{file.name}`" in TEXT, file.name
    assert "| importers/ |" in TEXT


def test_five_journeys_begin_below_the_command() -> None:
    """There are five journeys of six to eight steps; none needs the command's room."""
    journeys = re.split(r"^### ", TEXT, flags=re.MULTILINE)[1:]
    assert len(journeys) == 5
    for journey in journeys:
        steps = re.findall(r"^\d\. `([\w/.]+)`", journey, re.MULTILINE)
        assert 6 <= len(steps) <= 8
        assert not any(step.startswith("kb/cli/") for step in steps)


def class_names() -> dict[str, list[str]]:
    """Class → the files of kb and importers that define one of that name."""
    found: dict[str, list[str]] = {}
    for folder in ("kb", "importers"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.ClassDef):
                    found.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    return found


def test_no_class_name_means_two_things() -> None:
    """A name of two classes is explained in the glossary, in a line that names both files."""
    lines = GLOSSARY.read_text("utf-8").splitlines()
    twice = {name: files for name, files in class_names().items() if len(files) > 1}
    unexplained = {
        name: files for name, files in twice.items()
        if not any(f"`{name}`" in line and all(f in line for f in files) for line in lines)
    }  # fmt: skip
    assert unexplained == {}


def test_the_glossary_names_files_that_exist() -> None:
    """Each word's file is there, so that a newcomer finds the code by the word."""
    rows = [line for line in GLOSSARY.read_text("utf-8").splitlines() if line.startswith("| ")]
    assert len(rows) > 40
    for path in re.findall(r"`((?:kb|importers|site|templates)/[\w/.-]+)`", "\n".join(rows)):
        assert (ROOT / path).exists(), path


def test_contributing_names_files_that_exist() -> None:
    """Each file to copy is there."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    for path in re.findall(r"`((?:kb|importers|site|templates|tests|docs)/[\w/.-]+)`", text):
        assert (ROOT / path).exists() or "your" in path, path


def test_every_test_states_its_claim() -> None:
    """The first thing in a test function is a docstring."""
    silent = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in sorted(Path(ROOT / "tests").rglob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]  # fmt: skip
    assert silent == []
