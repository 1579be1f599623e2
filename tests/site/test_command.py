"""`kb build` as a user meets it."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def home(kb, shared, tmp_path) -> Path:
    """A home with the real sample page imported."""
    dump = shared / "samples" / "after-sales-cases.blame.txt"
    kb("import", dump, "--page-name", "Support.Cases.WebHome")
    return tmp_path


def test_build_writes_a_page_for_each_case_and_says_whom_it_is_for(kb, home):
    done = kb("build")
    assert "internal" in done.stderr
    assert "4 cases, 1 pages" in done.stderr
    site = home / "build" / "internal"
    names = {path.name for path in (site / "case" / "xwiki").iterdir()}
    assert "szds_case~2346_20200410.html" in names
    assert len(names) == 4
    page = (site / "page" / "xwiki" / "Support.Cases.WebHome.html").read_text("utf-8")
    assert page.count("<tr id=") == 112


def test_two_builds_are_equal_byte_for_byte(kb, home):
    kb("build")
    kb("build", "--out", home / "again")
    one, two = home / "build" / "internal", home / "again"
    names = {p.relative_to(one) for p in one.rglob("*") if p.is_file()}
    assert names == {p.relative_to(two) for p in two.rglob("*") if p.is_file()}
    assert [n for n in names if (one / n).read_bytes() != (two / n).read_bytes()] == []


def test_a_folder_of_something_else_is_left_alone(kb, home):
    other = home / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    done = kb("build", "--out", other, check=False)
    assert done.returncode == 3
    assert "not a site that kb made" in done.stderr
    assert [p.name for p in other.iterdir()] == ["thesis.txt"]
