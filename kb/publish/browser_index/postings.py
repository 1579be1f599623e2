"""Postings: which documents have a key, made of many documents at a time and sorted on disk.

A posting is a number of 64 bits: a key's code (30), a document's number (32), a weight (2).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.publish.browser_index.codec import U32, U64
from kb.publish.browser_index.documents import IndexedCase
from kb.publish.browser_index.keys import BITS, TextKeys, code_of, codes_of, keys_of

CODE, WEIGHT = np.uint64(34), np.uint64(2)
"""By how many bits a code and a document's number are shifted."""
_FIRST = np.uint32(10)
_OFTEN = 2.5
"""How often a document of usual length must have a key for it to count more there."""
_USUAL = 600
"""Terms of a document of usual length; in a longer one a key must come oftener."""
_PARTS = 256
"""Parts that postings on disk are read in, by the first bits of their codes."""
_TOGETHER = 1 << 17
"""Postings that are held in memory at once: many for speed, few of all."""
_BOUNDS = np.arange(1, _PARTS, dtype=np.uint64) << (CODE + np.uint64(BITS - 8))


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentKeys:
    """What a document's keys are made of: its head and its body."""

    head: TextKeys
    body: TextKeys

    @property
    def words(self) -> set[str]:
        """Its words as they are written."""
        return {*self.head.words, *self.body.words}


def document_keys(case: IndexedCase) -> DocumentKeys:
    """Find the keys of a document."""
    return DocumentKeys(head=keys_of(case.head), body=keys_of(case.body))


@dataclass(frozen=True, slots=True)
class DocumentBatch:
    """Some documents as arrays: their runs one after another, each closed by a 0."""

    numbers: U32
    often: NDArray[np.float64]
    """How often each document has a key that counts more."""
    signs: U32
    tags: U32
    """Of each sign: twice its document's place in the batch, and one more in a body."""


def batch_of(documents: Sequence[tuple[int, DocumentKeys]]) -> DocumentBatch:
    """Join the runs of documents, given with their numbers in ascending order."""
    texts, lengths, usual = [], [], []
    for _, parts in documents:
        for found in (parts.head, parts.body):
            texts.append("\0".join(found.runs) + "\0")
            lengths.append(len(texts[-1]))
        terms = sum(lengths[-2:]) * 2 + len(parts.head.words) + len(parts.body.words)
        usual.append(_OFTEN * (0.5 + 0.5 * terms / _USUAL))
    signs = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    tags = np.repeat(np.arange(len(lengths), dtype=np.uint32), lengths)
    numbers = np.array([number for number, _ in documents], np.uint32)
    return DocumentBatch(numbers, np.array(usual), signs, tags)


def own_postings(batch: DocumentBatch, documents: Sequence[tuple[int, DocumentKeys]]) -> U64:
    """Postings of all keys but the longer runs, in order, each once."""
    standing, pairs = _standing(batch.signs, 1), _standing(batch.signs, 2)
    codes = [codes_of(batch.signs, 1)[standing], codes_of(batch.signs, 2)[pairs]]
    tags = [batch.tags[standing], batch.tags[:-1][pairs]]
    words, where, marked = _words(documents)
    weighed = _weighed(batch, np.concatenate([*codes, words]), np.concatenate([*tags, where]))
    return once(np.concatenate([weighed, marked]))


def longer_postings(batch: DocumentBatch, size: int, common: U32) -> U64:
    """Postings of runs of ``size`` characters that begin and end with ``common`` shorter runs."""
    known = _among(codes_of(batch.signs, size - 1), common)
    at = np.flatnonzero(known[:-1] & known[1:] & _standing(batch.signs, size))
    return once(_weighed(batch, codes_of(batch.signs, size)[at], batch.tags[at]))


def once(postings: U64) -> U64:
    """Sort; of postings with the same code and document keep the weightiest."""
    postings = np.sort(postings)
    pairs = postings >> WEIGHT
    last: NDArray[np.bool_] = np.append(pairs[:-1] != pairs[1:], True)[: len(postings)]
    return postings[last]


