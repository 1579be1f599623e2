"""Homes on disks that are full or read-only, archives that are cut off: told, no traceback."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kb
from kb.archive import Archive
from tests.conftest import ROOT, Kb, fill

CASE = "njhx_case#9_20230412"
CALLS: dict[str, Callable[[kb.Library, Path], Any]] = {
    "stats": lambda one, _: one.stats().counts,
    "cases": lambda one, _: [case.id for case in one.cases()],
    "search": lambda one, _: [hit.id for hit in one.search("重复扣费")],
    "verify": lambda one, _: one.verify().whole,
    "build": lambda one, out: one.build(out / "site").cases,
    "export": lambda one, out: one.export("jsonl", out / "cases.jsonl").table(),
    "backup": lambda one, out: one.backup(out / "backup").files[0],
    "learn": lambda one, _: one.learn_profile().cases,
}
WRITES: dict[str, Callable[[kb.Library, Path], Any]] = {
    "import": lambda one, _: one.import_(ROOT / "demo").changed,
    "correct": lambda one, _: one.correct(CASE, "status", "resolved", why="x", by="y"),
    "build at home": lambda one, _: one.build(one.root / "site"),
}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of the demo's pages."""
    home = tmp_path_factory.mktemp("sample")
    with kb.open(home) as library:
        library.import_(ROOT / "demo")
    return home / ".kb" / "archive.db"


def home_on(disk: Path, sample: Path) -> Path:
    """Put a home with that archive on a disk."""
    (disk / ".kb").mkdir(parents=True)
    shutil.copy(sample, disk / ".kb" / "archive.db")
    return disk


def cut_off(file: Path) -> None:
    os.truncate(file, 40_000)


def no_file(file: Path) -> None:
    file.unlink()
    file.mkdir()


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty": (lambda file: os.truncate(file, 0), "empty: nothing was imported, or it was cut off"),
    "cut off": (cut_off, "damaged"),
    "other bytes": (lambda file: file.write_bytes(b"x" * 5000), "damaged"),
    "folder": (no_file, "a folder, where the archive should be"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_what_is_no_whole_archive_is_kept(tmp_path: Path, sample: Path, kind: str) -> None:
    """Every command says what is wrong, to keep the file, and what brings it back."""
    home = home_on(tmp_path / "home", sample)
    harm, message = DAMAGE[kind]
    harm(home / ".kb" / "archive.db")
    for name, call in CALLS.items():
        with kb.open(home) as library, pytest.raises(kb.InputError, match=message) as caught:
            call(library, tmp_path)
        assert str(home / ".kb" / "archive.db") in str(caught.value), name
        assert "keep the file; kb restore" in caught.value.hint, name


def test_a_log_without_its_archive_is_not_begun_anew(tmp_path: Path, sample: Path) -> None:
    """An import into an empty file whose changes stand in SQLite's log is refused."""
    home = home_on(tmp_path / "home", sample)
    os.truncate(home / ".kb" / "archive.db", 0)
    (home / ".kb" / "archive.db-wal").write_bytes(b"changes")
    with kb.open(home) as library, pytest.raises(kb.InputError, match="cut off"):
        library.import_(ROOT / "demo")
    assert (home / ".kb" / "archive.db-wal").read_bytes() == b"changes"


def test_a_home_that_can_only_be_read_serves_as_any_other(
    tmp_path: Path, sample: Path, disk: Path, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """What is derived stands in the user's cache, for its owner alone, and that is told once."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    home = home_on(disk, sample)
    with kb.open(home_on(tmp_path / "whole", sample)) as library:
        wanted = {name: call(library, tmp_path / "one") for name, call in CALLS.items()}
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with kb.open(home) as library:
        assert {name: call(library, tmp_path / "two") for name, call in CALLS.items()} == wanted
        for call in WRITES.values():
            with pytest.raises(kb.InputError, match=r"Read-only file system"):
                call(library, tmp_path)
    assert len([line for line in caplog.messages if "cannot be written to" in line]) == 1
    cached = next((tmp_path / "cache" / "casebook").iterdir())
    assert (cached.stat().st_mode & 0o777, (cached / "cases.db").is_file()) == (0o700, True)


def test_changes_in_a_log_that_cannot_be_read_are_not_passed_over(
    tmp_path: Path, sample: Path, disk: Path
) -> None:
    """On a read-only disk, an archive with a log is refused: it would look older than it is."""
    home = home_on(disk, sample)
    (home / ".kb" / "archive.db-wal").write_bytes(bytes(5000))
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with pytest.raises(kb.InputError, match="last changes are in a log"):
        Archive(home / ".kb" / "archive.db")


@pytest.mark.parametrize("room", [0, 160, 360])
def test_a_full_disk_is_named_and_harms_nothing(
    tmp_path: Path, sample: Path, disk: Path, room: int
) -> None:
    """With so many KB left, each command is done or says that there is no room; all stays whole."""
    home = home_on(disk, sample)
    fill(disk)
    rest = disk / "rest"
    os.truncate(rest, max(0, rest.stat().st_size - (room << 10)))
    failures: list[kb.InputError] = []
    for call in (*CALLS.values(), *WRITES.values()):
        with kb.open(home) as library:
            try:
                call(library, tmp_path / "out")
            except kb.InputError as error:
                failures.append(error)
    assert [str(one) for one in failures if "No space left" not in str(one)] == []
    assert all("make room" in one.hint for one in failures)
    assert failures or room
    rest.unlink()
    for site in disk.glob("*site*"):
        shutil.rmtree(site)
    with kb.open(home) as library:
        assert len(list(library.cases())) == 8  # records that were begun are made again
        assert library.search("重复扣费").total
        assert library.verify().whole


def test_the_command_ends_with_3(kb: Kb, sample: Path, tmp_path: Path) -> None:
    """An archive that is cut off is an error in one line with a hint."""
    home = home_on(tmp_path / "home", sample)
    cut_off(home / ".kb" / "archive.db")
    done = kb("cases", "--home", home, check=False)
    assert done.returncode == 3
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["error", "hint"]
