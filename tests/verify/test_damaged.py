"""A damaged page spoils itself alone: every command goes on, says which, and how to mend it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import kb
from kb.archive import Archive
from kb.model import PageId
from tests.conftest import Kb
from tests.full_archive import LONG, fill

SAID = "Dev.Long: damaged: some of its texts cannot be read"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home in which the texts of one page, but for the last version's, are damaged."""
    path = tmp_path / ".kb" / "archive.db"
    with Archive(path, create=True) as archive:
        fill(archive)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(
            "UPDATE frame SET data = substr(data, 1, 40) || zeroblob(9) WHERE id ="
            " (SELECT frame_id FROM revision JOIN page ON page.id = page_id"
            " WHERE reference = 'Dev.Long' AND major = 1)"
        )
    return tmp_path


def test_a_damaged_version_is_one_that_is_not_held(home: Path) -> None:
    """Its text and bytes are None, its facts are told, no line of the page names anybody."""
    with Archive(home / ".kb" / "archive.db") as archive:
        view = archive.page(PageId("xwiki", LONG.page))
        assert view is not None
        assert (view.history, view.lines) == ("latest", ())
        told = list(archive.revisions(view.key))
        assert [r.held for r in told] == [False] * 14
        assert told[0].author == "XWiki.u1"
        assert (archive.content(view.key, "1.1"), archive.raw(view.key, "1.1")) == (None, None)
        assert len(list(archive.pages())) == 5


@pytest.mark.parametrize(
    "command",
    [
        ["cases"],
        ["search", "page"],
        ["stats"],
        ["show", "Dev.Long"],
        ["show", "Dev.Long", "--history"],
        ["show", "Dev.Cases.WebHome", "--blame"],
        ["build"],
        *(["export", name, "out"] for name in ("jsonl", "csv", "sqlite", "markdown", "git")),
        *(["export", name, "out"] for name in ("mediawiki", "xar")),
    ],
    ids=" ".join,
)
def test_every_command_goes_on(home: Path, kb: Kb, command: list[str]) -> None:
    """Exit code 0, no traceback, and where the page is read, its name and what mends it."""
    done = kb(*command)
    assert "Traceback" not in done.stderr
    if command[0] != "stats":
        assert SAID in done.stderr
        assert "kb verify --repair" in done.stderr


def test_damaged_bytes_are_an_error_that_says_what_mends_them(home: Path) -> None:
    """Neither a traceback of zstd nor an empty file."""
    with closing(sqlite3.connect(home / ".kb" / "archive.db")) as db, db:
        db.execute("UPDATE blob_part SET data = zeroblob(9)")
    with kb.open(home) as library:
        page = library.page("Dev.Cases.WebHome")
        picture = next(one for one in page.attachments if one.name == "a.png")
        with pytest.raises(kb.KbError, match="bytes e96760a87768 of the archive are damaged"):
            page.data(picture)


def test_a_file_with_a_hole_is_said_to_be_damaged(home: Path, kb: Kb) -> None:
    """An import and a verification end with a message, whichever part of the file is gone."""
    path = home / ".kb" / "archive.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = DELETE")
    (home / "page.txt").write_text("1.1 令 2020-04-01 text\n", "utf-8")
    whole = path.read_bytes()
    for place in (2, 9, 15):
        data = bytearray(whole)
        data[place * 4096 : (place + 1) * 4096] = b"\xa5" * 4096
        path.write_bytes(data)
        for command in (["verify"], ["import", "page.txt", "--page-name", "Dev.New"]):
            done = kb(*command, check=False)
            assert "Traceback" not in done.stderr
            assert "cannot rollback" not in done.stderr
        assert kb("verify", check=False).returncode in (1, 3)


def test_a_damaged_record_is_told_where_it_is_read(kb: Kb, tmp_path: Path) -> None:
    """A record that is others' bytes, well-formed or not, is named with what makes it anew."""
    lines = ("= a_case#1_20200101 =", "", "问题描述:甲")
    text = "".join(f"1.1 | {number} | {line} |\n" for number, line in enumerate(lines, 1))
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    kb("import", "a.txt", "--page-name", "A.WebHome")
    before = kb("cases", "--json").stdout
    with closing(sqlite3.connect(tmp_path / ".kb" / "cases.db")) as db:
        db.execute("UPDATE case_row SET record = CAST(replace(record, '甲', '乙') AS BLOB)")
        db.commit()
    done = kb("cases", "--json", check=False)
    assert done.returncode == 1
    assert "case a_case#1_20200101 is damaged" in done.stderr
    kb("verify", "--repair", check=False)
    assert kb("cases", "--json").stdout == before
