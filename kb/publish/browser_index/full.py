"""Build a whole index: take in all documents, then write the shards of their postings."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np

from kb.publish.browser_index.codec import U32
from kb.publish.browser_index.documents import IndexedCase, document_file, inside_gb2312
from kb.publish.browser_index.index_layout import IndexMeta, many, rest_path, shard_path, shards_for
from kb.publish.browser_index.keys import LONGEST, SHORT
from kb.publish.browser_index.postings import (
    DocumentBatch,
    DocumentKeys,
    PostingRuns,
    batch_of,
    document_keys,
    longer_postings,
    merged,
    own_postings,
)
from kb.publish.browser_index.shards import page_script, shard_files, word_list_files

_TOGETHER = 256
"""Documents that are taken in together."""


class IndexBuilder:
    """Builds a whole index: ``add`` the documents in any order, then ``finish``."""

    def __init__(self, size: int, write: Callable[[str, bytes], None]) -> None:
        """``size`` is how many documents there are; files go to ``write``."""
        self._size = size
        self._write = write
        self._levels = [PostingRuns()]
        self._words: Counter[str] = Counter()
        self._waiting: list[tuple[int, DocumentKeys]] = []
        self._batches = _StoredBatches()

    def add(self, number: int, case: IndexedCase) -> None:
        """Take in a document and write its texts."""
        self._write(*document_file(number, case))
        keys = document_keys(case)
        self._words.update(keys.words)
        self._waiting.append((number, keys))
        if len(self._waiting) == _TOGETHER:
            self._take_in()

    def finish(self) -> IndexMeta:
        """Write the shards, the rests of long postings, the words."""
        self._take_in()
        postings = self._levels[0].count
        shards = shards_for(postings)
        common = tuple(codes.tobytes() for codes in self._extend())
        rests = tuple(self._write_pages(shards))
        for path, data in word_list_files(self._words, shards):
            self._write(path, data)
        for level in self._levels:
            level.close()
        self._batches.close()
        return IndexMeta(self._size, shards, inside_gb2312(), postings, rests, common)

    def _take_in(self) -> None:
        if self._waiting:
            batch = batch_of(self._waiting)
            self._levels[0].add(own_postings(batch, self._waiting))
            self._batches.add(batch)
            self._waiting = []

    def _extend(self) -> Iterator[U32]:
        """Add the runs of each greater length whose parts are common; yield what was common."""
        most = many(self._size)
        for size in range(SHORT + 1, LONGEST + 1):
            common = self._levels[-1].common(most)
            yield common
            level = PostingRuns()
            for batch in self._batches:
                level.add(longer_postings(batch, size, common))
            self._levels.append(level)

    def _write_pages(self, shards: int) -> Iterator[int]:
        """Write all shards and rests; yield which rests there are."""
        filled = set()
        for postings in merged(self._levels, shards):
            for rest, page, data in shard_files(postings, self._size, shards):
                self._write((rest_path if rest else shard_path)(page), data)
                if rest:
                    yield page
                else:
                    filled.add(page)
        for page in set(range(shards)).difference(filled):
            self._write(shard_path(page), page_script(page, ""))


class _StoredBatches:
    """Batches on disk, to be gone through again."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  (closed by close)
        self._count = 0

    def add(self, batch: DocumentBatch) -> None:
        for array in (batch.numbers, batch.often, batch.signs, batch.tags):
            np.save(self._file, array)
        self._count += 1

    def __iter__(self) -> Iterator[DocumentBatch]:
        self._file.seek(0)
        for _ in range(self._count):
            yield DocumentBatch(*(np.load(self._file) for _ in range(4)))

    def close(self) -> None:
        self._file.close()
