"""Changes an index where few documents are other than before: the same bytes as made anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache

import msgspec
import numpy as np

from kb.publish.browser_index.codes import SHORT, U32, U64
from kb.publish.browser_index.entry import Entry, entry_in, fragment
from kb.publish.browser_index.lexicon import changed_files
from kb.publish.browser_index.meta import Meta, many, shards_for
from kb.publish.browser_index.pages import Change, Pages
from kb.publish.browser_index.places import document_path
from kb.publish.browser_index.postings import Parts, batch_of, longer, own, parts_of

Output = tuple[str, bytes]


class Patch:
    """New fragments and shards, and the meta that they amount to; None where anew is better."""

    def __init__(
        self, meta: Meta, size: int, changed: Mapping[int, Entry], read: Callable[[str], bytes]
    ) -> None:
        """``size`` documents there are now; ``changed`` by number, those added at the end too."""
        self.meta: Meta | None = None
        now = msgspec.structs.replace(meta, documents=size)
        if now.sizes != meta.sizes:
            return
        self._read = read
        self._shards = meta.shards
        self._changed = changed
        self._known = cache(lambda number: parts_of(entry_in(read(document_path(number)))))
        self._old = {n: self._known(n) for n in changed if n < meta.documents}
        self._new = {n: parts_of(entry) for n, entry in changed.items()}
        removed, added = _own(self._old), _own(self._new)
        postings = meta.postings + len(added) - len(removed)
        if shards_for(postings) != meta.shards:
            return
        self._pages = Pages(now, read)
        changes = self._pages.change(removed, added)
        held = []
        for size_of_run, codes in enumerate(meta.common, SHORT + 1):
            before, after, moved = _common(np.frombuffer(codes, np.uint32), changes, many(size))
            held.append(after)
            changes = self._extend(size_of_run, before, after, moved)
        self.meta = msgspec.structs.replace(
            now, postings=postings, rests=self._pages.rests(),
            common=tuple(codes.tobytes() for codes in held),
        )  # fmt: skip

    def outputs(self) -> Iterator[Output]:
        """Path and bytes of what changed."""
        for number, entry in self._changed.items():
            yield document_path(number), fragment(number, entry)
        yield from self._pages.outputs()
        words: Counter[str] = Counter()
        for number, parts in self._new.items():
            words.update(parts.words)
            if number in self._old:
                words.subtract(self._old[number].words)
        yield from changed_files(words, self._shards, self._read)

    def _extend(self, size: int, before: U32, after: U32, moved: list[Change]) -> list[Change]:
        """Change the keys of ``size`` characters.

        Those of changed documents, and of all that have a part that became common or is no more.
        """
        numbers = {number for change in moved for number in change.documents}
        others = {number: self._known(number) for number in numbers - self._changed.keys()}
        return self._pages.change(
            _longer(self._old | others, size, before), _longer(self._new | others, size, after)
        )


def _own(documents: Mapping[int, Parts]) -> U64:
    some = list(documents.items())
    return own(batch_of(some), some)


def _longer(documents: Mapping[int, Parts], size: int, common: U32) -> U64:
    return longer(batch_of(list(documents.items())), size, common)


def _common(before: U32, changes: list[Change], most: int) -> tuple[U32, U32, list[Change]]:
    """What was common, what is, and what became so or is no more."""
    moved = [c for c in changes if (len(c.before) > most) != (len(c.after) > most)]
    return before, np.setxor1d(before, np.array([c.code for c in moved], np.uint32)), moved
