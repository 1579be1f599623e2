"""Audit an archive: is all in it as it was written, down to the bit.

What was written is known by checksums that were made from it before it was stored: of each text,
of the bytes that it came in, of each frame and blob, of each page with all its rows, of each table
that no page owns. An audit computes them from what is stored, one page at a time.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, Final, TypeAlias

import msgspec

from kb.archive.blobs import BlobStore
from kb.archive.damage import Damage
from kb.archive.derived import page_digests
from kb.archive.known_versions import KnownVersions
from kb.archive.merge import hash_of, raw_hash_of
from kb.archive.packing import NameTable
from kb.archive.schema import create_tables, tables
from kb.archive.table_checksums import TABLES, TableSum, held_sum
from kb.archive.text_frames import TextFrames, TextPlace, VersionText, checksum_of

OnDigest: TypeAlias = Callable[[str, str], None]
"""Takes the name of a page or table and its digest in hex."""

_LISTED: Final = {**TABLES, "blob": ("sha256", "size")}
"""Tables that have a digest of their own, `page` but by its pages."""

_VERSION_HASH: Final = 16
_OTHER: Final = "damaged: its rows are others than were written"


class Audit:
    """One audit of an archive. Whatever a damaged file makes of a read is a damage."""

    def __init__(self, connection: sqlite3.Connection, name: str, on_digest: OnDigest) -> None:
        """``name`` is what the file is called."""
        self._db = connection
        self._name = name
        self._on_digest = on_digest
        self._blobs = BlobStore(connection)
        self._frames = TextFrames(connection)
        self._versions = KnownVersions(connection, self._frames, NameTable(connection))

    def run(self) -> Iterator[Damage]:
        """Yield all damage: of the file, its frames, its blobs, its pages, its tables."""
        yield from self._guarded(self._name, self._file())
        yield from self._guarded("table frame", self._all_frames())
        yield from self._guarded("table blob", self._all_blobs())
        yield from self._guarded("table page", self._all_pages())
        for table in _LISTED:
            yield from self._guarded(f"table {table}", self._table(table))

    def page_is_whole(self, key: int) -> bool:
        """Whether the page with that key is as it was written, and the frames that it is in."""
        row = self._db.execute("SELECT digest, checksum FROM page WHERE id = ?", (key,)).fetchone()
        frames = {place[0] for place in self._places(key)}
        return all(map(self._frames.is_whole, frames)) and not any(
            True for _ in self._guarded("", self._page(key, "", "", row))
        )

    def blob_is_whole(self, key: int) -> bool:
        """Whether the blob of that row is as it was written."""
        sql = "SELECT sha256, size, packed FROM blob WHERE id = ?"
        row = self._db.execute(sql, (key,)).fetchone()
        return not any(True for _ in self._guarded("", self._blob(key, "", "", row)))

    def _guarded(
        self,
        where: str,
        found: Iterator[Damage],
        page: int | None = None,
        sha256: str | None = None,
    ) -> Iterator[Damage]:
        try:
            yield from found
        except Exception as error:  # whatever a damaged file makes of it
            why = f"cannot be read: {error or type(error).__name__}"
            yield Damage(where=where, why=why, page=page, sha256=sha256)

    def _file(self) -> Iterator[Damage]:
        """Check the database's structure, its indexes, its references, its tables' definitions."""
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as empty:
            create_tables(empty, 0)
            for kind, name, _ in sorted(tables(empty) ^ tables(self._db)):
                yield Damage(where=self._name, why=f"the definition of {kind} {name} is another")
        for (line,) in self._db.execute("PRAGMA integrity_check"):
            if line != "ok":
                yield Damage(where=self._name, why=str(line))
        for table, row, other, _ in self._db.execute("PRAGMA foreign_key_check"):
            why = f"row {row} names a {other} that is not there"
            yield Damage(where=f"table {table}", why=why)

    def _all_frames(self) -> Iterator[Damage]:
        rows = self._db.execute(
            "SELECT frame.id, frame.base_id, frame.depth, frame.ends, frame.data, frame.checksum,"
            " base.depth FROM frame LEFT JOIN frame AS base ON base.id = frame.base_id"
        )
        for key, base, depth, ends, data, checksum, base_depth in rows:
            expected = 0 if base is None else (base_depth or 0) + 1
            if depth != expected or checksum_of(base, depth, ends, data) != checksum:
                yield Damage(where=f"table frame {key}", why=_OTHER)

    def _all_blobs(self) -> Iterator[Damage]:
        for key, sha256, *stored in self._db.execute("SELECT id, sha256, size, packed FROM blob"):
            name = sha256.hex()
            where = f"bytes {name[:12]}"
            checked = self._blob(key, where, name, (sha256, *stored))
            yield from self._guarded(where, checked, sha256=name)

    def _blob(
        self, key: int, where: str, sha256: str, stored: tuple[bytes, int, int]
    ) -> Iterator[Damage]:
        if self._blobs.facts_of(key) != stored:
            yield Damage(where=where, why="damaged: they have another digest", sha256=sha256)

    def _all_pages(self) -> Iterator[Damage]:
        rows = self._db.execute(
            "SELECT page.id, wiki.name, reference, locale, digest, checksum FROM page"
            " LEFT JOIN wiki ON wiki.id = wiki_id ORDER BY wiki.name, reference, locale"
        )
        for key, wiki, reference, locale, *stored in rows:
            where = f"{reference} {locale}".strip()
            name = f"{wiki}:{where}"
            yield from self._guarded(where, self._page(key, where, name, tuple(stored)), page=key)

    def _page(self, key: int, where: str, name: str, stored: tuple[Any, ...]) -> Iterator[Damage]:
        yield from self._guarded(where, self._texts(key, where), page=key)
        self._versions.begin(key)
        found = page_digests(self._db, key, self._versions)
        self._on_digest(name, found[1].hex())
        if found != stored:
            why = "damaged: what is recorded of it has another digest"
            yield Damage(where=where, why=why, page=key)

    def _texts(self, key: int, where: str) -> Iterator[Damage]:
        """Check all texts of a page, frame by frame, and the bytes that they came in."""
        for frame, slot, label, *expected in sorted(self._places(key), key=lambda row: row[:3]):
            here = f"{where} {label}"
            checked = self._text(TextPlace(frame, slot), here, key, *expected)
            yield from self._guarded(here, checked, page=key)
        rows = self._db.execute(
            "SELECT count(*) FROM revision WHERE page_id = ?"
            " AND ((frame_id IS NULL) != (hash IS NULL) OR (frame_id IS NULL) != (slot IS NULL)"
            " OR minor_edit NOT IN (0, 1) OR hidden NOT IN (0, 1))"
            " UNION ALL SELECT count(*) FROM raw LEFT JOIN blob ON blob.id = blob_id"
            " WHERE page_id = ? AND blob_id NOT NULL"
            " AND (blob.sha256 IS NOT raw.sha256 OR frame_id NOT NULL OR slot NOT NULL)"
            " UNION ALL SELECT count(*) FROM attachment LEFT JOIN blob ON blob.id = blob_id"
            " WHERE page_id = ? AND blob_id NOT NULL AND blob.id IS NULL",
            (key, key, key),
        )
        if any(count for (count,) in rows.fetchall()):
            yield Damage(where=where, why="damaged: a value is none that is ever written", page=key)

    def _places(self, key: int) -> Iterator[tuple[Any, ...]]:
        """Yield frame, slot, label, hash of the text, hash of its raw bytes, packed origins."""
        yield from self._db.execute(
            "SELECT frame_id, slot, major || '.' || minor, hash, raw_hash, NULL FROM revision"
            " WHERE page_id = ? AND frame_id NOT NULL",
            (key,),
        ).fetchall()
        yield from self._db.execute(
            "SELECT frame_id, slot, 'as seen', sha256, raw_hash, origins FROM snapshot"
            " WHERE page_id = ?",
            (key,),
        ).fetchall()
        yield from self._db.execute(
            "SELECT frame_id, slot, 'as received', sha256, NULL, NULL FROM raw"
            " WHERE page_id = ? AND blob_id IS NULL",
            (key,),
        ).fetchall()

    def _text(
        self, place: TextPlace, where: str, page: int, stored: bytes, raw_hash: bytes | None,
        origins: bytes | None,
    ) -> Iterator[Damage]:  # fmt: skip
        if not is_text(self._frames.text(place), stored, raw_hash, origins):
            yield Damage(where=where, why="damaged: its text has another digest", page=page)

    def _table(self, table: str) -> Iterator[Damage]:
        """Check a table's checksum, and tell the digest of its rows in order."""
        total, digest = TableSum(table), hashlib.sha256()
        columns = ", ".join(_LISTED[table])
        for row in self._db.execute(f"SELECT {columns} FROM {table} ORDER BY {columns}"):
            total.add(row)
            digest.update(msgspec.msgpack.encode(row))
        if table != "page":
            self._on_digest(f"table {table}", digest.hexdigest())
        if table not in TABLES:
            return
        if held_sum(self._db, table) != total.value():
            yield Damage(where=f"table {table}", why=_OTHER)


def is_text(
    text: VersionText, stored: bytes, raw_hash: bytes | None, origins: bytes | None
) -> bool:
    """Whether a text and the bytes that it came in are those of the hashes that were stored.

    That of a version is 16 bytes long (`merge.hash_of`), that of a page's raw bytes a SHA-256, that
    of a blame view with its packed ``origins``.
    """
    if len(stored) == _VERSION_HASH:
        found = hash_of(text.content)
    else:
        packed = b"" if origins is None else b"\0" + origins
        found = hashlib.sha256(text.content + packed).digest()
    return (found, raw_hash_of(text.raw)) == (stored, raw_hash)
