"""Archives and compressed files: the names and files inside, and what their lists do not tell."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from typing import Any, Final

import zstandard

from kb.redact.pieces import Budget, Inner, Piece, Said, Unread, rest
from kb.redact.plain_text import strings
from kb.zips import DAMAGED

_ENCRYPTED: Final = 1
_LOCAL: Final = 30
"""Bytes of a ZIP entry's head before its name (APPNOTE 4.3.7)."""
_END: Final = 22
"""Bytes of the record that ends a ZIP, before its comment (APPNOTE 4.3.16)."""
_DESCRIPTOR: Final = 24
"""Bytes that may follow an entry's data: its descriptor."""
_ERRORS: Final = (
    *DAMAGED, lzma.LZMAError, zstandard.ZstdError, tarfile.TarError,
)  # fmt: skip

_OPENERS: Final[dict[bytes, Callable[[io.BytesIO], Any]]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\0": lzma.open,
    b"\x28\xb5\x2f\xfd": lambda data: zstandard.ZstdDecompressor().stream_reader(
        data, read_across_frames=True
    ),
}
"""How compressed files begin, and what opens them."""


def is_compressed(data: bytes) -> bool:
    """Whether it is one file compressed by gzip, bzip2, xz or zstd."""
    return data.startswith(tuple(_OPENERS))


def read_compressed(data: bytes, budget: Budget) -> Iterator[Piece]:
    """Yield what was compressed; of gzip the name that stands in its head, too."""
    start = next(start for start in _OPENERS if data.startswith(start))
    if start == b"\x1f\x8b" and data[3:4] != b"\0":
        yield Said(data[10:522].split(b"\0\0")[0].decode("utf-8", "replace"), "name", 2)
    try:
        with _OPENERS[start](io.BytesIO(data)) as stream:
            yield Inner(budget.read(stream))
    except _ERRORS:
        yield Unread("a compressed file that is damaged")


def is_zip(data: bytes) -> bool:
    """Whether it is a ZIP, also one behind a program that unpacks it, or behind anything."""
    return b"PK\x05\x06" in data[-(1 << 16) - 22 :] and zipfile.is_zipfile(io.BytesIO(data))


def read_zip(data: bytes, budget: Budget) -> Iterator[Piece]:
    """Yield names, comments and files; what stands outside of them; of locked ones that they are.

    Office documents and e-books are such archives, too.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield Said(archive.comment.decode("utf-8", "replace"), "name")
            for entry in archive.infolist():
                yield from _entry(archive, entry, budget)
            yield from _outside(data, archive)
    except _ERRORS:
        yield Unread("a ZIP that is damaged")


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget) -> Iterator[Piece]:
    yield Said(entry.filename, "name")
    yield Said(entry.comment.decode("utf-8", "replace"), "name")
    if entry.flag_bits & _ENCRYPTED:
        yield Unread("an encrypted archive")
        return
    try:
        with archive.open(entry) as stream:
            yield Inner(budget.read(stream))
    except _ERRORS:
        yield Unread("a file in a ZIP that is damaged or packed in an unknown way")


def _outside(data: bytes, archive: zipfile.ZipFile) -> Iterator[Piece]:
    """Yield what is no entry's data: stretches between them and behind all, words in their heads.

    A ZIP ends with its directory; whatever follows, and extra fields, no program shows.
    """
    at = 0
    for entry in sorted(archive.infolist(), key=lambda one: one.header_offset):
        start = entry.header_offset
        if start > at + (_DESCRIPTOR if at else 0):
            yield Inner(data[at:start], "bytes")
        lengths = data[start + 26 : start + _LOCAL]
        name, extra = int.from_bytes(lengths[:2], "little"), int.from_bytes(lengths[2:], "little")
        head = start + _LOCAL + name + extra
        yield from strings(data[start:head])
        at = max(at, head + entry.compress_size)
    if archive.start_dir > at + (_DESCRIPTOR if at else 0):
        yield Inner(data[at : archive.start_dir], "bytes")
    end = data.rfind(b"PK\x05\x06") + _END + len(archive.comment)
    yield from strings(data[archive.start_dir : end])
    if end < len(data):
        yield Inner(data[end:], "bytes")


def is_tar(data: bytes) -> bool:
    """Whether it is a tar of POSIX or GNU."""
    return data[257:262] == b"ustar"


def read_tar(data: bytes, budget: Budget) -> Iterator[Piece]:
    """Yield names, owners and files."""
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for entry in archive:
                words = (entry.name, entry.linkname, entry.uname, entry.gname)
                yield Said("\n".join((*words, *map(str, entry.pax_headers.values()))), "name")
                stream = archive.extractfile(entry) if entry.isfile() else None
                if stream is not None:
                    yield Inner(budget.read(stream))
            yield from rest(data[archive.offset :])
    except _ERRORS:
        yield Unread("a tar that is damaged")
