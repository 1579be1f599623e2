"""What must be known of the browser's index to ask it."""

from __future__ import annotations

import msgspec


class Meta(msgspec.Struct, frozen=True, array_like=True):
    """Stands in the search page; ``postings`` is for the next build."""

    documents: int
    shards: int
    inside: str
    """Traditional characters that GB 2312 has too: others are told by not being in it."""
    postings: int
    """Of all documents' own keys: it decides how many shards there are."""
    rests: tuple[int, ...] = ()
    """Which files of rests there are."""
