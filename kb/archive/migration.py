"""What the rows of an older archive lack of the newest format."""

from __future__ import annotations

import sqlite3

from kb.archive.blobs import BlobStore
from kb.archive.derived import page_digests
from kb.archive.known_versions import KnownVersions
from kb.archive.merge import raw_hash_of
from kb.archive.packing import NameTable
from kb.archive.text_frames import TextFrames, TextPlace, checksum_of


def add_checksums(connection: sqlite3.Connection) -> None:
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
    versions = KnownVersions(connection, frames, NameTable(connection))
    for (key,) in connection.execute("SELECT id FROM page").fetchall():
        versions.begin(key)
        connection.execute(
            "UPDATE page SET digest = ?, checksum = ? WHERE id = ?",
            (*page_digests(connection, key, versions), key),
        )


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
