"""Changes an index where few documents are other than before: the same bytes as made anew."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from kb.publish.search.build import (
    Output,
    document_path,
    lines_in,
    shard_path,
    shard_script,
    shards_for,
    weights_of,
)
from kb.publish.search.codec import decode, encode, shard_of
from kb.publish.search.entry import Entry, entry_in, fragment
from kb.publish.search.keys import home_of
from kb.publish.search.meta import Meta

Read = Callable[[str], bytes]


class _Edit(NamedTuple):
    """A document's posting to take out of a key's list, one to put in."""

    document: int
    new: int | None


class Patch:
    """New fragments and shards, and the meta that they amount to; None where anew is better."""

    def __init__(self, meta: Meta, size: int, changed: Mapping[int, Entry], read: Read) -> None:
        """``size`` documents there are now; ``changed`` by number, those added at the end too."""
        self._read = read
        self._size = size
        self._changed = changed
        edits = self._edits(meta)
        self._shards, grown = self._edited(edits, meta.shards)
        characters = meta.characters + grown
        self.meta: Meta | None = None
        if shards_for(characters) == meta.shards:
            self.meta = msgspec.structs.replace(meta, documents=size, characters=characters)

    def outputs(self) -> Iterator[Output]:
        """Path and bytes of what changed."""
        for number, entry in self._changed.items():
            yield document_path(number), fragment(number, entry)
        for number, lines in self._shards.items():
            yield shard_path(number), shard_script(number, lines)

    def _edits(self, meta: Meta) -> dict[str, list[_Edit]]:
        found: defaultdict[str, list[_Edit]] = defaultdict(list)
        for number, entry in self._changed.items():
            new = weights_of(entry)
            old: dict[str, int] = {}
            if number < meta.documents:
                old = weights_of(entry_in(self._read(document_path(number))))
            for key in new.keys() | old.keys():
                if new.get(key) != old.get(key):
                    weight = new.get(key)
                    posting = None if weight is None else number << 2 | weight
                    found[key].append(_Edit(number, posting))
        return found

    def _edited(
        self, edits: dict[str, list[_Edit]], shards: int
    ) -> tuple[dict[int, list[str]], int]:
        """Lines of the shards that change, and by how many characters all of them grew."""
        by_shard: defaultdict[int, list[str]] = defaultdict(list)
        for key in edits:
            by_shard[shard_of(home_of(key), shards)].append(key)
        done, grown = {}, 0
        for number, keys in by_shard.items():
            before = lines_in(self._read(shard_path(number)))
            after = self._lines(before, keys, edits)
            grown += sum(map(len, after)) - sum(map(len, before))
            done[number] = after
        return done, grown

    def _lines(self, lines: list[str], keys: list[str], edits: dict[str, list[_Edit]]) -> list[str]:
        held = dict(line.split(" ", 1) for line in lines)
        for key in keys:
            postings = decode(held.get(key, ""))
            for edit in edits[key]:
                _apply(postings, edit)
            held[key] = encode(postings, self._size)
        return [f"{key} {held[key]}" for key in sorted(held) if held[key]]


def _apply(postings: list[int], edit: _Edit) -> None:
    at = bisect_left(postings, edit.document << 2)
    there = at < len(postings) and postings[at] >> 2 == edit.document
    postings[at : at + there] = [] if edit.new is None else [edit.new]
