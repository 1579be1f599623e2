"""What must be known of the browser's index to ask it, and the sizes that follow from its own."""

from __future__ import annotations

from math import isqrt

import msgspec

RESTS = 4096
"""Files that long lists' rests are put into."""
_POSTINGS = 1600
"""Postings that a shard aims at: what a query's word costs a reader."""
_SMALL = 1 << 20
"""Postings up to which half as many do, for of so few most have a key of their own."""


class Meta(msgspec.Struct, frozen=True, array_like=True):
    """Stands in the search page; what follows ``inside`` is for the next build."""

    documents: int
    shards: int
    inside: str
    """Traditional characters that GB 2312 has too: others are told by not being in it."""
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
        """What the page says to the browser: documents, shards, sizes."""
        return " ".join(map(str, (self.documents, self.shards, *self.sizes)))


def shards_for(postings: int) -> int:
    """How many shards so many postings are put into."""
    shards = 1
    most = _POSTINGS if postings > _SMALL else _POSTINGS // 2
    while shards * most < postings:
        shards *= 2
    return shards


def whole_to(documents: int) -> int:
    """Postings of a key that stand in its shard, all of them; of more the best."""
    return max(256, 1 << max(0, (documents // 14).bit_length() - 1))


def many(documents: int) -> int:
    """Documents beyond which a key is common: runs that begin and end with such are keys too.

    It grows with the root: of two keys that just are not common, few documents have both by chance.
    """
    return max(16, isqrt(span(documents)) * 9 // 10)


def span(documents: int) -> int:
    """What gaps are measured by: the number of documents, rounded up so that it changes seldom."""
    step = 1 << max(0, documents.bit_length() - 3)
    return -(-documents // step) * step
