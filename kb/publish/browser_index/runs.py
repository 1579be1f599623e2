"""Postings on disk while an index is made, to be read in parts, in the order of codes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence

import numpy as np

from kb.publish.browser_index.codes import BITS, U32, U64
from kb.publish.browser_index.postings import CODE, once

PARTS = 256
_AT_ONCE = 1 << 17
"""Postings that are worked on together: many, for speed, but few beside all."""
_BOUNDS = np.arange(1, PARTS, dtype=np.uint64) << (CODE + np.uint64(BITS - 8))


class Runs:
    """Takes postings of some documents after others; holds in memory where they lie."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  (closed by close)
        self._bounds: list[list[int]] = []
        self.count = 0

    def add(self, postings: U64) -> None:
        """Take in postings, in order."""
        bounds = [0, *np.searchsorted(postings, _BOUNDS).tolist(), len(postings)]
        self._bounds.append([self.count + bound for bound in bounds])
        self.count += len(postings)
        self._file.write(postings.tobytes())

    def pieces(self, parts: range) -> Iterator[U64]:
        """What each call of ``add`` gave for these parts."""
        for bounds in self._bounds:
            first, last = bounds[parts.start], bounds[parts.stop]
            self._file.seek(first * 8)
            yield np.frombuffer(self._file.read((last - first) * 8), np.uint64)

    def common(self, most: int) -> U32:
        """Codes that more documents than so many have, ascending."""
        found = []
        for postings in joined([self]):
            codes, counts = np.unique(postings >> CODE, return_counts=True)
            found.append(codes[counts > most].astype(np.uint32))
        return np.concatenate(found)

    def close(self) -> None:
        """Let go of what is on disk."""
        self._file.close()


def joined(levels: Sequence[Runs], most: int = PARTS) -> Iterator[U64]:
    """All postings of all levels, in order, each once: in pieces by code, ``most`` of one size."""
    groups = 1
    while groups < min(PARTS, most) and groups * _AT_ONCE < sum(runs.count for runs in levels):
        groups *= 2
    for start in range(0, PARTS, PARTS // groups):
        parts = range(start, start + PARTS // groups)
        pieces = [piece for runs in levels for piece in runs.pieces(parts)]
        yield once(np.concatenate([np.zeros(0, np.uint64), *pieces]))
