"""Texts of a page's versions, compressed together and against their neighbours.

A frame holds some versions one after the other, each with the raw bytes that it came in, as one
zstd frame: a version costs little more than what is new in it. The frame itself is compressed
against the first text of a neighbouring frame, that one against another's, up to a bounded depth.
So a version is read by the first texts of at most `DEPTH` frames and a part of one.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import zstandard

from kb.archive.packing import pack_numbers, unpack_numbers

FRAME_BYTES = 2 << 20
"""A frame that holds as much takes nothing more."""
DEPTH = 24
"""Longest chain of frames each compressed against the next."""
_LEVEL = 3
_WINDOW_LOG = 23
_CACHED = 8 << 20
_CHECKED = 100_000
"""Frames of which it is remembered whether they are whole."""


class VersionText(NamedTuple):
    """A version's content, and the bytes that it was received in."""

    content: bytes
    raw: bytes | None

    @property
    def size(self) -> int:
        """Length of both in bytes."""
        return len(self.content) + len(self.raw or b"")


class TextPlace(NamedTuple):
    """Where a text is."""

    frame: int
    slot: int


class _FrameRow(msgspec.Struct, frozen=True):
    base: int | None
    depth: int
    ends: list[int]
    """Where each content and each raw ends, in turn; of no raw, -1."""
    data: bytes


