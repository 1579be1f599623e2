"""Two of everything at once, in processes of their own: each waits, and nothing is lost or torn."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kb.config import find_home
from kb.files import MARK, staging_of
from kb.library.library import Library
from tests.conftest import ROOT
from tests.site.samples import tree_of

Start = Callable[..., "subprocess.Popen[str]"]
TREES = ("csv", "git", "markdown")
FILES = ("jsonl", "sqlite", "mediawiki", "xar")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the demo's two pages, and its site."""
    root = tmp_path / "home"
    with Library(find_home(root)) as library:
        library.import_(ROOT / "demo")
        library.build()
    return root


@pytest.fixture
def start(home: Path) -> Iterator[Start]:
    """Start `kb` on that home."""
    started: list[subprocess.Popen[str]] = []

    def run(*words: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "kb", *map(str, words), "--home", str(home)], cwd=ROOT,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        )  # fmt: skip
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def ended_well(processes: list[subprocess.Popen[str]]) -> None:
    for process in processes:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
        assert "Traceback" not in said


def built_anew(home: Path, out: Path) -> dict[str, bytes]:
    """The site of a home in a folder of its own."""
    with Library(find_home(home)) as library:
        library.build(out)
    return tree_of(out)


def more_pages(folder: Path, count: int) -> Path:
    """Pages to import besides."""
    folder.mkdir()
    case = (ROOT / "demo" / "after-sales-en.blame.txt").read_text("utf-8")
    for number in range(count):
        text = case.replace("_case#", f"{number}_case#")
        (folder / f"page{number}.blame.txt").write_text(text, "utf-8")
    return folder


def test_builds_beside_imports_and_lists_leave_the_site_of_a_build_alone(
    home: Path, start: Start, tmp_path: Path
) -> None:
    """Three builds, an import, lists and searches together: the next build has the whole site."""
    pages = more_pages(tmp_path / "more", 3)
    ended_well([
        start("import", pages), start("build"), start("build"), start("cases"), start("build"),
        start("search", "refund"), start("stats"),
    ])  # fmt: skip
    ended_well([start("build")])
    assert tree_of(home / "build" / "internal") == built_anew(home, tmp_path / "anew")
    assert [p.name for p in home.rglob(".*.lock") if "tantivy" not in p.name] == []


def test_a_server_beside_builds_and_imports_leaves_the_site_of_a_build_alone(
    home: Path, start: Start, tmp_path: Path
) -> None:
    """`kb serve` builds by itself while others import and build: the next build is whole."""
    serving = start("serve", "--port", "0")
    assert serving.stderr is not None
    while not serving.stderr.readline().startswith("serving:"):
        assert serving.poll() is None
    pages = more_pages(tmp_path / "more", 3)
    ended_well([start("import", pages), start("build"), start("build")])
    time.sleep(3)
    serving.kill()
    ended_well([start("build")])
    assert tree_of(home / "build" / "internal") == built_anew(home, tmp_path / "anew")


@pytest.mark.parametrize("form", [*TREES, *FILES])
def test_two_exports_to_one_place_leave_that_of_one(
    home: Path, start: Start, tmp_path: Path, form: str
) -> None:
    """Two exports of a format to one destination give what one gives."""
    name = "x.db" if form == "sqlite" else "x"
    ended_well([start("export", form, tmp_path / "one" / name)])
    ended_well([start("export", form, tmp_path / "two" / name) for _ in range(2)])
    one, two = tree_of(tmp_path / "one"), tree_of(tmp_path / "two")
    assert one.keys() == two.keys()
    if form in ("csv", "jsonl", "markdown"):
        assert one == two


def test_corrections_made_at_once_are_all_kept(home: Path, start: Start) -> None:
    """Four corrections at once are four entries."""
    case = "njhx_case#9_20230412"
    ended_well([
        start("correct", case, "problem", f"problem {n}", "--why", "because", "--by", "me")
        for n in range(4)
    ])  # fmt: skip
    assert (home / "corrections.toml").read_text("utf-8").count("[[correction]]") == 4


