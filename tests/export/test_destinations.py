"""Where commands write: what is replaced, what never is, and what a failing disk makes of it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import kb as casebook
from tests.conftest import Kb, fill
from tests.export.test_conformance import FORMS, ROOT


@pytest.fixture
def home(kb: Kb, tmp_path: Path) -> Path:
    """The test's folder as a home with the demo's pages, imported from a copy beside it."""
    kb("import", ROOT / "demo")
    return tmp_path


@pytest.mark.parametrize("trouble", ["full", "read-only"])
def test_a_disk_that_takes_nothing_is_named(kb: Kb, home: Path, disk: Path, trouble: str) -> None:
    """Every format: an error that says where and why, nothing left, no traceback."""
    if trouble == "full":
        fill(disk)
    else:
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    there = set(os.listdir(disk))  # noqa: PTH208
    goes_on = {"repository", "bare.git", ".tree.next"}
    with casebook.open(home) as library:
        for form, name in FORMS:
            if form == "parquet":
                continue
            with pytest.raises(casebook.KbError) as caught:
                library.export(form, disk / name, report=disk / "report")
            assert form == "git" or str(disk) in str(caught.value), form
            assert set(os.listdir(disk)) - goes_on == there, form  # noqa: PTH208


def test_what_an_export_wrote_is_known_by_its_bytes(kb: Kb, home: Path) -> None:
    """It is replaced wherever it stands now, an empty file too; by another home it is not."""
    kb("export", "jsonl", "cases.jsonl")
    (home / "cases.jsonl").rename(home / "moved.jsonl")
    (home / "empty.jsonl").touch()
    for name in ("moved.jsonl", "empty.jsonl", "moved.jsonl"):
        kb("export", "jsonl", name)
    kb("import", ROOT / "demo", "--home", "other")
    done = kb("export", "jsonl", "moved.jsonl", "--home", "other", check=False)
    assert done.returncode == 3
    assert "moved.jsonl: not a file that an export of this home wrote" in done.stderr
    kb("export", "jsonl", "moved.jsonl", "--home", "other", "--force")


def test_what_stands_beside_is_looked_at_too(kb: Kb, home: Path) -> None:
    """A metadata.yml and a report.html of somebody else stay, and nothing else is written."""
    (home / "metadata.yml").write_text("mine")
    done = kb("export", "sqlite", "cases.db", check=False)
    assert done.returncode == 3
    assert "metadata.yml: not a file" in done.stderr
    assert not (home / "cases.db").exists()
    (home / "report").mkdir()
    (home / "report" / "report.html").write_text("mine")
    done = kb("export", "jsonl", "cases.jsonl", "--report", "report", check=False)
    assert done.returncode == 3
    assert not (home / "cases.jsonl").exists()
    assert (home / "report" / "report.html").read_text() == "mine"


def test_a_report_is_replaced_by_the_next(kb: Kb, home: Path) -> None:
    """The report of an earlier export is the home's own."""
    for _ in range(2):
        kb("export", "mediawiki", "dump.xml", "--report", "report")
    assert (home / "report" / "redirects.tsv").is_file()


def test_a_source_is_not_replaced_even_by_force(kb: Kb, home: Path) -> None:
    """A file that was imported, or that stands in a folder of kb.toml's, stays as it is."""
    dumps = home / "dumps"
    dumps.mkdir()
    page = home / "page.txt"
    text = (ROOT / "demo" / "after-sales-zh.blame.txt").read_bytes()
    page.write_bytes(text)
    kb("import", "page.txt")
    (dumps / "new.txt").write_text("mine")
    (home / "kb.toml").write_text('[[source]]\nlocation = "dumps"\n')
    for place in (page, dumps / "new.txt", dumps):
        for form in ("jsonl", "csv"):
            assert kb("export", form, place, "--force", check=False).returncode in (2, 3)
    assert page.read_bytes() == text
    assert kb("export", "jsonl", dumps / "cases.jsonl").returncode == 0


KINDS: dict[str, Callable[[casebook.Library, Path], object]] = {
    "site": lambda one, place: one.build(place),
    "tree": lambda one, place: one.export("markdown", place),
    "tree for hugo": lambda one, place: one.export("markdown", place, flavour="hugo"),
    "public tree": lambda one, place: one.export("markdown", place, audience="public"),
    "tables": lambda one, place: one.export("csv", place, force=True),
    "repository": lambda one, place: one.export("git", place),
    "repository of Markdown": lambda one, place: one.export("git", place, source="markdown"),
    "backup": lambda one, place: one.backup(place),
}
"""What kb makes a folder of."""


@pytest.mark.parametrize("kind", KINDS)
def test_what_kb_made_is_replaced_by_its_kind_alone(home: Path, kind: str) -> None:
    """No site takes the place of a tree that somebody may have edited, no internal tree that of a
    public one, and so on; again, each goes through."""
    place = home / "place"
    with casebook.open(home) as library:
        KINDS[kind](library, place)
        before = {path: path.is_file() and path.read_bytes() for path in place.rglob("*")}
        for other, write in KINDS.items():
            if other != kind:
                with pytest.raises(casebook.KbError, match="place"):
                    write(library, place)
        assert {p: p.is_file() and p.read_bytes() for p in place.rglob("*")} == before
        KINDS[kind](library, place)


COMMANDS = {
    "build": ("build", "--out"),
    "profile learn": ("profile", "learn", "--out"),
    "export": ("export", "jsonl"),
}
"""Every command that writes to a path given by the user, exports' formats apart."""


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_writes_over_what_is_not_its_own(kb: Kb, home: Path, command: str) -> None:
    """A foreign file, a link, the archive, the home: refused with what to do, and as they were."""
    (home / "mine").write_text("mine")
    (home / "link").symlink_to("mine")
    (home / "nowhere").symlink_to("nothing")
    archive = (home / ".kb" / "archive.db").read_bytes()
    for place in ("mine", "link", "nowhere", ".kb/archive.db", ".", "mine/below"):
        done = kb(*COMMANDS[command], place, check=False)
        assert done.returncode in (2, 3), (place, done.stderr)
        assert "error: " in done.stderr.lower(), done.stderr
    assert (home / "mine").read_text() == "mine"
    assert (home / "nowhere").is_symlink()
    assert (home / ".kb" / "archive.db").read_bytes() == archive


def test_a_home_is_begun_once(kb: Kb, tmp_path: Path) -> None:
    """`kb init` leaves a kb.toml alone, also one that is a link, and says what to do."""
    (tmp_path / "kb.toml").symlink_to("nothing")
    for folder in (".", tmp_path / "new", tmp_path / "new"):
        done = kb("init", folder, check=False)
    assert done.returncode == 2
    assert "hint: edit it" in done.stderr
    assert (tmp_path / "kb.toml").is_symlink()


def test_corrections_do_not_go_through_a_link(kb: Kb, home: Path) -> None:
    """A corrections.toml that is a link is told and stays; one that is private stays so."""
    case = casebook.open(home)
    name = next(case.cases()).id
    case.close()
    file = home / "corrections.toml"
    file.symlink_to("elsewhere")
    done = kb("correct", name, "status", "resolved", "--why", "so", check=False)
    assert (done.returncode, "a link to elsewhere" in done.stderr) == (3, True)
    file.unlink()
    file.touch(mode=0o600)
    kb("correct", name, "status", "resolved", "--why", "so")
    assert (file.stat().st_mode & 0o777, file.read_text()[:14]) == (0o600, "[[correction]]")
