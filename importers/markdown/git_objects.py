"""Objects of a git repository by their ids, each of bounded size.

dulwich knows the formats, and applies deltas; how much a stream may give is decided here before
any of it is read, since a pack of a kilobyte can declare what no machine can hold. Objects of other
repositories (alternates) are not looked for: see git_dir. Sources: git's gitformat-pack(5),
gitformat-loose(5).
"""

from __future__ import annotations

import re
import struct
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, Final, NamedTuple

from dulwich.errors import ApplyDeltaError
from dulwich.pack import (
    FilePackIndex,
    PackFileDisappeared,
    PackIndex1,
    PackIndex2,
    PackIndex3,
    apply_delta,
)

from importers.markdown.git_dir import GitDir, GitRefusedError, pack_names

LARGEST: Final = 32_000_000
"""Bytes of an object: a tree of 500,000 names, a text that no page is as long as."""
MOST_WORK: Final = 64_000_000_000
"""Bytes that all objects of a history may have, with all that deltas make on the way."""
MOST_PACKS: Final = 1000
COMMIT, TREE = 1, 2
_OFS_DELTA: Final = 6
_REF_DELTA: Final = 7
_LONGEST_CHAIN: Final = 4096
"""Deltas on one object; git writes 4,095 at most."""
_KEPT: Final = 64_000_000
"""Bytes of objects that are kept because others may be deltas of them."""
_OPEN: Final = 8
"""Packs that are open at a time."""
_INDEXES: Final = 512_000_000
_CHUNK: Final = 1 << 15
_HEADER: Final = 64
_LOOSE: Final = re.compile(rb"(commit|tree|blob|tag) (0|[1-9][0-9]{0,18})\0")
_KINDS: Final = {b"commit": COMMIT, b"tree": TREE, b"blob": 3, b"tag": 4}
_BAD_INDEX: Final = (
    AssertionError, LookupError, ValueError, ArithmeticError, TypeError, struct.error,
    PackFileDisappeared,
)  # fmt: skip


class GitObject(NamedTuple):
    """An object: which kind it is, and its bytes."""

    kind: int
    data: bytes


class GitObjectError(Exception):
    """An object that is missing, damaged or too large."""


class _Packed(NamedTuple):
    """An object as a pack has it."""

    kind: int
    base: int | None
    """Of a delta: where in the pack the object is that it changes."""
    data: bytes


class GitObjects:
    """The objects of a repository; close it when done."""

    def __init__(self, git: GitDir) -> None:
        """GitRefusedError where the packs are too many, or one has no index that can be read."""
        self._git = git
        self._size = git.object_format.oid_length
        self._indexes = dict(self._read_indexes())
        self._open: OrderedDict[str, BinaryIO] = OrderedDict()
        self._kept: OrderedDict[tuple[str, int], GitObject] = OrderedDict()
        self._kept_bytes = 0
        self._work = 0

    def _read_indexes(self) -> Iterator[tuple[str, FilePackIndex]]:
        folder, left = self._git.common, _INDEXES
        for number, name in enumerate(pack_names(folder)):
            try:
                data = folder.read(f"{name}.idx", left)
                index = _index(data, self._git)
            except (OSError, *_BAD_INDEX) as error:
                raise GitRefusedError("bad-git", f"{folder.root / name}.idx: {error}") from error
            left -= len(data)
            if number == MOST_PACKS:
                raise GitRefusedError("bad-git", f"{folder.root}: too many packs: run `git gc`")
            yield name, index

    def get(self, id_: bytes) -> GitObject:
        """Return the object of a binary id. GitObjectError where it cannot be had."""
        for name, index in self._indexes.items():
            try:
                at = index.object_offset(id_)  # type: ignore[arg-type]  # NewTypes of bytes
            except KeyError:
                continue
            except _BAD_INDEX as error:
                raise GitObjectError(f"{name}.idx is damaged: {error}") from error
            return self._resolved(name, at)
        return self._loose(id_)

    def checked(self, id_: bytes) -> GitObject:
        """Return the object, its bytes compared with its id. GitObjectError where it differs."""
        found = self.get(id_)
        kind = next(name for name, number in _KINDS.items() if number == found.kind)
        made = self._git.object_format.new_hash()
        made.update(b"%s %d\0" % (kind, len(found.data)))
        made.update(found.data)
        if made.digest() != id_:
            raise GitObjectError("it is damaged: its bytes are not those of its id")
        return found

    def close(self) -> None:
        """Close the packs."""
        for file in self._open.values():
            file.close()
        self._open.clear()

    def _loose(self, id_: bytes) -> GitObject:
        name = id_.hex()
        try:
            file = self._git.common.open(f"objects/{name[:2]}/{name[2:]}")
        except FileNotFoundError:
            detail = "it is not in this repository: `git fetch --refetch`, or clone it"
            raise GitObjectError(detail) from None
        except OSError as error:
            raise GitObjectError(str(error)) from error
        with file:
            inflate = zlib.decompressobj()
            start = _some(inflate, file.read(_CHUNK), _HEADER)
            head = _LOOSE.match(start)
            if head is None:
                raise GitObjectError("it is damaged: no header")
            size = self._allowed(int(head[2]))
            return GitObject(_KINDS[head[1]], _inflated(inflate, file, size, start[head.end() :]))

    def _allowed(self, size: int) -> int:
        """Return ``size`` where so much may be made; GitObjectError where not."""
        if size > LARGEST:
            raise GitObjectError(f"it has {size:,} bytes, more than {LARGEST:,}")
        self._work += size
        if self._work > MOST_WORK:
            detail = f"its objects make more than {MOST_WORK:,} bytes"
            raise GitRefusedError("git-too-large", detail)
        return size

    def _resolved(self, name: str, at: int) -> GitObject:
        """Return the object at a place of a pack, with the deltas on the way to it applied."""
        deltas: list[tuple[int, bytes]] = []
        size = 0
        while (found := self._kept.get((name, at))) is None:
            packed = self._packed(name, at)
            if packed.base is None:
                found = GitObject(packed.kind, packed.data)
                self._keep((name, at), found)
                break
            deltas.append((at, packed.data))
            size += len(packed.data)
            if len(deltas) > _LONGEST_CHAIN or size > LARGEST:
                raise GitObjectError("it is damaged: deltas of deltas without an end")
            at = packed.base
        else:
            self._kept.move_to_end((name, at))
        for place, delta in reversed(deltas):
            found = GitObject(found.kind, self._applied(found.data, delta))
            self._keep((name, place), found)
        return found

    def _packed(self, name: str, at: int) -> _Packed:
        """Read what a pack has at a place."""
        file = self._pack(name)
        file.seek(at)
        head = file.read(_HEADER)
        kind, size, end = _kind_and_size(head)
        base: int | None = None
        if kind == _OFS_DELTA:
            back, end = _distance(head, end)
            base = at - back
            if not 0 < back < at:
                raise GitObjectError("it is damaged: a delta of nothing")
        elif kind == _REF_DELTA:
            id_ = head[end : end + self._size]
            end += self._size
            try:
                base = self._indexes[name].object_offset(id_)  # type: ignore[arg-type]
            except _BAD_INDEX as error:
                raise GitObjectError("it is damaged: a delta of what is not there") from error
        elif kind not in _KINDS.values():
            raise GitObjectError(f"it is damaged: kind {kind}")
        file.seek(at + end)
        return _Packed(kind, base, _inflated(zlib.decompressobj(), file, self._allowed(size)))

    def _applied(self, data: bytes, delta: bytes) -> bytes:
        """Apply a delta, whose own words say how much it makes."""
        try:
            _, at = _varint(delta, 0)
            size, _ = _varint(delta, at)
            made = b"".join(apply_delta(data, delta)) if self._allowed(size) else b""
        except (ApplyDeltaError, ValueError, IndexError) as error:
            raise GitObjectError(f"it is damaged: {error}") from error
        return made

    def _keep(self, place: tuple[str, int], found: GitObject) -> None:
        """Keep an object for deltas of it, while there is room."""
        self._kept[place] = found
        self._kept_bytes += len(found.data)
        while self._kept_bytes > _KEPT:
            _, oldest = self._kept.popitem(last=False)
            self._kept_bytes -= len(oldest.data)

    def _pack(self, name: str) -> BinaryIO:
        file = self._open.get(name)
        if file is None:
            if len(self._open) == _OPEN:
                self._open.popitem(last=False)[1].close()
            try:
                file = self._open[name] = self._git.common.open(f"{name}.pack")
            except OSError as error:
                raise GitObjectError(f"{name}.pack: {error}") from error
        self._open.move_to_end(name)
        return file


