"""Pages of an index in place, of which some change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from kb.publish.browser_index.codec import decode
from kb.publish.browser_index.codes import U64
from kb.publish.browser_index.meta import RESTS, Meta, span, whole_to
from kb.publish.browser_index.places import rest_path, shard_path
from kb.publish.browser_index.postings import CODE
from kb.publish.browser_index.shards import keys_on, page_script, pages_of, signs_in

_List = tuple[int, list[int]]
"""How many documents have a key, and `document * 4 + weight` of those that stand on the page."""


class Change(NamedTuple):
    """Postings of a key, `document * 4 + weight`: those that it had, and has now."""

    code: int
    before: set[int]
    after: set[int]

    @property
    def documents(self) -> set[int]:
        """Numbers of the documents that had it or have it."""
        return {posting >> 2 for posting in self.before | self.after}


class Pages:
    """Shards and rests, read as they are needed."""

    def __init__(self, meta: Meta, read: Callable[[str], bytes]) -> None:
        """``meta`` with the number of documents that there are now."""
        self._meta = meta
        self._most = whole_to(meta.documents)
        self._files = (
            _Files(meta.shards, shard_path, read, meta.documents, self._most),
            _Files(RESTS, rest_path, read, meta.documents, None),
        )

    def change(self, removed: U64, added: U64) -> list[Change]:
        """Take postings out, put others in; what that makes of each key."""
        gone, new = np.setdiff1d(removed, added), np.setdiff1d(added, removed)
        low = np.uint64((1 << int(CODE)) - 1)
        codes = np.unique(np.concatenate([gone, new]) >> CODE)
        found = []
        for code in codes.tolist():
            first, last = (np.uint64(n) << CODE for n in (code, code + 1))
            out, into = (
                (some[np.searchsorted(some, first) : np.searchsorted(some, last)] & low).tolist()
                for some in (gone, new)
            )
            held = set(self._postings(code))
            found.append(Change(code, held, held.difference(out).union(into)))
            self._put(code, found[-1].after, rest=len(held) > self._most)
        return found

    def rests(self) -> tuple[int, ...]:
        """Which files of rests there are."""
        rests = self._files[1]
        there = set(self._meta.rests) - rests.changed
        return tuple(sorted(there | {page for page in rests.changed if rests.page(page)}))

    def outputs(self) -> Iterator[tuple[str, bytes]]:
        """Path and bytes of the files that changed."""
        for rest, files in enumerate(self._files):
            yield from files.outputs(rest=bool(rest))

    def _postings(self, code: int) -> list[int]:
        shards, rests = self._files
        count, here = shards.get(code)
        return here + rests.get(code)[1] if count > len(here) else here

    def _put(self, code: int, postings: set[int], *, rest: bool) -> None:
        """Put a list in its places; ``rest`` tells whether it had one."""
        shards, rests = self._files
        best = sorted(postings, key=lambda p: (p & 3, p >> 2))[-self._most :]
        others = sorted(postings.difference(best))
        shards.put(code, len(postings), sorted(best))
        if others or rest:
            rests.put(code, len(others), others)


class _Files:
    """Pages of one kind."""

    def __init__(
        self,
        count: int,
        path: Callable[[int], str],
        read: Callable[[str], bytes],
        documents: int,
        whole: int | None,
    ) -> None:
        self._keys = keys_on(count)
        self._path = path
        self._read = read
        self._span = span(documents)
        self._whole = whole
        self._held: dict[int, dict[int, _List]] = {}
        self.changed: set[int] = set()

    def get(self, code: int) -> _List:
        """A key's list, which is empty where it is not known."""
        return self.page(code // self._keys).get(code % self._keys, (0, []))

    def put(self, code: int, count: int, postings: list[int]) -> None:
        """Put a list in place of the key's, or take it away where it is empty."""
        number, key = divmod(code, self._keys)
        self.page(number)[key] = count, postings
        if not postings:
            del self._held[number][key]
        self.changed.add(number)

    def page(self, number: int) -> dict[int, _List]:
        """A page's lists by key."""
        if number not in self._held:
            try:
                signs = signs_in(self._read(self._path(number)))
            except FileNotFoundError:
                signs = ""
            self._held[number] = decode(signs, self._keys, self._span, self._whole)
        return self._held[number]

    def outputs(self, *, rest: bool) -> Iterator[tuple[str, bytes]]:
        rows = [
            (number * self._keys + key, *some)
            for number in sorted(self.changed)
            for key, some in sorted(self._held[number].items())
        ]
        codes = np.repeat([code for code, _, _ in rows], [len(some) for _, _, some in rows])
        postings = np.array([p for _, _, some in rows for p in some], np.int64)
        counts = np.array([count for _, count, _ in rows], np.int64)
        written = set()
        for page, signs in pages_of(
            codes.astype(np.int64), postings, counts, self._keys, self._span
        ):
            written.add(page)
            yield self._path(page), page_script(page, signs, rest=rest)
        for page in self.changed - written if not rest else ():
            yield self._path(page), page_script(page, "")
