"""Look for protected values in every byte of what is to be published, however encoded."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import lzma
import quopri
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import IO, Any

import zstandard

from kb.errors import KbError
from kb.redact.protected import ProtectedValues
from kb.text.fold import fold_text

_SHOWN = 5
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_DEEPEST = 3
_MOST = 64 << 20
"""Bytes that a compressed part may unfold to; more is refused, as it cannot be searched."""
_QUOTED = re.compile(rb"=[0-9A-F]{2}")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){8,}")
_NAMED = re.compile(r"(?:~[0-9a-f]{2})+")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_\-]{8,}(?:\r?\n[A-Za-z0-9+/_\-]{8,})*")
_LEAST = 8
_SLASHES = re.compile(rb"[\r\n/]+")
_APART = re.compile(rb"[\r\n/_\-]+")
_SEALED = {b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "RAR"}
"""How archives begin that cannot be looked into here."""
_DEFLATED = re.compile(rb"\x78[\x01\x5e\x9c\xda]")


class LeakError(KbError):
    """A public site holds what it must not; it is not put in place."""


def _unsearchable(what: str) -> LeakError:
    hint = "leave such files out by [public] attachments in kb.toml"
    return LeakError(what, hint=hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """Where a protected value was found; of the value itself only its kind is reported."""

    path: str
    kind: str
    how: str
    """How it is written there: `text`, `escaped`, `compressed`, `name`, `digest`."""

    def __str__(self) -> str:
        return f"{self.path}: a protected {self.kind} ({self.how})"


def check_parts(
    parts: Iterable[tuple[str, bytes]], protected: ProtectedValues, own: Iterable[str]
) -> None:
    """LeakError where a part's name or bytes hold a protected value.

    ``own`` are texts of the interface, which may contain somebody's name by chance.
    """
    search = _LeakSearch(protected, protected.without(own))
    leaks: list[Leak] = []
    for name, data in parts:
        leaks += search.in_name(name)
        leaks += search.in_bytes(name, data)
    if leaks:
        more = f" and {len(leaks) - _SHOWN} more" if len(leaks) > _SHOWN else ""
        raise LeakError(
            "; ".join(map(str, leaks[:_SHOWN])) + more,
            hint="nothing was published; add what is missing to [public] in kb.toml",
        )


class _LeakSearch:
    def __init__(self, protected: ProtectedValues, excused: frozenset[str]) -> None:
        self._protected = protected
        self._excused = excused

    def in_name(self, name: str) -> Iterator[Leak]:
        for text in (name, _unnamed(name), _unnamed(name.replace("~/", ""))):
            yield from self._in_text(name, text, "name")

    def in_bytes(self, name: str, data: bytes) -> Iterator[Leak]:
        for how, part in _unfolded(data):
            for text in _readings(part):
                yield from self._in_text(name, text, how)

    def _in_text(self, name: str, text: str, how: str) -> Iterator[Leak]:
        folded = fold_text(text)
        for kind in self._protected.is_digest(folded):
            yield Leak(path=name, kind=kind, how="digest")
            return
        for found in self._protected.found(folded, known_only=True):
            if found.value not in self._excused:
                yield Leak(path=name, kind=found.kind, how=how)
                return


def _readings(data: bytes) -> Iterator[str]:
    """Yield what the bytes may say; codes and marks in it are read by who searches."""
    for text in _decoded(data):
        yield text
        if (named := _unnamed(text)) != text:
            yield named


def _decoded(data: bytes) -> Iterator[str]:
    """Decode the bytes in every encoding that they may be meant in."""
    yield data.decode("utf-8", "replace")
    if data.isascii() and b"\0" not in data:
        if _QUOTED.search(data):
            yield quopri.decodestring(data).decode("utf-8", "replace")
        return
    foreign = _utf8(data) is None
    if foreign or b"\0" in data:
        for at in (0, 1):
            yield data[at:].decode("utf-16-le", "replace")
            yield data[at:].decode("utf-16-be", "replace")
    if foreign:
        yield from (data.decode(encoding, "replace") for encoding in ("gb18030", "big5"))


def _unnamed(text: str) -> str:
    """Read again the bytes that kb.publish.paths wrote as `~e4`."""
    return _NAMED.sub(
        lambda m: bytes.fromhex(m[0].replace("~", "")).decode("utf-8", "replace"), text
    )


def _unfolded(data: bytes, depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """Yield the bytes, and all that is compressed or coded inside them."""
    yield ("text" if depth == 0 else "compressed"), data
    if depth == _DEEPEST:
        return
    for start, kind in _SEALED.items():
        if data.startswith(start):
            raise _unsearchable(f"an archive of type {kind} cannot be searched")
    inside = (_unpacked, _unzipped, _inflated, _from_base64, _from_hex)
    for inner in chain.from_iterable(read(data) for read in inside):
        yield from _unfolded(inner, depth + 1)


_PACKED: dict[bytes, Callable[[io.BytesIO], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\0": lzma.open,
    b"\x28\xb5\x2f\xfd": lambda data: zstandard.ZstdDecompressor().stream_reader(data),
}
"""How compressed data begin, and what opens them."""


def _unpacked(data: bytes) -> Iterator[bytes]:
    """gzip, bzip2, xz and zstd."""
    for start, open_ in _PACKED.items():
        if data.startswith(start):
            try:
                with open_(io.BytesIO(data)) as stream:
                    yield _bounded(stream)
            except (OSError, EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError):
                return


def _bounded(stream: IO[bytes]) -> bytes:
    data = stream.read(_MOST + 1)
    if len(data) > _MOST:
        raise _unsearchable(
            f"a compressed part unfolds to more than {_MOST >> 20} MiB: nobody can search it"
        )
    return data


def _unzipped(data: bytes) -> Iterator[bytes]:
    if data[:2] == b"PK":
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for entry in archive.infolist():
                    if entry.flag_bits & 1:
                        raise _unsearchable("an encrypted archive cannot be searched")
                    yield entry.filename.encode("utf-8", "replace")
                    with archive.open(entry) as stream:
                        yield _bounded(stream)
        except (zipfile.BadZipFile, OSError, zlib.error, RuntimeError, NotImplementedError):
            return


def _inflated(data: bytes) -> Iterator[bytes]:
    """Yield streams of zlib inside PNG and PDF."""
    if data[:4] not in (b"\x89PNG", b"%PDF"):
        return
    for match in _DEFLATED.finditer(data):
        try:
            inner = zlib.decompressobj().decompress(data[match.start() :], _MOST)
        except zlib.error:
            continue
        if len(inner) > 8:
            yield inner


def _from_base64(data: bytes) -> Iterator[bytes]:
    """Decode runs of base64: the whole over its lines, and each part of it."""
    for match in _BASE64.finditer(data):
        found = match[0]
        parts = {b"".join(found.split()), *_SLASHES.split(found), *_APART.split(found)}
        for part in sorted(parts):
            if len(part) < _LEAST:
                continue
            text = part.translate(_URL_SAFE)
            whole, over = divmod(len(text), 4)
            text = text + b"=" * (4 - over) if over > 1 else text[: whole * 4]
            inner = base64.b64decode(text)
            if inner.isascii() or _is_text(inner):
                yield inner


def _from_hex(data: bytes) -> Iterator[bytes]:
    for match in _HEX.finditer(data):
        inner = bytes.fromhex(match[0].decode())
        if _is_text(inner):
            yield inner


def _utf8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _is_text(data: bytes) -> bool:
    text = _utf8(data)
    return text is not None and text.isprintable()