def _index(data: bytes, git: GitDir) -> FilePackIndex:
    """Read an index of a pack, of version 1, 2 or 3."""
    kinds = {2: PackIndex2, 3: PackIndex3}
    versioned = data[:4] == b"\377tOc"
    kind = kinds[int.from_bytes(data[4:8], "big")] if versioned else PackIndex1
    file = BytesIO()
    file.close()  # all is in ``data``; an open one it would warn of
    return kind("", git.object_format, file, data, len(data))


def _kind_and_size(head: bytes) -> tuple[int, int, int]:
    """Return an entry's kind, the bytes that it says to make, and the end of these words."""
    if not head:
        raise GitObjectError("it is damaged: outside of its pack")
    rest, end = _varint(head, 1) if head[0] & 0x80 else (0, 1)
    return head[0] >> 4 & 7, head[0] & 15 | rest << 4, end


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Read a number of up to ten bytes, seven bits each, lowest first; its end too."""
    value = 0
    for number, byte in enumerate(data[at : at + 10]):
        value |= (byte & 0x7F) << 7 * number
        if not byte & 0x80:
            return value, at + number + 1
    raise GitObjectError("it is damaged: a number without an end")


def _distance(data: bytes, at: int) -> tuple[int, int]:
    """Read how far before a delta its base is, as packs write it: highest bits first."""
    value = -1
    for number, byte in enumerate(data[at : at + 10]):
        value = value + 1 << 7 | byte & 0x7F
        if not byte & 0x80:
            return value, at + number + 1
    raise GitObjectError("it is damaged: a number without an end")


def _inflated(inflate: zlib._Decompress, file: BinaryIO, size: int, start: bytes = b"") -> bytes:
    """Return the ``size`` bytes of a stream, of which ``start`` is there; never make more."""
    parts, left = [start], size - len(start)
    fed = inflate.unconsumed_tail
    while left >= 0 and not inflate.eof:
        fed = fed or file.read(_CHUNK)
        if not fed:
            raise GitObjectError("it is damaged: cut off")
        parts.append(_some(inflate, fed, left + 1))
        left -= len(parts[-1])
        fed = inflate.unconsumed_tail
    if left:
        raise GitObjectError("it is damaged: not as long as it says")
    return b"".join(parts)


def _some(inflate: zlib._Decompress, data: bytes, most: int) -> bytes:
    try:
        return inflate.decompress(data, most)
    except zlib.error as error:
        raise GitObjectError(f"it is damaged: {error}") from error
