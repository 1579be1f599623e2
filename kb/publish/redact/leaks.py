"""Looks for protected values in every byte of a built site, however they are written there."""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, NamedTuple
from urllib.parse import unquote

from kb.errors import KbError
from kb.publish.redact.protected import Protected
from kb.publish.search.shards import key_in, lines_in
from kb.search.analysis import fold_text

_SHOWN = 5
_DEEPEST = 3
_MOST = 64 << 20
"""Bytes that a compressed part may unfold to; more is refused, for nobody can look at it."""
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
_NAMED = re.compile(r"(?:~[0-9a-f]{2})+")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_\-]{24,}={0,2}")
_DEFLATED = re.compile(rb"\x78[\x01\x5e\x9c\xda]")


class LeakError(KbError):
    """A public site holds what it must not; it is not put in place."""


class Leak(NamedTuple):
    """Where a protected value stands: its kind alone is told."""

    path: str
    kind: str
    how: str
    """How it is written there: `text`, `escaped`, `compressed`, `name`."""

    def __str__(self) -> str:
        return f"{self.path}: a protected {self.kind} ({self.how})"


def check(folder: Path, protected: Protected, own: Iterable[str], constant: Iterable[str]) -> None:
    """LeakError where a file's bytes or name hold a protected value.

    ``own`` are texts of the interface, which may contain somebody's name by chance; ``constant``
    are paths whose bytes depend on no case.
    """
    fixed = frozenset(constant)
    check_parts(_files(folder, fixed), protected, own)


def _files(folder: Path, fixed: frozenset[str]) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        is_read = path.is_file() and name not in fixed
        yield name, _telling(name, path.read_bytes()) if is_read else b""


def check_parts(
    parts: Iterable[tuple[str, bytes]], protected: Protected, own: Iterable[str]
) -> None:
    """LeakError where a part's name or bytes hold a protected value; ``own`` as for `check`."""
    search = _Search(protected, protected.without(own))
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


def _telling(name: str, data: bytes) -> bytes:
    """Of the search index what tells something: keys and values, not signs of postings.

    A key of one character is part of many words: it tells of no name.
    """
    if name.startswith(("search/t/", "search/l/")):
        keys = map(key_in, lines_in(data))
        return "\n".join(key for key in keys if len(key) > 1).encode()
    if name.startswith("search/a/"):
        _, values = json.loads(b"[" + data.strip()[4:-1] + b"]")
        return "\n".join(values).encode("utf-8", "replace")
    return data


class _Search:
    def __init__(self, protected: Protected, excused: frozenset[str]) -> None:
        self._protected = protected
        self._excused = excused

    def in_name(self, name: str) -> Iterator[Leak]:
        for text in (name, unquote(_unnamed(name))):
            yield from self._in_text(name, text, "name")

    def in_bytes(self, name: str, data: bytes) -> Iterator[Leak]:
        for how, part in _unfolded(data):
            for text in _readings(part):
                yield from self._in_text(name, text, how)

    def _in_text(self, name: str, text: str, how: str) -> Iterator[Leak]:
        for found in self._protected.found(fold_text(text), known_only=True):
            if found.value not in self._excused:
                yield Leak(name, found.kind, how)
                return


def _readings(data: bytes) -> Iterator[str]:
    """What the bytes may say: as text, without tags, entities, escapes."""
    texts = [data.decode("utf-8", "replace")]
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4000]:
        texts += [data.decode("utf-16-le", "replace"), data.decode("utf-16-be", "replace")]
    if not data.isascii():
        texts.append(data.decode("gb18030", "replace"))
    for text in texts:
        yield text
        plain = _ESCAPED.sub(lambda m: chr(int(m[1] or m[2], 16)), text)
        for bare in (plain, _TAG.sub("", plain)):
            said = unquote(_unnamed(html.unescape(bare)))
            if said != text:
                yield said


def _unnamed(text: str) -> str:
    """With the bytes that kb.publish.names wrote as `~e4` read again."""
    return _NAMED.sub(
        lambda m: bytes.fromhex(m[0].replace("~", "")).decode("utf-8", "replace"), text
    )


def _unfolded(data: bytes, depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """The bytes and all that is compressed or coded inside them."""
    yield ("text" if depth == 0 else "compressed"), data
    if depth == _DEEPEST:
        return
    for inner in (*_gunzipped(data), *_unzipped(data), *_inflated(data), *_from_base64(data)):
        yield from _unfolded(inner, depth + 1)


def _gunzipped(data: bytes) -> Iterator[bytes]:
    if data[:2] == b"\x1f\x8b":
        with gzip.open(io.BytesIO(data)) as stream:
            try:
                yield _bounded(stream)
            except (OSError, EOFError, zlib.error):
                return


def _bounded(stream: IO[bytes] | gzip.GzipFile) -> bytes:
    data = stream.read(_MOST + 1)
    if len(data) > _MOST:
        raise LeakError(
            f"a compressed part unfolds to more than {_MOST >> 20} MiB: nobody can search it",
            hint="leave such files out by [public] attachments in kb.toml",
        )
    return data


def _unzipped(data: bytes) -> Iterator[bytes]:
    if data[:2] == b"PK":
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for entry in archive.infolist():
                    yield entry.filename.encode("utf-8", "replace")
                    with archive.open(entry) as stream:
                        yield _bounded(stream)
        except (zipfile.BadZipFile, OSError, zlib.error, RuntimeError, NotImplementedError):
            return


def _inflated(data: bytes) -> Iterator[bytes]:
    """Streams of zlib inside PNG, PDF and the like."""
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
    for match in _BASE64.finditer(data):
        text = match[0].translate(bytes.maketrans(b"-_", b"+/")).rstrip(b"=")
        inner = base64.b64decode(text[: len(text) // 4 * 4])
        if inner.isascii() or _is_text(inner):
            yield inner


def _is_text(data: bytes) -> bool:
    try:
        return data.decode("utf-8").isprintable()
    except UnicodeDecodeError:
        return False
