"""What is not as it was written is found: a value forged, a row gone, a bit flipped anywhere."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from kb.archive import Archive
from kb.archive.audit import Audit
from kb.errors import KbError
from tests.archive_forging import columns, other_than, rows, tables
from tests.full_archive import fill

FLIPS = 60
PROVED_FLIPS = 1000


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of an archive with something in every column."""
    path = tmp_path_factory.mktemp("whole") / "archive.db"
    with Archive(path, create=True) as archive:
        fill(archive)
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = DELETE")
        db.execute("PRAGMA page_size = 512")  # the smallest, which leaves the fewest bytes unused
        db.execute("VACUUM")
    return path.read_bytes()


@pytest.fixture
def db(whole: bytes) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.deserialize(whole)
        yield connection


def damage(db: sqlite3.Connection) -> list[str]:
    return [str(one) for one in Audit(db, "archive.db", lambda name, digest: None).run()]


def forged(db: sqlite3.Connection, table: str, row: str, column: str, new: Any) -> list[str]:
    """What an audit finds where one value is another; nothing is found once it is put back."""
    db.execute("BEGIN")
    db.execute(f"UPDATE {table} SET {column} = ? WHERE {row}", (new,))
    found = damage(db)
    db.execute("ROLLBACK")
    return found


def test_what_was_written_is_found_whole(db: sqlite3.Connection) -> None:
    """An audit of an archive with something in every table and column finds nothing."""
    assert damage(db) == []
    for table in tables(db):
        for column, _ in columns(db, table):
            count = f"SELECT count({column}) FROM {table}"
            assert db.execute(count).fetchone()[0], f"{table}.{column} is NULL everywhere"


def check_forged(db: sqlite3.Connection, most: int) -> None:
    unseen = []
    for table in tables(db):
        for column, may_be_null in columns(db, table):
            for row in random.Random(most).sample(found := rows(db, table), min(most, len(found))):
                (held,) = db.execute(f"SELECT {column} FROM {table} WHERE {row}").fetchone()
                new = [other_than(held, column), None] if held is not None else ["forged"]
                for value in new if may_be_null else new[:1]:
                    with suppress(sqlite3.IntegrityError):
                        if not forged(db, table, row, column, value):
                            unseen.append((table, row, column, value))
                if db.in_transaction:
                    db.execute("ROLLBACK")
    assert unseen == []


def test_any_value_forged_is_found(db: sqlite3.Connection) -> None:
    """Of every table and column, a value that is another one, and one that is NULL, is found."""
    check_forged(db, 2)


@pytest.mark.prove
def test_any_value_forged_in_any_row_is_found(db: sqlite3.Connection) -> None:
    """The same of every row."""
    check_forged(db, 1000)


def test_any_row_gone_is_found(db: sqlite3.Connection) -> None:
    """Of every table, a row that is deleted is found."""
    unseen = []
    for table in tables(db):
        for row in rows(db, table):
            db.execute("BEGIN")
            db.execute(f"DELETE FROM {table} WHERE {row}")
            if not damage(db):
                unseen.append((table, row))
            db.execute("ROLLBACK")
    assert unseen == []


def seen(path: Path, data: bytes) -> bool:
    """Whether a file is refused, or damage is found in it; never an error of another kind."""
    path.write_bytes(data)
    try:
        with Archive(path) as archive:
            return any(True for _ in archive.audit())
    except KbError:
        return True


def content(data: bytes) -> list[str]:
    """All that a database holds, as SQL."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.deserialize(data)
        return list(db.iterdump())


def check_flips(whole: bytes, path: Path, count: int) -> None:
    held = content(whole)
    choice = random.Random(count)
    unseen, harmless = [], 0
    for _ in range(count):
        place, bit = choice.randrange(len(whole)), choice.randrange(8)
        data = bytearray(whole)
        data[place] ^= 1 << bit
        if seen(path, bytes(data)):
            continue
        if content(bytes(data)) == held:
            harmless += 1
        else:
            unseen.append((place, bit))
    print(f"{count} flips: {count - harmless - len(unseen)} found, {harmless} in unused bytes")
    assert unseen == []


def test_any_bit_flipped_is_found(whole: bytes, tmp_path: Path) -> None:
    """A flipped bit is found, or nothing that the file holds is another."""
    check_flips(whole, tmp_path / "archive.db", FLIPS)


@pytest.mark.prove
def test_a_thousand_flips_are_found(whole: bytes, tmp_path: Path) -> None:
    """The same a thousand times."""
    check_flips(whole, tmp_path / "archive.db", PROVED_FLIPS)
