"""Content-addressed bytes in the archive, of any size, compressed, each stored once."""

from __future__ import annotations

import hashlib
import logging
import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from typing import IO, cast

import zstandard

from kb.archive.damage import DamagedBytesError

_LOG = logging.getLogger("kb")
_LEVEL = 3
_WINDOW_LOG = 22
_PART = 4 << 20
_CHUNK = 1 << 20
_PARTS = 20
"""A blob's parts have the keys from its own, shifted by so many bits, on."""


class BlobStore:
    """The blob table. ``put`` is idempotent: the same bytes always have the same row.

    Bytes pass through in chunks: no more than some MB of a blob is in memory unless it is asked
    for whole.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def put(self, chunks: Iterable[bytes]) -> str:
        """Store the bytes and return their sha256 in hex. An error on the way stores nothing."""
        digest = hashlib.sha256()
        self._db.execute("SAVEPOINT blob")
        try:
            self._store(chunks, digest)
        except BaseException:
            self._db.execute("ROLLBACK TO blob")
            raise
        finally:
            self._db.execute("RELEASE blob")
        return digest.hexdigest()

    def _store(self, chunks: Iterable[bytes], digest: hashlib._Hash) -> None:
        """Insert under a random temporary digest; the real one is known only at the end."""
        new = "INSERT INTO blob (sha256, size, packed) VALUES (?, 0, 0)"
        done = self._db.execute(new, (os.urandom(32),))
        assert done.lastrowid is not None
        key = done.lastrowid
        size, check = self._pack(key, chunks, digest)
        if self.find(digest.digest()) is None:
            facts = (digest.digest(), size, check, key)
            update = "UPDATE blob SET sha256 = ?, size = ?, packed = ? WHERE id = ?"
            self._db.execute(update, facts)
        else:
            self._drop_parts(key)
            self._db.execute("DELETE FROM blob WHERE id = ?", (key,))

    def _pack(self, key: int, chunks: Iterable[bytes], digest: hashlib._Hash) -> tuple[int, int]:
        """Write the parts of a row; return how many bytes went in, and what `packed` is."""
        settings = zstandard.ZstdCompressionParameters.from_level(
            _LEVEL, window_log=_WINDOW_LOG, write_checksum=True
        )
        packer = zstandard.ZstdCompressor(compression_params=settings).chunker(chunk_size=_PART)
        part, size, check = key << _PARTS, 0, 0
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            for packed in packer.compress(chunk):
                part, check = self._part(part, packed, check)
        for packed in packer.finish():  # type: ignore[no-untyped-call]
            part, check = self._part(part, packed, check)
        return size, check

    def replace(self, key: int, chunks: Iterable[bytes]) -> None:
        """Write the bytes of a row anew: those that it had, as the caller knows by their digest."""
        self._drop_parts(key)
        size, check = self._pack(key, chunks, hashlib.sha256())
        update = "UPDATE blob SET size = ?, packed = ? WHERE id = ?"
        self._db.execute(update, (size, check, key))

    def name_anew(self, key: int) -> None:
        """Note digest and size of the bytes of a row as they are."""
        update = "UPDATE blob SET sha256 = ?, size = ?, packed = ? WHERE id = ?"
        self._db.execute(update, (*self.facts_of(key), key))

    def facts_of(self, key: int) -> tuple[bytes, int, int]:
        """Compute from the bytes of a row what it should say: SHA-256, size, `packed`."""
        digest, size = hashlib.sha256(), 0
        for chunk in self.chunks_of(key):
            digest.update(chunk)
            size += len(chunk)
        return digest.digest(), size, self.packed_check(key)

    def _part(self, part: int, packed: bytes, check: int) -> tuple[int, int]:
        self._db.execute("INSERT INTO blob_part (id, data) VALUES (?, ?)", (part, packed))
        return part + 1, zlib.crc32(packed, check)

    def _drop_parts(self, key: int) -> None:
        self._db.execute("DELETE FROM blob_part WHERE id BETWEEN ? AND ?", _range(key))

    def find(self, sha256: bytes) -> int | None:
        """Find the row of the bytes with that digest; None where there are none."""
        row = self._db.execute("SELECT id FROM blob WHERE sha256 = ?", (sha256,)).fetchone()
        return int(row[0]) if row else None

    def id_of(self, sha256: str) -> int:
        """Find the row of the bytes with that digest. KeyError where there are none."""
        row = self.find(bytes.fromhex(sha256))
        if row is None:
            raise KeyError(sha256)
        return row

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """Yield the bytes with that digest in chunks. KeyError where there are none."""
        return self.chunks_of(self.id_of(sha256))

    def chunks_of(self, key: int) -> Iterator[bytes]:
        """Yield the bytes of a row in chunks. DamagedBytesError where they cannot be read."""
        parts = cast("IO[bytes]", _BlobParts(self._db, key))
        try:
            with zstandard.ZstdDecompressor().stream_reader(parts) as reader:
                while chunk := reader.read(_CHUNK):
                    yield chunk
        except (zstandard.ZstdError, sqlite3.DatabaseError, TypeError) as error:
            row = self._db.execute("SELECT hex(sha256) FROM blob WHERE id = ?", (key,)).fetchone()
            damage = DamagedBytesError(row[0].lower() if row else str(key), str(error))
            _LOG.warning("%s; %s", damage, damage.hint)  # whoever takes it for bytes not held
            raise damage from error

    def packed_check(self, key: int) -> int:
        """Return the CRC-32 of a row's bytes as they are stored, which `packed` holds.

        It tells a flipped bit that unpacks to the same bytes: these have their sha256.
        """
        check = 0
        parts = _BlobParts(self._db, key)
        while packed := parts.read(_PART):
            check = zlib.crc32(packed, check)
        return check

    def open(self, sha256: str) -> bytes:
        """Read the bytes with that digest at once. KeyError where there are none."""
        return b"".join(self.chunks(sha256))

    def get(self, key: int) -> bytes:
        """Read the bytes of a row at once."""
        return b"".join(self.chunks_of(key))


class _BlobParts:
    """A blob's packed bytes as a file to read from."""

    def __init__(self, connection: sqlite3.Connection, key: int) -> None:
        self._db = connection
        self._part, self._last = _range(key)
        self._rest = b""

    def read(self, size: int) -> bytes:
        """At most ``size`` bytes; none at the end."""
        if not self._rest and self._part <= self._last:
            row = self._db.execute(
                "SELECT data FROM blob_part WHERE id = ?", (self._part,)
            ).fetchone()
            self._rest = row[0] if row else b""
            self._part += 1
        found, self._rest = self._rest[:size], self._rest[size:]
        return found


def _range(key: int) -> tuple[int, int]:
    """Keys that the parts of a blob may have, first and last."""
    return key << _PARTS, ((key + 1) << _PARTS) - 1
