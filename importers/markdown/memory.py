"""Read and write what an exported tree remembers of its pages.

By it what nobody edited comes back as it was. A tree has a file `.casebook`, and for each page,
under `.casebook.d/`, a JSON file with the page's source and how the Markdown's lines come from it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import groupby

import msgspec

from kb.errors import BAD_JSON, Problem
from kb.foreign_folder import ForeignFolder
from kb.model import LineOrigin, PageId, WikiClass, WikiObject, version_key

MARK = ".casebook"
FOLDER = ".casebook.d"
OBJECTS = "_objects"
"""Folder of pages' objects and classes, at the root of a tree."""
MOST_MEMORY = 64_000_000
"""Bytes of what is remembered of a page, and of its objects."""
MOST_TREE = 512_000_000
"""Bytes of the file MARK, which has some hundred for each page and file."""


class BlockLines(msgspec.Struct, frozen=True, array_like=True):
    """A block: lines of the Markdown and the lines of the source that it was made of."""

    first: int
    """First line of the Markdown's body, from 0."""
    count: int
    source_first: int
    source_count: int


class OriginRun(msgspec.Struct, frozen=True, array_like=True):
    """Neighbouring lines with one origin."""

    count: int
    version: str | None
    author: str | None
    date: str | None


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """A page as it was exported."""

    source: str
    origins: list[OriginRun] = []
    """Who wrote the lines of the source; empty where nobody knows."""
    missing: list[int] = []
    """Numbers (from 1) of lines that the wiki's own source left out."""
    lines: list[str]
    """Digest of each line of the Markdown's body."""
    pieces: list[BlockLines]
    """In order; lines of either text between two pieces are blank."""


class PageObjects(msgspec.Struct, frozen=True, kw_only=True):
    """A page's objects and class, as the tree's folder OBJECTS holds them."""

    reference: str
    locale: str = ""
    objects: list[WikiObject] = []
    class_: WikiClass | None = msgspec.field(default=None, name="class")


def runs_of(origins: Iterable[LineOrigin]) -> list[OriginRun]:
    """Put neighbouring lines of equal origin together."""
    return [
        OriginRun(sum(1 for _ in same), origin.version, origin.author, origin.date)
        for origin, same in groupby(origins)
    ]


def origins_of(memory: Memory) -> list[LineOrigin]:
    """Return the origin of each line of the source."""
    found = [
        LineOrigin(r.version, r.author, r.date) for r in memory.origins for _ in range(r.count)
    ]
    return found + [LineOrigin(None)] * (lines_of(memory) - len(found))


def lines_of(memory: Memory) -> int:
    """Count the lines of the source."""
    return memory.source.count("\n") + 1


def _check(memory: Memory) -> None:
    """Raise ValueError where a version is none, or numbers count what the page has not.

    A run or a block takes as much memory as its count says: none may be told by a file alone.
    """
    lines, ends = lines_of(memory), (0, 0)
    for block in memory.pieces:
        begins = (block.first, block.source_first)
        if min(block.count, block.source_count) < 0 or begins < ends or begins[1] < ends[1]:
            raise ValueError("its blocks are not in order")
        ends = (block.first + block.count, block.source_first + block.source_count)
    for run in memory.origins:
        version_key(run.version or "1.1")
    counts = [run.count for run in memory.origins]
    within = ends[0] <= len(memory.lines) and ends[1] <= lines and sum(counts) <= lines
    if not within or min(counts, default=0) < 0:
        raise ValueError("it has more lines than its page")


def line_digest(line: str) -> str:
    """Return eight hex digits that tell lines apart."""
    return hashlib.blake2b(line.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def body_lines(body: str) -> list[str]:
    """Return the lines of a Markdown body that a memory has digests of."""
    return body.removesuffix("\n").split("\n") if body.strip("\n") else []


def memory_path(page: str) -> str:
    """Return where the memory of the page at path ``page`` stands in the tree."""
    return f"{FOLDER}/{page}.json"


def encode_memory(memory: Memory) -> bytes:
    """Write the memory as JSON."""
    return msgspec.json.encode(memory)


def read_memory(tree: ForeignFolder, page: str) -> Memory | Problem | None:
    """Read the memory of a page; None where there is none, a Problem for one that is not usable."""
    path = memory_path(page)
    try:
        memory = msgspec.json.decode(tree.read(path, MOST_MEMORY), type=Memory)
        _check(memory)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return tree.problem_of(path, error)
    except (*BAD_JSON, ValueError) as error:
        return tree.problem(path, "bad-memory", f"{error}: the page is read as it stands")
    return memory


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


def read_tree(tree: ForeignFolder) -> KnownTree | Problem | None:
    """Read what a tree says of itself; None where no export wrote it, a Problem where it is bad."""
    try:
        data = tree.read(MARK, MOST_TREE)
        return msgspec.json.decode(data, type=KnownTree) if data else None
    except (FileNotFoundError, IsADirectoryError):
        return None
    except OSError as error:
        return tree.problem_of(MARK, error)
    except BAD_JSON as error:
        return tree.problem(MARK, "bad-memory", f"{error}: its pages are read as they stand")
