"""Postings on disk while an index is made, to be read in parts, in the order of codes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable

import numpy as np

from kb.publish.search.codes import BITS, U32
from kb.publish.search.postings import CODE, U64, once

PARTS = 64
_BOUNDS = np.arange(1, PARTS, dtype=np.uint64) << (CODE + np.uint64(BITS - 6))


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

    def part(self, number: int) -> U64:
        """One of ``PARTS`` parts, in order, each posting once."""
        return joined([self], range(number, number + 1))

    def pieces(self, number: int) -> Iterable[U64]:
        """What each call of ``add`` gave for a part."""
        for bounds in self._bounds:
            self._file.seek(bounds[number] * 8)
            yield np.frombuffer(
                self._file.read((bounds[number + 1] - bounds[number]) * 8), np.uint64
            )

    def common(self, most: int) -> U32:
        """Codes that more documents than so many have, ascending."""
        found = []
        for number in range(PARTS):
            codes, counts = np.unique(self.part(number) >> CODE, return_counts=True)
            found.append(codes[counts > most].astype(np.uint32))
        return np.concatenate(found)

    def close(self) -> None:
        """Let go of what is on disk."""
        self._file.close()


def joined(levels: Iterable[Runs], parts: Iterable[int]) -> U64:
    """These parts of all levels, in order, each posting once."""
    numbers = list(parts)
    pieces = [piece for runs in levels for number in numbers for piece in runs.pieces(number)]
    return once(np.concatenate([np.zeros(0, np.uint64), *pieces]))
