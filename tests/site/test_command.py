"""`kb build` as a user meets it."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.site.conftest import Command


@pytest.fixture
def home(kb: Command, shared: Path, tmp_path: Path) -> Path:
    """A home with the real sample page imported."""
    dump = shared / "samples" / "after-sales-cases.blame.txt"
    kb("import", dump, "--page-name", "Support.Cases.WebHome")
    return tmp_path


def test_build_writes_a_page_for_each_case_and_says_whom_it_is_for(kb: Command, home: Path) -> None:
    """`kb build` writes a page for each case and the source page, and says that it is internal."""
    done = kb("build")
    assert "internal" in done.stderr
    assert "4 cases, 1 page;" in done.stderr
    site = home / "build" / "internal"
    names = {path.name for path in (site / "case" / "xwiki").iterdir()}
    assert "szds_case~2346_20200410.html" in names
    assert len(names) == 4
    page = (site / "page" / "xwiki" / "Support.Cases.WebHome.html").read_text("utf-8")
    assert page.count("<tr id=") == 112


def test_two_builds_are_equal_byte_for_byte(kb: Command, home: Path) -> None:
    """Two builds of one home in two folders are equal byte for byte."""
    kb("build")
    kb("build", "--out", home / "again")
    one, two = home / "build" / "internal", home / "again"
    names = {p.relative_to(one) for p in one.rglob("*") if p.is_file()}
    assert names == {p.relative_to(two) for p in two.rglob("*") if p.is_file()}
    assert [n for n in names if (one / n).read_bytes() != (two / n).read_bytes()] == []


def test_a_folder_of_something_else_is_left_alone(kb: Command, home: Path) -> None:
    """A folder that kb did not make is refused, and nothing in it changes."""
    other = home / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    done = kb("build", "--out", other, check=False)
    assert done.returncode == 3
    assert "not a site that kb made" in done.stderr
    assert [p.name for p in other.iterdir()] == ["thesis.txt"]


def test_a_build_says_what_to_open_and_counts_in_english(kb: Command, home: Path) -> None:
    """A build names the file to open; counts are English, `1 page`."""
    said = kb("build").stderr
    assert "4 cases, 1 page;" in said
    assert f"open: {home / 'build' / 'internal' / 'index.html'}" in said


def test_a_build_without_a_case_says_what_to_try(kb: Command, tmp_path: Path) -> None:
    """Where no page holds a case, a build points to `kb profile learn`."""
    page = tmp_path / "page.txt"
    page.write_text("1.1 1 nothing of a case\n", "utf-8")
    kb("import", page, "--as", "blame-text", "--page-name", "A.B")
    assert "kb profile learn" in kb("build").stderr


def test_a_folder_that_cannot_be_made_is_one_line(kb: Command, home: Path) -> None:
    """A folder that cannot be made is told in a line, with what to do, without a traceback."""
    (home / "file").write_text("mine")
    done = kb("build", "--out", home / "file" / "site", check=False)
    assert done.returncode == 3
    assert "cannot be written here" in done.stderr
    assert "--out" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_public_site_without_a_terminal_says_how_to_agree(kb: Command, home: Path) -> None:
    """Without a terminal and `--yes` no public site is put in place, and the message says so."""
    done = kb("build", "--audience", "public", check=False)
    assert done.returncode == 2
    assert "run it again with --yes" in done.stderr
    assert not (home / "build" / "public").exists()


@pytest.mark.parametrize(("host", "hint"), [("127.0.0.1", "--port"), ("192.0.2.1", "--host")])
def test_an_address_that_cannot_be_had_is_told_before_anything_is_built(
    kb: Command, home: Path, host: str, hint: str
) -> None:
    """`kb serve` tells of an address that it cannot have before it builds anything."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = kb("serve", "--host", host, "--port", port, check=False)
    assert done.returncode == 2
    assert f"choose another {hint}" in done.stderr
    assert not (home / "build").exists()
