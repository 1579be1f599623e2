"""Builds the browser's index: numbered documents, then shards of postings."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np

from kb.publish.browser_index.codes import LONGEST, SHORT, U32
from kb.publish.browser_index.entry import Entry, fragment, inside
from kb.publish.browser_index.lexicon import lexicon_files
from kb.publish.browser_index.meta import Meta, many, shards_for
from kb.publish.browser_index.places import document_path, shard_path
from kb.publish.browser_index.postings import Batch, Parts, batch_of, longer, own, parts_of
from kb.publish.browser_index.runs import Runs, joined
from kb.publish.browser_index.shards import outputs, page_script, path_of

_TOGETHER = 256
"""Documents that are taken in together."""


class Index:
    """A whole index, made anew: documents in any order, then ``finish``."""

    def __init__(self, size: int, write: Callable[[str, bytes], None]) -> None:
        """``size`` is how many documents there are; files go to ``write``."""
        self._size = size
        self._write = write
        self._levels = [Runs()]
        self._words: Counter[str] = Counter()
        self._waiting: list[tuple[int, Parts]] = []
        self._batches = _Batches()

    def add(self, number: int, entry: Entry) -> None:
        """Take in a document and write its fragment."""
        self._write(document_path(number), fragment(number, entry))
        parts = parts_of(entry)
        self._words.update(parts.words)
        self._waiting.append((number, parts))
        if len(self._waiting) == _TOGETHER:
            self._take_in()

    def finish(self) -> Meta:
        """Write the shards, the rests of long postings, the words."""
        self._take_in()
        postings = self._levels[0].count
        shards = shards_for(postings)
        common = tuple(codes.tobytes() for codes in self._extend())
        rests = tuple(self._write_pages(shards))
        for path, data in lexicon_files(self._words, shards):
            self._write(path, data)
        for level in self._levels:
            level.close()
        self._batches.close()
        return Meta(self._size, shards, inside(), postings, rests, common)

    def _take_in(self) -> None:
        if self._waiting:
            batch = batch_of(self._waiting)
            self._levels[0].add(own(batch, self._waiting))
            self._batches.add(batch)
            self._waiting = []

    def _extend(self) -> Iterator[U32]:
        """Runs of each greater length, whose parts are common; what is common, by length."""
        most = many(self._size)
        for size in range(SHORT + 1, LONGEST + 1):
            common = self._levels[-1].common(most)
            yield common
            level = Runs()
            for batch in self._batches:
                level.add(longer(batch, size, common))
            self._levels.append(level)

    def _write_pages(self, shards: int) -> Iterator[int]:
        """Write all shards and rests; which rests there are."""
        filled = set()
        for postings in joined(self._levels, shards):
            for rest, page, data in outputs(postings, self._size, shards):
                self._write(path_of(page, rest=rest), data)
                if rest:
                    yield page
                else:
                    filled.add(page)
        for page in set(range(shards)).difference(filled):
            self._write(shard_path(page), page_script(page, ""))


class _Batches:
    """Documents' texts on disk, to be gone through again."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  (closed by close)
        self._count = 0

    def add(self, batch: Batch) -> None:
        for array in (batch.numbers, batch.often, batch.signs, batch.tags):
            np.save(self._file, array)
        self._count += 1

    def __iter__(self) -> Iterator[Batch]:
        self._file.seek(0)
        for _ in range(self._count):
            yield Batch(*(np.load(self._file) for _ in range(4)))

    def close(self) -> None:
        self._file.close()
