"""Open an archive's file, migrated to this version's tables, with a copy kept of what it was."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import kb
from kb.archive.blobs import BlobStore
from kb.archive.known_versions import note_digests
from kb.archive.merge import raw_hash_of
from kb.archive.schema import NEWEST, RESTORE, busy, checked_version, create_tables, is_busy
from kb.archive.table_checksums import recompute
from kb.archive.text_frames import TextFrames, TextPlace, checksum_of
from kb.errors import InputError, KbError
from kb.files import is_writable, make_folder, new_file, system_error, unwritable_told

_LOG = logging.getLogger("kb")


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """Open the archive at ``path``, migrated to this version's tables.

    In a folder that cannot be written to it is read as it is. An older file is kept as
    `NAME.vFORMAT` beside it, which the logger `kb` tells. Raises InputError where the file is
    missing or empty (and may not be made), is no archive, or was written by a newer version.
    """
    _check_there(path, create=create)
    with unwritable_told(path):
        connection = _opened(path)
        try:
            _prepare(connection, path)
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            connection.close()
            if isinstance(error, sqlite3.OperationalError) and is_busy(error):
                raise busy(path) from error
            if system_error(error) is not None:
                raise
            raise InputError(
                f"{path}: no archive of kb, or a damaged one: {error}", hint=RESTORE
            ) from error
        except KbError:
            connection.close()
            raise
    return connection


def _check_there(path: Path, *, create: bool) -> None:
    """Raise InputError where there is no archive, unless a new one may be begun."""
    if path.is_dir():
        raise InputError(f"{path}: a folder, where the archive should be", hint=RESTORE)
    if not path.exists():
        if not create:
            raise InputError(f"{path}: no archive here", hint="import something first: kb import …")
        make_folder(path.parent)
    elif not path.stat().st_size and (not create or _has_log(path)):
        raise InputError(f"{path}: empty: nothing was imported, or it was cut off", hint=RESTORE)


def _has_log(path: Path) -> bool:
    """Whether there are changes in SQLite's log that are not in the file."""
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _opened(path: Path) -> sqlite3.Connection:
    """Open the file; in a folder that cannot be written to, to be read alone.

    SQLite cannot share such a file unless a writer has it open; then nobody changes it.
    """
    # Each thread uses a connection of its own; another one may close it in the end.
    if is_writable(path.parent):
        return sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for how in ("mode=ro", "immutable=1"):
        address = f"{path.absolute().as_uri()}?{how}"
        connection = sqlite3.connect(
            address, uri=True, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:
            connection.close()
            if _has_log(path):
                raise InputError(
                    f"{path}: its last changes are in a log that cannot be read here",
                    hint="copy the whole folder to a disk that can be written to",
                ) from None
        else:
            return connection
    raise InputError(f"{path}: cannot be read here", hint=RESTORE)


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Check whose file it is, set the pragmas, run the migrations that it lacks."""
    connection.execute("PRAGMA busy_timeout = 10000")
    connection.execute("BEGIN")  # what is read is of one moment, whoever else makes the file
    version = checked_version(connection, path)
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    # Keep savepoint journals in memory: they are small, and a file a page would cost more.
    connection.execute("PRAGMA temp_store = MEMORY")
    if version < NEWEST:
        _migrate(connection, path)


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Run the migrations that are lacking still when this process is the one that may write."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = checked_version(connection, path)
        if version and version < NEWEST:
            _keep_copy(path, version)
        create_tables(connection, version)
        _add_checksums(connection)
        connection.execute("INSERT OR IGNORE INTO format VALUES (?, ?)", (NEWEST, kb.__version__))
        recompute(connection)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _keep_copy(path: Path, version: int) -> None:
    """Copy the file as it is before it is migrated, which another process may still read."""
    kept = path.with_name(f"{path.name}.v{version}")
    with (
        new_file(kept) as part,
        closing(sqlite3.connect(path)) as old,
        closing(sqlite3.connect(part)) as copy,
    ):
        old.backup(copy)
    _LOG.warning("%s: now in format %d; what it was is kept as %s", path, NEWEST, kept.name)


def _add_checksums(connection: sqlite3.Connection) -> None:
    """Compute the checksums of a format before 3: of raw bytes, frames and pages, as they are."""
    frames, blobs = TextFrames(connection), BlobStore(connection)
    for (key,) in connection.execute("SELECT id FROM blob").fetchall():
        packed = blobs.packed_check(key)
        connection.execute("UPDATE blob SET packed = ? WHERE id = ?", (packed, key))
    for (key,) in connection.execute("SELECT id FROM frame").fetchall():
        row = connection.execute(
            "SELECT base_id, depth, ends, data FROM frame WHERE id = ?", (key,)
        ).fetchone()
        connection.execute("UPDATE frame SET checksum = ? WHERE id = ?", (checksum_of(*row), key))
    for table, *key in (("revision", "page_id", "major", "minor"), ("snapshot", "id")):
        _hash_raws(connection, frames, table, key)
    for (key,) in connection.execute("SELECT id FROM page").fetchall():
        note_digests(connection, key)


def _hash_raws(
    connection: sqlite3.Connection, frames: TextFrames, table: str, key: list[str]
) -> None:
    """Hash the raw bytes that came with each text; what cannot be read is found by `kb verify`."""
    columns = ", ".join(("frame_id", "slot", *key))
    rows = connection.execute(
        f"SELECT {columns} FROM {table} WHERE frame_id NOT NULL ORDER BY {columns}"
    )
    update = f"UPDATE {table} SET raw_hash = ? WHERE {' AND '.join(f'{name} = ?' for name in key)}"
    for frame, slot, *values in rows.fetchall():
        try:
            raw = frames.text(TextPlace(frame, slot)).raw
        except Exception:  # noqa: S112  (whatever a damaged file makes of it)
            continue
        if raw is not None:
            connection.execute(update, (raw_hash_of(raw), *values))
