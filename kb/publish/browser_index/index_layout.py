"""The index's files and sizes: where each file is, and how many there are of each kind."""

from __future__ import annotations

from functools import partial
from math import isqrt
from typing import Final

import msgspec

RESTS = 4096
"""Files of rests."""
_POSTINGS = 1600
"""Postings that a shard aims at: what a word of a query costs a reader."""
_SMALL = 1 << 20
"""Postings up to which a shard aims at half as many: of so few most have a key of their own."""
_SHARDS_A_WORD_FILE = 16


class IndexMeta(msgspec.Struct, frozen=True, array_like=True):
    """What must be known of an index to ask it or to change it."""

    documents: int
    shards: int
    inside: str
    """Traditional characters that GB 2312 has too; all others are recognised by not being in it."""
    postings: int
    """Of all documents' own keys: it decides how many shards there are."""
    rests: tuple[int, ...] = ()
    """Which files of rests there are."""
    common: tuple[bytes, ...] = ()
    """For each length from 2: codes that more than ``many(documents)`` have, ascending uint32."""

    @property
    def sizes(self) -> tuple[int, int, int]:
        """`whole_to`, `many` and `span` of the documents: the browser reads by them."""
        return whole_to(self.documents), many(self.documents), span(self.documents)

    @property
    def said(self) -> str:
        """What the search page tells the browser: documents, shards, sizes."""
        return " ".join(map(str, (self.documents, self.shards, *self.sizes)))


def shards_for(postings: int) -> int:
    """How many shards an index of so many postings has: a power of two."""
    shards = 1
    most = _POSTINGS if postings > _SMALL else _POSTINGS // 2
    while shards * most < postings:
        shards *= 2
    return shards


def whole_to(documents: int) -> int:
    """Postings up to which a key's list is whole in its shard; of a longer one the best are."""
    return max(256, 1 << max(0, (documents // 14).bit_length() - 1))


def many(documents: int) -> int:
    """Documents beyond which a key is common: runs that begin and end with such are keys too.

    It grows with the root: of two keys that just are not common, few documents have both by chance.
    """
    return max(16, isqrt(span(documents)) * 9 // 10)


def span(documents: int) -> int:
    """The number of documents, rounded up so that it changes seldom: gaps are measured by it."""
    step = 1 << max(0, documents.bit_length() - 3)
    return -(-documents // step) * step


def _path(folder: str, number: int) -> str:
    return f"search/{folder}/{number >> 8:x}/{number & 255:x}.js"


document_path: Final = partial(_path, "d")
"""File of a document's texts, by its number."""
shard_path: Final = partial(_path, "t")
rest_path: Final = partial(_path, "l")
"""File of the rests of long lists."""


def word_path(page: int) -> str:
    """File of words in use."""
    return f"search/x/{page:x}.js"


def word_files(shards: int) -> int:
    """How many files of words there are."""
    return max(1, shards // _SHARDS_A_WORD_FILE)


def facet_path(name: str) -> str:
    """File of a facet's values."""
    return f"search/a/{name}.js"


def fold_path(piece: int) -> str:
    """File of a piece of the folding table."""
    return f"search/f/{piece:x}.js"
