"""Where the files of the index are."""

from __future__ import annotations

_WORDS = 16
"""Shards to a file of words."""


def document_path(number: int) -> str:
    """File of a document's fragment."""
    return _path("d", number)


def shard_path(page: int) -> str:
    """File of a shard."""
    return _path("t", page)


def rest_path(page: int) -> str:
    """File of rests."""
    return _path("l", page)


def word_path(page: int) -> str:
    """File of words."""
    return f"search/x/{page:x}.js"


def word_files(shards: int) -> int:
    """How many files of words there are."""
    return max(1, shards // _WORDS)


def _path(folder: str, number: int) -> str:
    return f"search/{folder}/{number >> 8:x}/{number & 255:x}.js"
