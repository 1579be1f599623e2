"""Postings by key while an index is made: in memory, in sorted runs on disk once they are many."""

from __future__ import annotations

import struct
import tempfile
from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from heapq import merge
from itertools import chain, groupby
from operator import itemgetter
from typing import IO

from kb.publish.search.codec import hash_of

MOST = 8_000_000
"""Postings that are held in memory."""
_HEAD = struct.Struct("<III")

Held = tuple[int, str, "array[int]"]
"""A key's hash, the key, its postings."""


class Runs:
    """Takes postings in any order, gives them by key, in the order of shards."""

    def __init__(self) -> None:
        self._held: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        self._count = 0
        self._files: list[IO[bytes]] = []

    def add(self, weights: Mapping[str, int], document: int) -> None:
        """Take in a document's keys with their weights."""
        held, posting = self._held, document << 2
        for key, weight in weights.items():
            held[key].append(posting + weight)
        self._count += len(weights)
        if self._count > MOST:
            self._spill()

    def common(self, most: int) -> Iterator[str]:
        """Keys that more documents than so many have."""
        if self._files:
            return (key for _, key, found in merged([self]) if len(found) > most)
        return (key for key, found in self._held.items() if len(found) > most)

    def close(self) -> None:
        """Let go of what is on disk."""
        for file in self._files:
            file.close()

    def streams(self) -> list[Iterator[Held]]:
        """What is on disk, each sorted."""
        return [_read(file) for file in self._files]

    def held(self) -> Iterator[Held]:
        """What is in memory."""
        return ((hash_of(key), key, found) for key, found in self._held.items())

    def _spill(self) -> None:
        file = tempfile.TemporaryFile()  # noqa: SIM115  (closed by close)
        for code, key, found in sorted(self.held(), key=_ORDER):
            name = key.encode("utf-8", "surrogatepass")
            file.write(_HEAD.pack(code, len(name), len(found) * found.itemsize) + name)
            file.write(found)
        self._files.append(file)
        self._held.clear()
        self._count = 0


def merged(levels: Sequence[Runs]) -> Iterator[Held]:
    """Each key once, by its hash; its postings in no order."""
    held = sorted(chain.from_iterable(level.held() for level in levels), key=_ORDER)
    streams = [stream for level in levels for stream in level.streams()]
    if not streams:
        yield from held
        return
    for (code, key), group in groupby(merge(held, *streams, key=_ORDER), _ORDER):
        found = array("I")
        for _, _, part in group:
            found.extend(part)
        yield code, key, found


_ORDER = itemgetter(0, 1)


def _read(file: IO[bytes]) -> Iterator[Held]:
    file.seek(0)
    while head := file.read(_HEAD.size):
        code, name, size = _HEAD.unpack(head)
        key = file.read(name).decode("utf-8", "surrogatepass")
        yield code, key, array("I", file.read(size))