class TextFrames:
    """The frame table: texts of page versions, many to a compressed frame."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._firsts: dict[int, bytes] = {}
        self._packers: dict[int, zstandard.ZstdCompressor] = {}
        """For frames without a base, by the power of two that bounds their size."""
        self._known_whole: dict[int, bool] = {}
        self._whole: tuple[int, list[int], bytes] | None = None
        """The frame that was written or read last: blame reads what was just written."""

    def write(self, texts: Sequence[VersionText], near: int | None) -> list[TextPlace]:
        """Store texts that are alike: in the frame ``near`` if they fit, else in one based on it.

        Returns where each text is now.
        """
        if near is not None:
            frame = self._row(near)
            if max(frame.ends, default=0) + sum(text.size for text in texts) <= FRAME_BYTES:
                return self._append(near, frame, texts)
        depth = self._row(near).depth + 1 if near is not None else 0
        if depth > DEPTH:
            near, depth = None, 0
        whole, ends = _joined(texts)
        row = near, depth, pack_numbers(ends, 2), self._packed(whole, near)
        done = self._db.execute(
            "INSERT INTO frame (base_id, depth, ends, data, checksum) VALUES (?, ?, ?, ?, ?)",
            (*row, checksum_of(*row)),
        )
        assert done.lastrowid is not None
        self._whole = done.lastrowid, ends, whole
        return [TextPlace(done.lastrowid, slot) for slot in range(len(texts))]

    def _append(self, key: int, frame: _FrameRow, texts: Sequence[VersionText]) -> list[TextPlace]:
        """Pack a frame anew with more in it; its first text, which other frames use, stays."""
        held = [self.text(TextPlace(key, slot)) for slot in range(len(frame.ends) // 2)]
        whole, ends = _joined([*held, *texts])
        row = frame.base, frame.depth, pack_numbers(ends, 2), self._packed(whole, frame.base)
        self._db.execute(
            "UPDATE frame SET ends = ?, data = ?, checksum = ? WHERE id = ?",
            (*row[2:], checksum_of(*row), key),
        )
        self._firsts.clear()
        self._whole = key, ends, whole
        return [TextPlace(key, len(held) + n) for n in range(len(texts))]

    def _packed(self, whole: bytes, base: int | None) -> bytes:
        if base is not None:
            return _packer(len(whole), self._dictionary(base)).compress(whole)
        most = 1 << len(whole).bit_length()
        if most not in self._packers:
            self._packers[most] = _packer(most, None)
        return self._packers[most].compress(whole)

    def text(self, place: TextPlace) -> VersionText:
        """Read the text at a place."""
        ends, data = self._unpacked(place.frame)
        return _cut(ends, data, place.slot)

    def content(self, place: TextPlace) -> bytes:
        """Read the content at a place, unpacking no more of its frame than is needed."""
        if self._whole is not None and self._whole[0] == place.frame:
            return self.text(place).content
        frame = self._row(place.frame)
        data = self._unpack(frame, frame.ends[2 * place.slot])
        return _cut(frame.ends, data, place.slot).content

    def is_whole(self, key: int) -> bool:
        """Whether a frame, and those that it is compressed against, are as they were written."""
        if key not in self._known_whole:
            if len(self._known_whole) > _CHECKED:
                self._known_whole.clear()
            self._known_whole[key] = self._is_whole(key)
        return self._known_whole[key]

    def _is_whole(self, key: int) -> bool:
        try:
            row = self._db.execute(
                "SELECT base_id, depth, ends, data, checksum FROM frame WHERE id = ?", (key,)
            ).fetchone()
            own = row is not None and checksum_of(*row[:4]) == row[4]
            return own and (row[0] is None or (row[0] != key and self.is_whole(row[0])))
        except (sqlite3.DatabaseError, TypeError, RecursionError):  # values of another kind; a ring
            return False

    def _row(self, key: int) -> _FrameRow:
        base, depth, ends, data = self._db.execute(
            "SELECT base_id, depth, ends, data FROM frame WHERE id = ?", (key,)
        ).fetchone()
        return _FrameRow(base, depth, unpack_numbers(ends, 2), data)

    def _unpacked(self, key: int) -> tuple[list[int], bytes]:
        """Unpack a whole frame; the last one asked for is cached."""
        if self._whole is None or self._whole[0] != key:
            frame = self._row(key)
            self._whole = (key, frame.ends, self._unpack(frame, max(frame.ends)))
        return self._whole[1:]

    def _unpack(self, frame: _FrameRow, size: int) -> bytes:
        unpacker = zstandard.ZstdDecompressor(dict_data=self._dictionary(frame.base))
        with unpacker.stream_reader(frame.data) as reader:
            return reader.read(size)

    def _dictionary(self, base: int | None) -> zstandard.ZstdCompressionDict | None:
        """Unpack the first text of a frame, along its chain of bases, as a zstd dictionary."""
        if base is None:
            return None
        chain: list[tuple[int, _FrameRow]] = []
        key: int | None = base
        while key is not None and key not in self._firsts:
            chain.append((key, self._row(key)))
            key = chain[-1][1].base
        first = self._firsts[key] if key is not None else None
        for key, frame in reversed(chain):
            unpacker = zstandard.ZstdDecompressor(dict_data=_raw_dictionary(first))
            with unpacker.stream_reader(frame.data) as reader:
                first = reader.read(frame.ends[0])
            self._keep(key, first)
        return _raw_dictionary(first)

    def _keep(self, key: int, first: bytes) -> None:
        if sum(map(len, self._firsts.values())) + len(first) > _CACHED:
            self._firsts.clear()
        self._firsts[key] = first


def checksum_of(base: int | None, depth: int, ends: bytes, data: bytes) -> bytes:
    """Return the checksum of a frame's row: 16 bytes of SHA-256."""
    found = hashlib.sha256(msgspec.msgpack.encode((base, depth, ends)))
    found.update(data)
    return found.digest()[:16]


def _joined(texts: Sequence[VersionText]) -> tuple[bytes, list[int]]:
    """Concatenate texts, and say where each content and each raw ends."""
    parts: list[bytes] = []
    ends: list[int] = []
    at = 0
    for content, raw in texts:
        at += len(content)
        ends += (at, -1 if raw is None else at + len(raw))
        at += len(raw or b"")
        parts += (content, raw or b"")
    return b"".join(parts), ends


def _packer(size: int, base: zstandard.ZstdCompressionDict | None) -> zstandard.ZstdCompressor:
    settings = zstandard.ZstdCompressionParameters.from_level(
        _LEVEL, window_log=_WINDOW_LOG, source_size=size, write_checksum=True
    )
    return zstandard.ZstdCompressor(compression_params=settings, dict_data=base)


def _raw_dictionary(data: bytes | None) -> zstandard.ZstdCompressionDict | None:
    if not data:
        return None
    return zstandard.ZstdCompressionDict(data, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def _cut(ends: list[int], data: bytes, slot: int) -> VersionText:
    before = max(ends[2 * slot - 2 : 2 * slot], default=0)
    middle, end = ends[2 * slot : 2 * slot + 2]
    return VersionText(data[before:middle], None if end < 0 else data[middle:end])
