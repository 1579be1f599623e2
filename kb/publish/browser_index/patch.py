"""Change an index in place where few documents differ; the bytes are those of a full build."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import msgspec
import numpy as np

from kb.publish.browser_index import index_layout as layout
from kb.publish.browser_index.codec import U32, U64, decode
from kb.publish.browser_index.documents import IndexedCase, case_in, document_file
from kb.publish.browser_index.index_layout import IndexMeta
from kb.publish.browser_index.keys import SHORT
from kb.publish.browser_index.postings import (
    CODE,
    DocumentKeys,
    batch_of,
    document_keys,
    longer_postings,
    own_postings,
)
from kb.publish.browser_index.shards import (
    changed_word_lists,
    keys_on,
    page_script,
    pages_of,
    signs_in,
)

_List = tuple[int, list[int]]
"""How many documents have a key, and `document * 4 + weight` of those that the page lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChange:
    """A key's postings (`document * 4 + weight`) before and after a change."""

    code: int
    before: set[int]
    after: set[int]

    @property
    def documents(self) -> set[int]:
        """Numbers of the documents that had the key or have it."""
        return {posting >> 2 for posting in self.before | self.after}


class IndexPages:
    """Shards and rests of an index in place, read as they are needed."""

    def __init__(self, meta: IndexMeta, read: Callable[[str], bytes]) -> None:
        """``meta`` with the number of documents that there are now."""
        self._meta = meta
        self._most = layout.whole_to(meta.documents)
        self._files = (
            _PageFiles(meta.shards, layout.shard_path, read, meta.documents, self._most),
            _PageFiles(layout.RESTS, layout.rest_path, read, meta.documents, None),
        )

    def change(self, removed: U64, added: U64) -> list[KeyChange]:
        """Take postings out, put others in; return what that makes of each key."""
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
            after = held.difference(out).union(into)
            found.append(KeyChange(code=code, before=held, after=after))
            self._put(code, after, rest=len(held) > self._most)
        return found

    def rests(self) -> tuple[int, ...]:
        """Which files of rests there are."""
        rests = self._files[1]
        there = set(self._meta.rests) - rests.changed
        return tuple(sorted(there | {page for page in rests.changed if rests.page(page)}))

    def outputs(self) -> Iterator[tuple[str, bytes]]:
        """Yield path and bytes of the files that changed."""
        for rest, files in enumerate(self._files):
            yield from files.outputs(rest=bool(rest))

    def _postings(self, code: int) -> list[int]:
        shards, rests = self._files
        count, here = shards.get(code)
        return here + rests.get(code)[1] if count > len(here) else here

    def _put(self, code: int, postings: set[int], *, rest: bool) -> None:
        """Write a list to its shard and its rest; ``rest`` says whether it had a rest so far."""
        shards, rests = self._files
        best = sorted(postings, key=lambda p: (p & 3, p >> 2))[-self._most :]
        others = sorted(postings.difference(best))
        shards.put(code, len(postings), sorted(best))
        if others or rest:
            rests.put(code, len(others), others)


class _PageFiles:
    """Shards, or rests."""

    def __init__(
        self, count: int, path: Callable[[int], str], read: Callable[[str], bytes],
        documents: int, whole: int | None,
    ) -> None:  # fmt: skip
        self._keys, self._span = keys_on(count), layout.span(documents)
        self._path, self._read, self._whole = path, read, whole
        self._held: dict[int, dict[int, _List]] = {}
        self.changed: set[int] = set()

    def get(self, code: int) -> _List:
        """A key's list; empty where the page has no such key."""
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


class IndexPatch:
    """New texts and shards of an index; ``meta`` is None where it must be built in full."""

    def __init__(
        self, meta: IndexMeta, size: int, changed: Mapping[int, IndexedCase],
        read: Callable[[str], bytes],
    ) -> None:  # fmt: skip
        """Of the ``size`` documents there are now, ``changed`` are new or others than before."""
        self.meta: IndexMeta | None = None
        now = msgspec.structs.replace(meta, documents=size)
        if now.sizes != meta.sizes:
            return
        self._read = read
        self._shards = meta.shards
        self._changed = changed
        self._known = cache(
            lambda number: document_keys(case_in(read(layout.document_path(number))))
        )
        self._old = {n: self._known(n) for n in changed if n < meta.documents}
        self._new = {n: document_keys(case) for n, case in changed.items()}
        removed, added = _own(self._old), _own(self._new)
        postings = meta.postings + len(added) - len(removed)
        if layout.shards_for(postings) != meta.shards:
            return
        self._pages = IndexPages(now, read)
        changes = self._pages.change(removed, added)
        held = []
        for size_of_run, codes in enumerate(meta.common, SHORT + 1):
            before = np.frombuffer(codes, np.uint32)
            most = layout.many(size)  # of documents; with more, a key is common
            moved = [c for c in changes if (len(c.before) > most) != (len(c.after) > most)]
            after = np.setxor1d(before, np.array([c.code for c in moved], np.uint32))
            held.append(after)
            changes = self._extend(size_of_run, before, after, moved)
        self.meta = msgspec.structs.replace(
            now, postings=postings, rests=self._pages.rests(),
            common=tuple(codes.tobytes() for codes in held),
        )  # fmt: skip

    def outputs(self) -> Iterator[tuple[str, bytes]]:
        """Yield path and bytes of what changed."""
        for number, case in self._changed.items():
            yield document_file(number, case)
        yield from self._pages.outputs()
        words: Counter[str] = Counter()
        for number, parts in self._new.items():
            words.update(parts.words)
            if number in self._old:
                words.subtract(self._old[number].words)
        yield from changed_word_lists(words, self._shards, self._read)

    def _extend(
        self, size: int, before: U32, after: U32, moved: list[KeyChange]
    ) -> list[KeyChange]:
        """Change the keys of ``size`` characters: of changed documents, and of moved parts.

        A part moved where it became common or ceased to be: then all documents that have it change.
        """
        numbers = {number for change in moved for number in change.documents}
        others = {number: self._known(number) for number in numbers - self._changed.keys()}
        return self._pages.change(
            _longer(self._old | others, size, before), _longer(self._new | others, size, after)
        )


def _own(documents: Mapping[int, DocumentKeys]) -> U64:
    some = list(documents.items())
    return own_postings(batch_of(some), some)


def _longer(documents: Mapping[int, DocumentKeys], size: int, common: U32) -> U64:
    return longer_postings(batch_of(list(documents.items())), size, common)