def linked(file: Path) -> None:
    file.unlink()
    file.symlink_to("/etc/hostname")


def made_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def without_its_folder(file: Path) -> None:
    shutil.rmtree(file.parent)
    file.parent.touch()


DAMAGE: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "cut off": lambda file: file.write_bytes(file.read_bytes()[:-1]),
    "emptied": lambda file: file.write_bytes(b""),
    "rewritten": lambda file: file.write_bytes(b"x" * file.stat().st_size),
    "a link": linked,
    "a folder": made_a_folder,
    "its folder": without_its_folder,
}
"""Name → what is done to a file of the site."""
KINDS = (
    "index.html", "case/**/*.html", "page/**/*.html", "search/x/**/*.js", "search/d/**/*.js",
    "search/t/**/*.js", "assets/search.js", "list/**/*.html", "robots.txt",
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "damage"),
    [*((kind, "rewritten") for kind in KINDS), *(("case/**/*.html", damage) for damage in DAMAGE)],
)
def test_a_build_mends_what_was_damaged_in_place(home: Path, kind: str, damage: str) -> None:
    """A file that is missing, or another than was written, is made again, in both folders."""
    site = home / "build" / "internal"
    whole = tree_of(site)
    file = next(iter(sorted(site.glob(kind))))
    DAMAGE[damage](file)
    with Library(find_home(home)) as library:
        report = library.build()
        assert report.mended >= 1
        assert tree_of(site) == whole
        assert library.build().written == 0
        (home / "kb.toml").write_text("[site]\ntitle = 'Other'\n")
    with Library(find_home(home)) as library:
        library.build()
        assert tree_of(site) == built_anew(home, home / "anew")


def test_a_flipped_byte_of_the_same_time_is_found_by_reading(home: Path) -> None:
    """What bears its old size and time is found with ``check``, all of ten files."""
    site = home / "build" / "internal"
    whole = tree_of(site)
    names = random.Random(1).sample(sorted(whole), 10)
    names.remove(MARK) if MARK in names else None
    for name in names:
        file = site / name
        facts, data = file.stat(), bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
        os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    with Library(find_home(home)) as library:
        assert library.build().mended == 0
        assert library.build(check=True).mended == len(names)
    assert tree_of(site) == whole


def test_a_file_lost_beside_the_site_does_not_get_lost_in_it(home: Path) -> None:
    """The staging folder is taken only where it is whole."""
    with Library(find_home(home)) as library:
        library.correct("njhx_case#9_20230412", "problem", "another", why="so", by="me")
        library.build()
        beside = staging_of(home / "build" / "internal")
        (beside / "assets" / "site.css").unlink()
        library.correct("njhx_case#9_20230412", "problem", "a third", why="so", by="me")
        library.build()
    assert tree_of(home / "build" / "internal") == built_anew(home, home / "anew")


def test_a_damaged_state_costs_only_time(home: Path) -> None:
    """A flipped bit in what a build remembers is noticed, and the site made anew."""
    state = next((home / ".kb" / "site").glob("*.state"))
    data = bytearray(state.read_bytes())
    data[len(data) // 2] ^= 4
    state.write_bytes(data)
    whole = tree_of(home / "build" / "internal")
    with Library(find_home(home)) as library:
        assert library.build().written > 10
    assert tree_of(home / "build" / "internal") == whole


@pytest.mark.prove
def test_builds_killed_beside_others_leave_no_trace(
    home: Path, start: Start, tmp_path: Path
) -> None:
    """Of three builds beside corrections some are killed; the next build has the whole site."""
    moments = random.Random(3)
    for number in range(10):
        correct = ("correct", "njhx_case#9_20230412", "problem", f"p {number}", "--why", "w")
        processes = [start(*correct, "--by", "me"), *(start("build") for _ in range(3))]
        time.sleep(moments.random() * 2.5)
        for process in processes[2:]:
            process.send_signal(signal.SIGKILL)
        ended_well(processes[:2])
    ended_well([start("build")])
    assert tree_of(home / "build" / "internal") == built_anew(home, tmp_path / "anew")
