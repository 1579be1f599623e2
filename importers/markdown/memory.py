"""What an exported tree remembers of its pages, so that what nobody edited comes back as it was.

A tree has a file `.casebook`, and beside each of its pages' paths, under `.casebook.d/`, a JSON
file with the page's source and how the lines of the Markdown come from it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import msgspec

from kb.model import LineOrigin, PageId, WikiClass, WikiObject

MARK = ".casebook"
FOLDER = ".casebook.d"
OBJECTS = "_objects"
"""Folder of what is no text of a page, at the root of a tree."""


class Piece(msgspec.Struct, frozen=True, array_like=True):
    """A block: lines of the Markdown and the lines of the source that it was made of."""

    first: int
    """First line of the Markdown's body, from 0."""
    count: int
    source_first: int
    source_count: int


class Run(msgspec.Struct, frozen=True, array_like=True):
    """So many lines with one origin."""

    count: int
    version: str | None
    author: str | None
    date: str | None


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """A page as it was exported."""

    source: str
    origins: list[Run] = []
    """Who wrote the lines of the source; empty where nobody knows."""
    missing: list[int] = []
    """Numbers (from 1) of lines that the wiki's own source left out."""
    lines: list[str]
    """Digest of each line of the Markdown's body."""
    pieces: list[Piece]
    """In order; lines of either text between two pieces are blank."""


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """What a page has that is no text, as the tree's folder OBJECTS holds it."""

    reference: str
    locale: str = ""
    objects: list[WikiObject] = []
    class_: WikiClass | None = msgspec.field(default=None, name="class")


def runs_of(origins: Iterable[LineOrigin]) -> list[Run]:
    """The origins of lines, equal neighbours together."""
    return [
        Run(sum(1 for _ in same), origin.version, origin.author, origin.date)
        for origin, same in groupby(origins)
    ]


def origins_of(memory: Memory) -> list[LineOrigin]:
    """An origin for each line of the source."""
    found = [
        LineOrigin(r.version, r.author, r.date) for r in memory.origins for _ in range(r.count)
    ]
    lacking = memory.source.count("\n") + 1 - len(found)
    return found + [LineOrigin(None)] * lacking


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


class KnownFile(msgspec.Struct, frozen=True):
    """An attachment as it was exported."""

    page: PageId
    name: str
    version: str
    sha256: str
    author: str | None = None
    date: str | None = None
    comment: str | None = None
    mimetype: str | None = None


class KnownPage(msgspec.Struct, frozen=True):
    """A page as it was exported."""

    beside: str | None = None
    """Path of its file in OBJECTS."""


class KnownTree(msgspec.Struct, frozen=True):
    """What a tree says of itself, as far as reading it needs."""

    pages: dict[str, KnownPage] = {}
    files: dict[str, KnownFile] = {}
    made: list[str] = []
    """Files that are neither pages nor attachments."""


def read_tree(root: Path) -> KnownTree | None:
    """What the tree at ``root`` says, or None where it is none of ours."""
    try:
        return msgspec.json.decode((root / MARK).read_bytes(), type=KnownTree)
    except (OSError, msgspec.DecodeError):
        return None
