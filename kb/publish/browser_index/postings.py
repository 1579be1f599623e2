"""Documents to postings, many documents at a time.

A posting is a number of 64 bits: a key's code (30), a document's number (32), a weight (2).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from kb.publish.browser_index.codes import U32, U64, code_of, codes_of
from kb.publish.browser_index.entry import Entry
from kb.publish.browser_index.keys import Found, keys_of

CODE, WEIGHT = np.uint64(34), np.uint64(2)
"""By how many bits a code and a document's number are shifted."""
_FIRST = np.uint32(10)
OFTEN = 2.5
USUAL = 600
"""Terms of a document of usual length; in a longer one a term must come oftener to count more."""


class Parts(msgspec.Struct):
    """What a document's keys are made of: its head and its body."""

    head: Found
    body: Found

    @property
    def words(self) -> set[str]:
        """Its words as they are written."""
        return {*self.head.words, *self.body.words}


def parts_of(entry: Entry) -> Parts:
    """The parts of an entry."""
    return Parts(keys_of(entry.head), keys_of(entry.body))


class Batch(msgspec.Struct):
    """Some documents as arrays: their runs one after another, each closed by a 0."""

    numbers: U32
    often: NDArray[np.float64]
    """How often each document has a key that counts more."""
    signs: U32
    tags: U32
    """Of each sign: twice its document's place in the batch, and one more in a body."""


def batch_of(documents: Sequence[tuple[int, Parts]]) -> Batch:
    """The runs of these documents, which go by their numbers."""
    texts, lengths, usual = [], [], []
    for _, parts in documents:
        for found in (parts.head, parts.body):
            texts.append("\0".join(found.runs) + "\0")
            lengths.append(len(texts[-1]))
        terms = sum(lengths[-2:]) * 2 + len(parts.head.words) + len(parts.body.words)
        usual.append(OFTEN * (0.5 + 0.5 * terms / USUAL))
    signs = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    tags = np.repeat(np.arange(len(lengths), dtype=np.uint32), lengths)
    numbers = np.array([number for number, _ in documents], np.uint32)
    return Batch(numbers, np.array(usual), signs, tags)


def own(batch: Batch, documents: Sequence[tuple[int, Parts]]) -> U64:
    """Postings of all keys but the longer runs, in order, each once."""
    standing, pairs = _standing(batch.signs, 1), _standing(batch.signs, 2)
    codes = [codes_of(batch.signs, 1)[standing], codes_of(batch.signs, 2)[pairs]]
    tags = [batch.tags[standing], batch.tags[:-1][pairs]]
    words, where, marked = _words(documents)
    weighed = _weighed(batch, np.concatenate([*codes, words]), np.concatenate([*tags, where]))
    return once(np.concatenate([weighed, marked]))


def longer(batch: Batch, size: int, common: U32) -> U64:
    """Postings of the runs of ``size`` characters whose both parts, one shorter, are ``common``."""
    known = _among(codes_of(batch.signs, size - 1), common)
    at = np.flatnonzero(known[:-1] & known[1:] & _standing(batch.signs, size))
    return once(_weighed(batch, codes_of(batch.signs, size)[at], batch.tags[at]))


def once(postings: U64) -> U64:
    """In order; of those with the same code and document the weightiest."""
    postings = np.sort(postings)
    pairs = postings >> WEIGHT
    last: NDArray[np.bool_] = np.append(pairs[:-1] != pairs[1:], True)[: len(postings)]
    return postings[last]


def _standing(signs: U32, size: int) -> NDArray[np.bool_]:
    """Where so many signs stand in one run."""
    count = max(0, len(signs) - size + 1)
    found = np.ones(count, bool)
    for at in range(size):
        found &= np.not_equal(signs[at : at + count], 0)
    return found


def _words(documents: Iterable[tuple[int, Parts]]) -> tuple[U32, U32, U64]:
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


def _weighed(batch: Batch, codes: U32, tags: U32) -> U64:
    """Postings with a weight 0 to 3: often in the text, in its head, both."""
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
    """Which of the codes are in ``common``, ascending."""
    if not len(common):
        return np.zeros(len(codes), bool)
    table = np.zeros(1 << 20, bool)  # by their first bits: most of the others are told by it
    table[common >> _FIRST] = True
    likely = np.flatnonzero(table[codes >> _FIRST])
    at = np.minimum(np.searchsorted(common, codes[likely]), len(common) - 1)
    found = np.zeros(len(codes), bool)
    found[likely] = common[at] == codes[likely]
    return found
