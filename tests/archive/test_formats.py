"""Archives of every format that was ever written are read, and kept as they were."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kb.archive import Archive
from kb.archive.schema import FIRST_FORMAT, NEWEST, tables
from kb.errors import InputError
from tests.full_archive import fill

FIXTURES = Path(__file__).parent / "fixtures"
OLD = range(FIRST_FORMAT, NEWEST)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "archive.db"


def set_format(path: Path, number: int) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {number}")


def test_each_old_format_has_its_fixture() -> None:
    """Each format but the newest is held as a file that the code of its time wrote."""
    assert {p.name for p in FIXTURES.iterdir()} == {f"format-{number}.db" for number in OLD}


@pytest.mark.parametrize("number", OLD)
def test_an_old_archive_is_migrated_and_a_copy_kept(
    number: int, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is whole, has what a new archive of the same sources has, and the old file stays."""
    shutil.copy(FIXTURES / f"format-{number}.db", path)
    new = path.with_name("new.db")
    with (
        caplog.at_level(logging.WARNING),
        Archive(path) as migrated,
        Archive(new, create=True) as made,
    ):
        fill(made)
        assert list(migrated.audit()) == []
        assert list(migrated.digests()) == list(made.digests())
        assert list(migrated.pages()) == list(made.pages())
        assert tables(migrated._db) == tables(made._db)
    assert f"is kept as archive.db.v{number}" in caplog.text
    with closing(sqlite3.connect(path.with_name(f"archive.db.v{number}"))) as kept:
        assert kept.execute("PRAGMA user_version").fetchone() == (number,)
        assert kept.execute("SELECT count(*) FROM revision").fetchone() == (28,)


def test_a_newer_archive_is_refused_by_name(path: Path) -> None:
    """The error says which format it has, and which kb reads that."""
    Archive(path, create=True).close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("INSERT INTO format VALUES (9, '7.1')")
    set_format(path, 9)
    with pytest.raises(InputError, match="made by a newer kb") as caught:
        Archive(path)
    assert caught.value.hint == "install kb 7.1 or newer"


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_format_that_the_tables_deny_is_damage(number: int, path: Path) -> None:
    """A newest archive that says it is older is not migrated, and no one is told to delete it."""
    Archive(path, create=True).close()
    set_format(path, number)
    with pytest.raises(InputError, match="damaged"):
        Archive(path)
