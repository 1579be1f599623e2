"""Changes an index where few documents are other than before: the same bytes as made anew."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

import msgspec

from kb.publish.search.build import Output, Parts, document_path, parts_of
from kb.publish.search.codec import decode, shard_of
from kb.publish.search.entry import Entry, entry_in, fragment
from kb.publish.search.keys import LONGEST, longer, weigh
from kb.publish.search.meta import Meta
from kb.publish.search.shards import (
    RESTS,
    Pages,
    line_of,
    rest_path,
    shard_path,
    shards_for,
    whole_to,
    word_file,
    word_path,
)
from kb.search.analysis.scripts import IN_RUN

Read = Callable[[str], bytes]


class _Edit(NamedTuple):
    """A document's posting to take out of a key's list, one to put in."""

    document: int
    new: int | None


_Edits = defaultdict[str, list[_Edit]]


class Patch:
    """New fragments and shards, and the meta that they amount to; None where anew is better."""

    def __init__(self, meta: Meta, size: int, changed: Mapping[int, Entry], read: Read) -> None:
        """``size`` documents there are now; ``changed`` by number, those added at the end too."""
        self.meta: Meta | None = None
        self._changed = changed
        self._most = whole_to(size)
        if self._most != whole_to(meta.documents):
            return
        self._parts = cache(lambda number: parts_of(entry_in(read(document_path(number)))))
        self._old = {n: self._parts(n) for n in changed if n < meta.documents}
        self._new = {n: parts_of(entry) for n, entry in changed.items()}
        edits, grown = self._own()
        postings = meta.postings + grown
        if shards_for(postings) != meta.shards:
            return
        self._shards = Pages(read, shard_path, lambda key: shard_of(key, meta.shards))
        self._rests = Pages(read, rest_path, lambda key: shard_of(key, RESTS))
        self._words = Pages(read, word_path, lambda word: word_file(word, meta.shards), "kbX")
        self._common: dict[str, tuple[bool, bool]] = {}
        self._apply(edits)
        for length in range(3, LONGEST + 1):
            self._apply(self._longer(length))
        self._count_words()
        rests = set(meta.rests).difference(self._rests.empty) | self._rests.filled
        self.meta = msgspec.structs.replace(
            meta, documents=size, postings=postings, rests=tuple(sorted(rests))
        )

    def outputs(self) -> Iterator[Output]:
        """Path and bytes of what changed."""
        for number, entry in self._changed.items():
            yield document_path(number), fragment(number, entry)
        yield from self._shards.outputs()
        yield from self._words.outputs()
        yield from (output for output in self._rests.outputs() if len(output[1]) > _NOTHING)

    def _own(self) -> tuple[_Edits, int]:
        """Edits of the documents' own keys, and by how many postings they grow."""
        edits: _Edits = defaultdict(list)
        grown = 0
        for number, parts in self._new.items():
            old = self._old[number].weights if number in self._old else {}
            new = parts.weights
            grown += len(new) - len(old)
            for key in new.keys() | old.keys():
                _note(edits, key, number, old.get(key), new.get(key))
        return edits, grown

    def _longer(self, length: int) -> _Edits:
        """Edits of keys of so many characters.

        Of changed documents, and of all where what a key begins with became common or is no more.
        """
        edits: _Edits = defaultdict(list)
        for number, parts in self._new.items():
            old = _grams(self._old[number], length, _ALL) if number in self._old else {}
            new = _grams(parts, length, _ALL)
            for gram in new.keys() | old.keys():
                beginning = gram[:-1]
                if old.get(gram) == new.get(gram) and beginning not in self._common:
                    continue
                was, now = self._commonness(beginning)
                before = old.get(gram) if was else None
                _note(edits, gram, number, before, new.get(gram) if now else None)
        for key, (was, now) in list(self._common.items()):
            if was != now and len(key) == length - 1 and IN_RUN.match(key):
                self._spread(key, length, edits, now=now)
        return edits

    def _spread(self, key: str, length: int, edits: _Edits, *, now: bool) -> None:
        for posting in self._postings(key):
            number = posting >> 2
            if number not in self._changed:
                for gram, weight in _grams(self._parts(number), length, {key}).items():
                    _note(edits, gram, number, None if now else weight, weight if now else None)

    def _commonness(self, key: str) -> tuple[bool, bool]:
        """Whether it was in many documents, and whether it is."""
        if key not in self._common:
            line = self._shards.get(key) or ""
            return line.startswith("\t"), line.startswith("\t")
        return self._common[key]

    def _apply(self, edits: _Edits) -> None:
        for key, changes in edits.items():
            postings = self._postings(key)
            before = len(postings) > self._most
            for edit in changes:
                _apply(postings, edit)
            line, rest = line_of(key, postings, self._most) if postings else ("", "")
            self._shards.put(key, line)
            if rest or before:
                self._rests.put(key, rest)
            self._common[key] = before, len(postings) > self._most

    def _postings(self, key: str) -> list[int]:
        line = self._shards.get(key)
        if line is None:
            return []
        if line.startswith("\t"):
            line = self._rests.get(key)
            assert line is not None
        return decode(line[1:])

    def _count_words(self) -> None:
        grown: Counter[str] = Counter()
        for number, parts in self._new.items():
            grown.update(parts.words)
            if number in self._old:
                grown.subtract(self._old[number].words)
        for word, more in grown.items():
            count = int(self._words.get(word) or 0) + more
            if more:
                self._words.put(word, f"{word} {count}" if count else "")


class _Any:
    def __contains__(self, key: object) -> bool:
        return True


_ALL = _Any()
_NOTHING = len(b"kbT(``)\n")


def _grams(parts: Parts, length: int, beginnings: _Any | set[str]) -> dict[str, int]:
    head, body = (longer(found.runs, length, beginnings) for found in (parts.head, parts.body))
    return weigh(head, body, parts.usual)


def _note(edits: _Edits, key: str, number: int, old: int | None, new: int | None) -> None:
    if old != new:
        edits[key].append(_Edit(number, None if new is None else number << 2 | new))


def _apply(postings: list[int], edit: _Edit) -> None:
    at = bisect_left(postings, edit.document << 2)
    there = at < len(postings) and postings[at] >> 2 == edit.document
    postings[at : at + there] = [] if edit.new is None else [edit.new]