def _standing(signs: U32, size: int) -> NDArray[np.bool_]:
    """Mark the places from which ``size`` characters belong to one run."""
    count = max(0, len(signs) - size + 1)
    found = np.ones(count, bool)
    for at in range(size):
        found &= np.not_equal(signs[at : at + count], 0)
    return found


def _words(documents: Iterable[tuple[int, DocumentKeys]]) -> tuple[U32, U32, U64]:
    """Codes of words with their tags; postings of grams, which have their weights."""
    codes: list[int] = []
    tags: list[int] = []
    marked: list[int] = []
    for place, (number, parts) in enumerate(documents):
        for tag, found in enumerate((parts.head, parts.body), 2 * place):
            keys = found.keys
            codes += map(code_of, keys)
            tags += [tag] * len(keys)
            marked += [
                code_of(gram) << 34 | number << 2 | weight for gram, weight in found.grams.items()
            ]
    return np.array(codes, np.uint32), np.array(tags, np.uint32), np.array(marked, np.uint64)


def _weighed(batch: DocumentBatch, codes: U32, tags: U32) -> U64:
    """Postings with weights: 1 where the key is often in the text, 2 in its head, 3 both."""
    places = (tags >> np.uint32(1)).astype(np.uint64)
    bodies = (tags & np.uint32(1)).astype(np.uint64)
    each = np.sort(places << np.uint64(32) | codes.astype(np.uint64) << np.uint64(1) | bodies)
    kinds: U64 = each >> np.uint64(1)
    first = np.flatnonzero(np.append(True, kinds[1:] != kinds[:-1])[: len(each)])
    times = np.diff(np.append(first, len(each)))
    place = (kinds[first] >> np.uint64(31)).astype(np.int64)  # the shift below drops it
    weights = np.where(each[first] & np.uint64(1), 0, 2) + (times >= batch.often[place])
    numbers = batch.numbers[place].astype(np.uint64)
    found = kinds[first] << CODE
    found |= numbers << WEIGHT
    found |= weights.astype(np.uint64)
    return found


def _among(codes: U32, common: U32) -> NDArray[np.bool_]:
    """Mark the codes that are in ``common``, ascending."""
    if not len(common):
        return np.zeros(len(codes), bool)
    table = np.zeros(1 << 20, bool)  # by their first bits: most other codes are excluded by these
    table[common >> _FIRST] = True
    likely = np.flatnonzero(table[codes >> _FIRST])
    at = np.minimum(np.searchsorted(common, codes[likely]), len(common) - 1)
    found = np.zeros(len(codes), bool)
    found[likely] = common[at] == codes[likely]
    return found


class PostingRuns:
    """Postings on disk: those of some documents after others', to be read in the order of codes."""

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
        """Yield what each call of ``add`` put into these parts."""
        for bounds in self._bounds:
            first, last = bounds[parts.start], bounds[parts.stop]
            self._file.seek(first * 8)
            yield np.frombuffer(self._file.read((last - first) * 8), np.uint64)

    def common(self, most: int) -> U32:
        """Codes that more documents than so many have, ascending."""
        found = []
        for postings in merged([self]):
            codes, counts = np.unique(postings >> CODE, return_counts=True)
            found.append(codes[counts > most].astype(np.uint32))
        return np.concatenate(found)

    def close(self) -> None:
        """Delete what is on disk."""
        self._file.close()


def merged(levels: Sequence[PostingRuns], most: int = _PARTS) -> Iterator[U64]:
    """Yield the postings of all levels, in order, each once: in at most ``most`` pieces by code."""
    groups = 1
    while groups < min(_PARTS, most) and groups * _TOGETHER < sum(runs.count for runs in levels):
        groups *= 2
    for start in range(0, _PARTS, _PARTS // groups):
        parts = range(start, start + _PARTS // groups)
        pieces = [piece for runs in levels for piece in runs.pieces(parts)]
        yield once(np.concatenate([np.zeros(0, np.uint64), *pieces]))
