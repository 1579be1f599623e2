"""Content-addressed bytes in the archive, compressed, each stored once."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable

import zstandard

_LEVEL = 6


class Blobs:
    """The blob table. ``put`` is idempotent: the same bytes always have the same row."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._compress = zstandard.ZstdCompressor(level=_LEVEL).compress
        self._decompress = zstandard.ZstdDecompressor().decompress

    def put(self, chunks: Iterable[bytes]) -> str:
        """Store the bytes and return their sha256 in hex."""
        data = b"".join(chunks)
        self.add(data)
        return hashlib.sha256(data).hexdigest()

    def add(self, data: bytes) -> int:
        """Store ``data`` and return its row's id."""
        digest = hashlib.sha256(data).digest()
        row = self._db.execute("SELECT id FROM blob WHERE sha256 = ?", (digest,)).fetchone()
        if row:
            return int(row[0])
        packed = self._compress(data)
        done = self._db.execute(
            "INSERT INTO blob (sha256, size, codec, data) VALUES (?, ?, 'zstd', ?)",
            (digest, len(data), packed),
        )
        assert done.lastrowid is not None
        return done.lastrowid

    def id_of(self, sha256: str) -> int:
        """Row of the bytes with that digest. KeyError where there are none."""
        key = bytes.fromhex(sha256)
        row = self._db.execute("SELECT id FROM blob WHERE sha256 = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(sha256)
        return int(row[0])

    def get(self, blob_id: int) -> bytes:
        """The bytes of a row."""
        (data,) = self._db.execute("SELECT data FROM blob WHERE id = ?", (blob_id,)).fetchone()
        return self._decompress(data)

    def open(self, sha256: str) -> bytes:
        """The bytes with that digest. KeyError where there are none."""
        return self.get(self.id_of(sha256))
