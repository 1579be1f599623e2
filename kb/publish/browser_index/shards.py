"""The index's files: shards of keys with their postings, and the rests of long lists.

A list of more than `whole_to` postings stands in its shard with the best of them, and with the
others in a rest.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kb.publish.browser_index.codec import I64, Lists, encode
from kb.publish.browser_index.codes import BITS, U64
from kb.publish.browser_index.meta import RESTS, span, whole_to
from kb.publish.browser_index.places import rest_path, shard_path
from kb.publish.browser_index.postings import CODE


def outputs(postings: U64, documents: int, shards: int) -> Iterator[tuple[bool, int, bytes]]:
    """Files of these postings, in order, each once: whether a rest, which page, its bytes.

    They must be all postings of the pages that they are on, so many documents' all in all.
    """
    codes = (postings >> CODE).astype(np.int64)
    low = (postings & np.uint64((1 << int(CODE)) - 1)).astype(np.int64)
    best, counts = _best(low, codes, whole_to(documents))
    others = np.unique(codes[~best], return_counts=True)[1]
    for rest, chosen, count, pages in ((False, best, counts, shards), (True, ~best, others, RESTS)):
        keys = keys_on(pages)
        for page, signs in pages_of(codes[chosen], low[chosen], count, keys, span(documents)):
            yield rest, page, page_script(page, signs, rest=rest)


def pages_of(
    codes: I64, postings: I64, counts: I64, keys: int, gap: int
) -> Iterator[tuple[int, str]]:
    """Pages of so many ``keys``, and their signs.

    ``postings`` are `document * 4 + weight`, of ``codes``, ascending; ``counts`` are of each code.
    """
    each = codes.astype(np.uint64) << CODE  # a code, what the weight lacks of 3, the document
    each |= ((3 - (postings & 3)) << 32 | postings >> 2).astype(np.uint64)
    each.sort()
    page, key = np.divmod((each >> CODE).astype(np.int64), keys)
    rest = (each & np.uint64((1 << int(CODE)) - 1)).astype(np.int64)
    return encode(Lists(page, key, rest & 0xFFFFFFFF, 3 - (rest >> 32), counts), keys, gap)


def keys_on(pages: int) -> int:
    """How many codes there may be on one of so many pages."""
    return (1 << BITS) // pages


def _best(postings: I64, codes: I64, most: int) -> tuple[NDArray[np.bool_], I64]:
    """Which stand in shards: of long lists the weightiest, of these the newest; sizes of lists."""
    best = np.ones(len(codes), bool)
    first = np.flatnonzero(np.append(True, codes[1:] != codes[:-1])[: len(codes)])
    counts = np.diff(np.append(first, len(codes)))
    for start, count in zip(first[counts > most], counts[counts > most], strict=True):
        some = postings[start : start + count]
        order = (some & 3) << 32 | some >> 2
        best[start + np.argpartition(order, count - most)[: count - most]] = False
    return best, counts


def path_of(page: int, *, rest: bool) -> str:
    """File of a shard, or of rests."""
    return (rest_path if rest else shard_path)(page)


def page_script(page: int, signs: str, *, rest: bool = False) -> bytes:
    """The script of such a file."""
    return f"{'kbL' if rest else 'kbT'}({page},`{signs}`)\n".encode()


def signs_in(script: bytes) -> str:
    """The signs of such a script."""
    return script.decode().split("`")[1]
