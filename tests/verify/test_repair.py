"""`kb verify --repair`: what is damaged is mended exactly, or stays and is named."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest

import kb
from bench.made_xar import write_xar
from kb.archive import Archive
from kb.archive.audit import Audit
from kb.archive.donor import Donor
from kb.archive.repair import Repair
from tests.archive_forging import columns, other_than, rows, tables
from tests.conftest import Kb
from tests.full_archive import fill

PAGE = 4096


def listing(db: sqlite3.Connection) -> tuple[list[str], list[tuple[str, str]]]:
    """What an audit finds, and the digests that it tells."""
    digests: list[tuple[str, str]] = []
    found = Audit(db, "archive.db", lambda *line: digests.append(line)).run()
    return [str(one) for one in found], digests


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a XAR of a few pages taken in, and the XAR."""
    write_xar(tmp_path / "wiki.xar", 8, 6)
    with kb.open(tmp_path, create=True) as library:
        library.import_(tmp_path / "wiki.xar")
    return tmp_path


def digest_of(home: Path) -> str:
    with kb.open(home) as library:
        found = library.verify()
        assert found.whole, found.damage
        return found.digest


def forge(home: Path, *statements: str) -> None:
    with closing(sqlite3.connect(home / ".kb" / "archive.db")) as db, db:
        for sql in statements:
            db.execute(sql)


def test_any_value_forged_is_mended_by_a_copy(tmp_path: Path) -> None:
    """Of every table and column, what was forged is again as it was, by its digest."""
    path = tmp_path / "archive.db"
    with Archive(path, create=True) as archive:
        fill(archive)
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = DELETE")
    whole = path.read_bytes()
    left = []
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as copy,
        closing(sqlite3.connect(":memory:", isolation_level=None)) as db,
    ):
        expected = listing(copy)
        for table in tables(copy):
            for column, _ in columns(copy, table):
                db.deserialize(whole)
                row = random.Random(column).choice(rows(db, table))
                (held,) = db.execute(f"SELECT {column} FROM {table} WHERE {row}").fetchone()
                new = "forged" if held is None else other_than(held, column)
                with suppress(sqlite3.IntegrityError):
                    db.execute(f"UPDATE {table} SET {column} = ? WHERE {row}", (new,))
                    Repair(db, [Donor(copy, db)]).run()
                    if listing(db) != expected:
                        left.append((table, column, row))
    assert left == []


FORGED = (
    "UPDATE revision SET author_id = NULL WHERE major = 2",
    "UPDATE revision SET comment = 'forged' WHERE page_id = 1",
    "DELETE FROM revision WHERE page_id = 3 AND major = 1",
    "UPDATE page SET title = 'forged', blame = NULL WHERE id = 2",
    "DELETE FROM object",
    "DELETE FROM page WHERE id = 5",
    "UPDATE frame SET data = zeroblob(99) WHERE id < 3",
    "UPDATE blob_part SET data = zeroblob(9)",
    "UPDATE attachment SET author = 'XWiki.forged'",
    "UPDATE fetch_state SET value = 'forged'",
    "UPDATE wiki SET name = 'forged'",
    "DELETE FROM author",
    # of sources, a new import has other moments
    "UPDATE checksum SET value = zeroblob(32) WHERE name != 'source'",
)


@pytest.mark.parametrize("sql", FORGED)
def test_a_damaged_archive_is_whole_again_by_its_xar(home: Path, sql: str) -> None:
    """With the XAR at hand, the archive has the digest that it had before."""
    before = digest_of(home)
    forge(home, sql)
    with kb.open(home) as library:
        report = library.repair(home / "wiki.xar")
    assert report.left == ()
    assert digest_of(home) == before


def test_all_at_once(home: Path, kb: Kb) -> None:
    """Many kinds of damage at once, by the command, which says what was mended and what is kept."""
    before = digest_of(home)
    forge(home, *FORGED[:9])
    assert kb("verify", check=False).returncode == 1
    done = kb("verify", "--repair", "--from", "wiki.xar", "--expect", before)
    assert "mended: " in done.stderr
    assert "the archive as it was is kept: " in done.stderr
    assert "archive: whole" in done.stderr
    assert (home / ".kb" / "archive.db.damaged-1").exists()
    assert "page" in kb("stats").stdout


def test_what_the_archive_keeps_mends_it(home: Path) -> None:
    """A forged author, comment or title is mended from the page's own XML, with nothing given."""
    before = digest_of(home)
    forge(home, *FORGED[:2], FORGED[3])
    with kb.open(home) as library:
        assert library.repair().left == ()
    assert digest_of(home) == before


@pytest.mark.parametrize("seed", range(6))
def test_a_file_with_a_hole_is_whole_again(home: Path, seed: int) -> None:
    """A page of the file full of zeros: mended by a backup to the digest that it had."""
    before = digest_of(home)
    with kb.open(home) as library:
        library.backup(home / "backups")
    path = home / ".kb" / "archive.db"
    data = bytearray(path.read_bytes())
    at = random.Random(seed).randrange(1, len(data) // PAGE) * PAGE
    data[at : at + PAGE] = bytes(PAGE)
    path.write_bytes(data)
    with kb.open(home) as library:
        report = library.repair(home / "backups")
    assert report.left == ()
    assert digest_of(home) == before


def test_what_cannot_be_mended_is_named_and_stays(home: Path) -> None:
    """With nothing to take it from, the damage is said again, and nothing is made up."""
    forge(home, "UPDATE frame SET data = zeroblob(99) WHERE id = 1")
    with kb.open(home) as library:
        report = library.repair()
    assert report.mended == ()
    assert any("1.1: cannot be read" in line for line in report.left)
    with kb.open(home) as library:
        assert not library.verify().whole


def test_nothing_damaged_nothing_done(home: Path) -> None:
    """A whole archive is left alone, and no copy of it is made."""
    held = (home / ".kb" / "archive.db").stat().st_mtime_ns
    with kb.open(home) as library:
        assert library.repair(home / "wiki.xar").kept is None
    assert (home / ".kb" / "archive.db").stat().st_mtime_ns == held


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cases.db", "cases.db: case "),
        ("index/*/*/*.store", "index/tantivy: damaged: "),
        ("index/*/state.json", "index/tantivy: damaged: state.json"),
    ],
)
def test_what_is_derived_is_looked_at_and_made_anew(
    home: Path, kb: Kb, name: str, words: str
) -> None:
    """Damage of records or index is named with what mends it, and is gone then."""
    hits = kb("search", "退款").stdout
    (path,) = (home / ".kb").glob(name)
    if name == "cases.db":
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("UPDATE case_row SET record = replace(record, 'a', 'b') WHERE key = 1")
    else:
        path.write_bytes(b"cut")
    done = kb("verify", check=False)
    assert done.returncode == 1
    assert words in done.stderr
    assert "kb verify --repair has it made anew" in done.stderr
    kb("verify", "--repair")
    assert kb("search", "退款").stdout == hits
    assert kb("verify").returncode == 0
