"""The index's files: shards of keys with their postings, rests of long lists, words in use.

A list of more than `whole_to` postings stands in its shard with the best of them, and with the
others in a rest. Words that begin alike are in one file, each with how many documents have it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from kb.publish.browser_index import index_layout as layout
from kb.publish.browser_index.codec import I64, U64, PostingLists, encode
from kb.publish.browser_index.keys import BITS, code_of, page_of
from kb.publish.browser_index.postings import CODE
from kb.publish.data_scripts import data_script

_BEGINNING = 3
"""Letters that the words of one file have in common."""


def shard_files(postings: U64, documents: int, shards: int) -> Iterator[tuple[bool, int, bytes]]:
    """Yield the files of postings, in order, each once: whether a rest, which page, its bytes.

    They must be all postings of the pages that they are on, so many documents' all in all.
    """
    codes = (postings >> CODE).astype(np.int64)
    low = (postings & np.uint64((1 << int(CODE)) - 1)).astype(np.int64)
    best, counts = _best(low, codes, layout.whole_to(documents))
    others = np.unique(codes[~best], return_counts=True)[1]
    for rest, chosen, count, pages in (
        (False, best, counts, shards),
        (True, ~best, others, layout.RESTS),
    ):
        keys = keys_on(pages)
        for page, signs in pages_of(
            codes[chosen], low[chosen], count, keys, layout.span(documents)
        ):
            yield rest, page, page_script(page, signs, rest=rest)


def pages_of(
    codes: I64, postings: I64, counts: I64, keys: int, gap: int
) -> Iterator[tuple[int, str]]:
    """Yield pages of so many ``keys``, and their text.

    ``postings`` are `document * 4 + weight`, of ``codes``, ascending; ``counts`` are of each code.
    """
    each = codes.astype(np.uint64) << CODE  # a code, what the weight lacks of 3, the document
    each |= ((3 - (postings & 3)) << 32 | postings >> 2).astype(np.uint64)
    each.sort()
    page, key = np.divmod((each >> CODE).astype(np.int64), keys)
    rest = (each & np.uint64((1 << int(CODE)) - 1)).astype(np.int64)
    return encode(PostingLists(page, key, rest & 0xFFFFFFFF, 3 - (rest >> 32), counts), keys, gap)


def keys_on(pages: int) -> int:
    """How many codes one of ``pages`` pages may hold."""
    return (1 << BITS) // pages


def _best(postings: I64, codes: I64, most: int) -> tuple[NDArray[np.bool_], I64]:
    """Mark the postings for shards: of long lists the weightiest, of these the newest.

    Returns the sizes of all lists too.
    """
    best = np.ones(len(codes), bool)
    first = np.flatnonzero(np.append(True, codes[1:] != codes[:-1])[: len(codes)])
    counts = np.diff(np.append(first, len(codes)))
    for start, count in zip(first[counts > most], counts[counts > most], strict=True):
        some = postings[start : start + count]
        order = (some & 3) << 32 | some >> 2
        best[start + np.argpartition(order, count - most)[: count - most]] = False
    return best, counts


def page_script(page: int, signs: str, *, rest: bool = False) -> bytes:
    """The script of a shard, or of rests."""
    return data_script("kbL" if rest else "kbT", f"{page},`{signs}`")


def signs_in(script: bytes) -> str:
    """The encoded text in such a script."""
    return script.decode().split("`")[1]


def word_list_files(words: Mapping[str, int], shards: int) -> Iterator[tuple[str, bytes]]:
    """Yield all files of words."""
    held = _by_file(words, shards)
    for page in range(layout.word_files(shards)):
        yield layout.word_path(page), _script(held[page])


def changed_word_lists(
    changes: Mapping[str, int], shards: int, read: Callable[[str], bytes]
) -> Iterator[tuple[str, bytes]]:
    """Yield the files of words that change when so many more documents have these."""
    changed = {word: more for word, more in changes.items() if more}
    for page, some in _by_file(changed, shards).items():
        known = words_in(read(layout.word_path(page)))
        for word, more in some.items():
            known[word] = known.get(word, 0) + more
        yield (
            layout.word_path(page),
            _script({word: count for word, count in known.items() if count}),
        )


def _by_file(words: Mapping[str, int], shards: int) -> defaultdict[int, dict[str, int]]:
    held: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for word, count in words.items():
        held[word_file(word, shards)][word] = count
    return held


def words_in(script: bytes) -> dict[str, int]:
    """Read the words of a file with their counts."""
    rows = (line.split(" ") for line in script.decode().split("`")[1].split("\n") if line)
    return {word: int(count) for word, count in rows}


def word_file(word: str, shards: int) -> int:
    """Which file holds a word."""
    return page_of(code_of(word[:_BEGINNING]), layout.word_files(shards))


def _script(words: Mapping[str, int]) -> bytes:
    lines = "\n".join(f"{word} {words[word]}" for word in sorted(words))
    return data_script("kbX", f"`{lines}`")
