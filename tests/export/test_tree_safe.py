"""Markdown trees of a stranger's as the place of an export: nothing outside is read or written."""

from __future__ import annotations

import contextlib
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kb.errors import KbError
from kb.export.markdown.nav import ProjectSettings
from kb.export.markdown.tree_writer import write_tree
from kb.export.report import LossReport
from tests.export.wiki import Wiki, page, revisions

SECRET = "what stands outside of the tree"


def write(wiki: Wiki, tree: Path) -> LossReport:
    settings = ProjectSettings(title="W", language="zh", url=None)
    return write_tree(wiki.archive, (), tree, "plain", settings)


@pytest.fixture
def tree(wiki: Wiki, tmp_path: Path) -> Path:
    """An exported tree, and beside it what is none of its business."""
    wiki.add(page("A.P"), *revisions("one"), wiki.file("a.txt", b"file"))
    write(wiki, tmp_path / "tree")
    (tmp_path / "outside").write_text(SECRET)
    return tmp_path / "tree"


def _renamed(key: str, path: str) -> Callable[[Any], None]:
    def change(said: Any) -> None:
        said[key] = dict.fromkeys([path], next(iter(said[key].values())))

    return change


def _objects(path: str) -> Callable[[Any], None]:
    def change(said: Any) -> None:
        for entry in said["pages"].values():
            entry["beside"] = path

    return change


PATHS = ("../x.md", "/tmp/casebook-x.md", "A/../../x.md", ".ssh/x", "A//x", "A\\..\\..\\x", "C:x",
         ".casebook", "git~1/hooks/x", "")  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("where", ["pages", "files", "objects"])
def test_a_manifest_cannot_lead_outside(wiki: Wiki, tree: Path, where: str, path: str) -> None:
    """A path that no export gives is refused, with nothing written."""
    said = json.loads((tree / ".casebook").read_bytes())
    (_objects(path) if where == "objects" else _renamed(where, path))(said)
    (tree / ".casebook").write_text(json.dumps(said))
    before = sorted(map(str, tree.parent.rglob("*")))
    if where == "objects" and not path:
        write(wiki, tree)
        return
    with pytest.raises(KbError) as raised:
        write(wiki, tree)
    assert raised.value.hint
    assert sorted(map(str, tree.parent.rglob("*"))) == before
    assert not Path("/tmp/casebook-x.md").exists()


@pytest.mark.skipif(os.name != "posix", reason="links as POSIX has them")
@pytest.mark.parametrize("name", ["A/P.md", ".casebook.d/A/P.md.json"])
def test_what_is_taken_over_is_no_link(wiki: Wiki, tree: Path, name: str) -> None:
    """A link in the old tree is no page of it: it is made anew, and where it led stays."""
    whole = (tree / name).read_bytes()
    (tree / name).unlink()
    (tree / name).symlink_to(tree.parent / "outside")
    write(wiki, tree)
    assert not (tree / name).is_symlink()
    assert (tree / name).read_bytes() == whole
    assert (tree.parent / "outside").read_text() == SECRET


@pytest.mark.skipif(os.name != "posix", reason="pipes as POSIX has them")
def test_a_manifest_that_is_a_pipe_is_refused(wiki: Wiki, tree: Path) -> None:
    """It is not waited for."""
    (tree / ".casebook").unlink()
    os.mkfifo(tree / ".casebook")
    with pytest.raises(KbError, match="no regular file"):
        write(wiki, tree)


KILLED = """
import sys
from pathlib import Path
from kb.archive import Archive
from kb.export.markdown.nav import ProjectSettings
from kb.export.markdown.tree_writer import write_tree
with Archive(Path(sys.argv[1])) as archive:
    print("begun", flush=True)
    settings = ProjectSettings(title="W", language="zh", url=None)
    write_tree(archive, (), Path(sys.argv[2]), "plain", settings)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux")
@pytest.mark.parametrize("seed", range(2))
def test_a_killed_export_leaves_no_process_and_nothing_in_the_way(
    wiki: Wiki, tmp_path: Path, seed: int
) -> None:
    """Killed at moments drawn at random: no worker goes on, and the next run's tree is whole."""
    for number in range(400):
        wiki.add(page(f"A.P{number}"), *revisions("**text** " * 200))
    write(wiki, tmp_path / "whole")
    dice = random.Random(seed)
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, str(wiki.archive.path), str(tmp_path / "tree")],
            stdout=subprocess.PIPE, start_new_session=True,
        ) as process:  # fmt: skip
            assert process.stdout
            process.stdout.readline()
            time.sleep(dice.random())
            process.kill()
        until = time.monotonic() + 10
        while _group(process.pid) and time.monotonic() < until:
            time.sleep(0.05)
        assert not _group(process.pid)
    write(wiki, tmp_path / "tree")
    whole, tree = (
        {p.relative_to(tmp_path / n): p.read_bytes() for p in (tmp_path / n).rglob("*.*")
         if p.is_file()}
        for n in ("whole", "tree")
    )  # fmt: skip
    assert tree == whole
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith(".")) == []


def _group(leader: int) -> list[str]:
    """The processes of a session that are not over."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, _, session = path.read_text().rpartition(")")[2].split()[:4]
            found += [str(path)] if int(session) == leader and state != "Z" else []
    return found
