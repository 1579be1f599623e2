"""A build on a disk that is full."""

from __future__ import annotations

import shutil
from pathlib import Path

import kb
from tests.conftest import ROOT
from tests.site.samples import tree_of

CASE = "njhx_case#9_20230412"


def refused(library: kb.Library, out: Path) -> str:
    """Build; what was said where that was not possible."""
    try:
        library.build(out)
    except kb.InputError as error:
        return str(error)
    return ""


def test_a_full_disk_is_said_and_the_site_stays(disk: Path, tmp_path: Path) -> None:
    """A build that finds no room says so, leaves the site as it was and takes no room."""
    out, ballast = disk / "site", disk / "full"
    said = []
    with kb.open(tmp_path / "home", create=True) as library:
        library.import_(ROOT / "demo")
        library.build(out)
        for room in range(0, 240, 24):
            whole = tree_of(out)
            library.correct(CASE, "problem", f"another problem {room}", why="so", by="me")
            list(library.cases())
            free = shutil.disk_usage(disk).free
            ballast.write_bytes(b"x" * max(0, free - room * 1024))
            said.append(refused(library, out))
            assert (tree_of(out) == whole) == bool(said[-1])
            ballast.unlink()
            library.build(out)
            assert tree_of(out) != whole
        library.build(tmp_path / "anew")
    assert tree_of(out) == tree_of(tmp_path / "anew")
    assert "No space left" in said[0]
    assert all("No space left" in one for one in said if one)
    assert "" in said
