"""`kb verify`: the archive's digest, the list of its parts, and what was expected of them."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path

import pytest

import kb
from kb.archive import Archive
from kb.errors import InputError
from kb.model import Item, PageId, PageSeen, Revision
from tests.conftest import Kb
from tests.full_archive import fill

LONG_NAME = "xwiki:Dev.Long"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose archive has something in every table."""
    with Archive(tmp_path / ".kb" / "archive.db", create=True) as archive:
        fill(archive)
    return tmp_path


def forge(home: Path, sql: str) -> None:
    """Write past the archive's own checksums."""
    with sqlite3.connect(home / ".kb" / "archive.db") as db:
        db.execute(sql)


def take(home: Path, *items: Item) -> None:
    with Archive(home / ".kb" / "archive.db") as archive:
        archive.ingest(archive.source("/data/wiki.xar", "xar"), items)


def test_the_digest_is_that_of_the_list(home: Path, kb: Kb) -> None:
    """`kb verify --digests` is a list as of sha256sum, whose SHA-256 is the archive's digest."""
    done = kb("verify", "--digests")
    digest = hashlib.sha256(done.stdout.encode()).hexdigest()
    assert f"digest: {digest}" in done.stderr
    assert json.loads(kb("verify", "--json").stdout)["digest"] == digest
    names = [line.partition("  ")[2] for line in done.stdout.splitlines()]
    assert "xwiki:Dev.Lost fr" in names
    assert "table fetch_state" in names
    assert kb("verify", "--expect", digest).returncode == 0
    assert kb("verify", "--expect", "0" * 64, check=False).returncode == 1


def test_what_is_not_as_expected_is_named(home: Path, kb: Kb, tmp_path: Path) -> None:
    """Pages and tables that were written since, came or went are named; the others are not."""
    (tmp_path / "digests.txt").write_text(kb("verify", "--digests").stdout, "utf-8")
    take(
        home,
        PageSeen(id=PageId("xwiki", "Dev.Long"), history="latest", title="written anew"),
        PageSeen(id=PageId("xwiki", "Dev.New"), history="latest"),
        Revision(version="1.1", content="new"),
    )
    done = kb("verify", "--expect", "digests.txt", check=False)
    assert done.returncode == 1
    others = [line for line in done.stderr.splitlines() if line.startswith("other")]
    assert "other: table problem: other than expected" in others
    assert [line for line in others if "table" not in line] == [
        "other: xwiki:Dev.Long: other than expected",
        "other: xwiki:Dev.New: not expected",
    ]


def test_a_list_that_is_none_is_an_error_that_names_the_line(home: Path, tmp_path: Path) -> None:
    """A file that is no list of digests is an InputError with file and line."""
    (tmp_path / "list").write_text("nothing\n", "utf-8")
    for name, words in (("list", "list:1: "), ("absent", "absent: ")):
        with kb.open(home) as library, pytest.raises(InputError, match=words):
            library.verify(expect=tmp_path / name)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE comment SET text = 'forged'", "Dev.Cases.WebHome: damaged"),
        ("UPDATE page SET blame = NULL", "Dev.CaseClass: damaged"),
        ("DELETE FROM revision WHERE major = 3", "Dev.Long: damaged"),
        ("UPDATE source SET location = 'x' WHERE id = 1", "table source: damaged"),
        ("DELETE FROM fetch_state", "table fetch_state: damaged"),
        ("UPDATE blob_part SET data = zeroblob(9)", "bytes e96760a87768: cannot be read"),
        ("UPDATE frame SET data = zeroblob(9)", "Dev.Long 1.1: cannot be read"),
        ("UPDATE frame SET ends = x'00'", "Dev.Long 1.1: cannot be read"),
    ],
)
def test_what_is_forged_is_named(home: Path, kb: Kb, sql: str, words: str) -> None:
    """The page, version, table or bytes that were changed past the archive are named."""
    forge(home, sql)
    done = kb("verify", check=False)
    assert done.returncode == 1
    assert words in done.stderr
    assert "archive: damaged" in done.stderr


def test_one_page_more_changes_one_page(home: Path) -> None:
    """A page that changes has a new checksum, all others keep theirs."""
    path = home / ".kb" / "archive.db"
    lines: list[list[str]] = []
    for title in ("a", "b"):
        take(home, PageSeen(id=PageId("xwiki", "Dev.Long"), history="latest", title=title))
        found: list[str] = []
        with Archive(path) as archive:
            assert not list(archive.audit(lambda name, digest, to=found: to.append(name + digest)))  # type: ignore[misc]
        lines.append(found)
    pages = [{line for line in found if not line.startswith("table")} for found in lines]
    assert len(pages[0] ^ pages[1]) == 2


def test_nothing_is_not_whole(tmp_path: Path, home: Path, kb: Kb) -> None:
    """No archive, a folder that is not there, an empty one to compare with: never whole."""
    (tmp_path / "empty").mkdir()
    for arguments in (
        ("--home", tmp_path / "empty"),
        ("--home", tmp_path / "absent"),
        ("--against", tmp_path / "empty"),
        ("--against", tmp_path / "absent"),
    ):
        done = kb("verify", *arguments, check=False)
        assert done.returncode in (2, 3), arguments
        assert "is here" in done.stderr or "archive: whole" not in done.stderr


def test_a_version_that_nobody_can_read_is_not_verified(home: Path, tmp_path: Path) -> None:
    """Beside a XAR with a page that is damaged in it, the archive is not said to be whole."""
    import zipfile

    page = tmp_path / "broken.xar"
    with zipfile.ZipFile(page, "w") as package:
        package.writestr("package.xml", "<package><infos/><files/></package>")
        package.writestr("Dev/Broken.xml", "<xwikidoc version='1.5'><web>Dev</web><name>Bro")
    with kb.open(home) as library:
        found = library.verify(page, format="xar")
    assert not found.damage
    assert found.verdicts == {"unreadable": 1}
    assert not found.whole


def test_an_archive_that_is_written_meanwhile_is_whole(home: Path) -> None:
    """What is checked is of one moment: a page that comes during the audit is no damage."""
    with Archive(home / ".kb" / "archive.db") as archive:
        audit = archive.audit(lambda name, digest: take(home, *new) if name == LONG_NAME else None)
        new = (PageSeen(id=PageId("xwiki", "Dev.New"), history="latest", title="now"),)
        assert list(audit) == []
        assert list(archive.audit()) == []
        assert archive.page(PageId("xwiki", "Dev.New")) is not None
