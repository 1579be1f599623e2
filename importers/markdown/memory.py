"""What an exported tree remembers of its pages, so that what nobody edited comes back as it was.

A tree has a file `.casebook`, and beside each of its pages' paths, under `.casebook.d/`, a JSON
file with the page's source and how the lines of the Markdown come from it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

FOLDER = ".casebook.d"


class Piece(msgspec.Struct, frozen=True, array_like=True):
    """A block: lines of the Markdown and the lines of the source that it was made of."""

    first: int
    """First line of the Markdown's body, from 0."""
    count: int
    source_first: int
    source_count: int


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """A page as it was exported."""

    source: str
    syntax: str
    lines: list[str]
    """Digest of each line of the Markdown's body."""
    pieces: list[Piece]
    """In order; lines of either text between two pieces are blank."""


def digest(line: str) -> str:
    """Eight hex digits that tell lines apart."""
    return hashlib.blake2b(line.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def path_of(page: str) -> str:
    """Where the memory of the page at path ``page`` stands in the tree."""
    return f"{FOLDER}/{page}.json"


def encode(memory: Memory) -> bytes:
    """The memory as JSON."""
    return msgspec.json.encode(memory)


def read(root: Path, page: str) -> Memory | None:
    """The memory of a page, or None where there is none that can be read."""
    try:
        return msgspec.json.decode((root / path_of(page)).read_bytes(), type=Memory)
    except (OSError, msgspec.DecodeError):
        return None
