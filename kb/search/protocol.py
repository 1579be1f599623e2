"""What an engine is, and what goes in and comes out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, Protocol, TypeAlias

import msgspec

from kb.search.document import Document
from kb.search.plan import Plan
from kb.search.score import Bag, Scored

Sort: TypeAlias = Literal["relevance", "newest", "oldest", "number"]


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of an engine."""

    plan: Plan
    """What must be there."""
    bag: Bag
    """What counts for the score."""
    some: bool = False
    """At least one thing of the bag must be there too."""
    limit: int = 10
    offset: int = 0
    sort: Sort = "relevance"
    facets: bool = False
    """Count `kb.search.names.FACETS` over everything that fits."""


class Found(msgspec.Struct, frozen=True):
    """One document that fits."""

    key: str
    score: float
    document: Document


class Answer(msgspec.Struct, frozen=True):
    """What an engine found."""

    total: int
    found: tuple[Found, ...]
    facets: Mapping[str, Mapping[str, int]] = {}


class DamagedIndexError(Exception):
    """The engine cannot read what it once wrote: the index must be built anew."""


class Engine(Protocol):
    """An index. Writing is one process's and one thread's at a time; asking is anybody's.

    What was added and removed is seen after `commit`, all of it or nothing.
    """

    def add(self, documents: Iterable[Document]) -> int:
        """Put documents in, each in the place of the one with its key. How many."""
        ...

    def remove(self, keys: Iterable[str]) -> None:
        """Take documents out; a key that is not there is passed over."""
        ...

    def commit(self) -> None:
        """Make it so, on disk as well."""
        ...

    def digests(self) -> dict[str, bytes]:
        """Key → digest of everything that is in the index."""
        ...

    def labels(self) -> tuple[tuple[str, str], ...]:
        """(name, label) of the documents' fields, for `桩号:…` in queries."""
        ...

    def get(self, key: str) -> Document | None:
        """The document with that key."""
        ...

    def counts(self, stream: Scored, terms: list[str]) -> tuple[int, list[int]]:
        """Documents in all, and how many of them have each term in the stream."""
        ...

    def ask(self, request: Request) -> Answer:
        """What fits. A plan of any shape has an answer."""
        ...

    def publish(self) -> None:
        """Let others see this index from now on, where there are others."""
        ...

    def close(self) -> None:
        """Let go of files and threads."""
        ...
