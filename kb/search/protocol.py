"""What a search engine is: how another package provides one, what it is asked, what it answers.

A package registers its engine under the entry point group `wiki_casebook.engines`:

    [project.entry-points."wiki_casebook.engines"]
    mine = "my_package:MyEngine"

The entry point's object is an `EngineFactory`. It is loaded only when kb.toml names it:
`[search] backend = "mine"`. `kb.testing.engines.EngineConformance` checks that an engine keeps to
this protocol; kb/search/engines/whoosh_engine.py is the shortest of ours.

Analysis is not the engine's: it indexes terms that are given to it, and is asked for terms.
`kb.search.documents.fields` says a document as

- `streams_of`: five streams, each a text of terms between single spaces, to be cut at spaces and
  nowhere else. `seq`, `rel`, `num`, `scoped` need the positions of terms, `head` their number;
- `names_of`: whole names, each one term, which may hold spaces;
- `facets_of`: pairs of a facet and a value as it was written, for counting.

Besides these, `day` and `number` are numbers to compare and to sort by, both optional, and `key`
says which document takes the place of which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Protocol, TypeAlias

import msgspec

from kb.config import SearchConfig
from kb.search.documents.search_document import SearchDocument, SortOrder
from kb.search.query.plan import Plan
from kb.search.query.score import Bag, ScoredStream


class EngineRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of an engine."""

    plan: Plan
    """What must be there; it counts nothing for the score. `All(())` is every document."""
    bag: Bag
    """What counts for the score, whether it must be there or not; may be empty."""
    some: bool = False
    """At least one clause of the bag, which is then not empty, must be there too."""
    limit: int = 10
    """Documents at most, 1 or more."""
    offset: int = 0
    """Documents that are passed over first."""
    sort: SortOrder = "relevance"
    facets: bool = False
    """Count `kb.search.documents.fields.FACETS` over everything that fits."""


class EngineHit(msgspec.Struct, frozen=True):
    """One document that fits."""

    key: str
    score: float
    """Sum over the clauses of the bag that stand in the document: the clause's weight times BM25
    (k1 1.2, b .75) of its terms in its stream, with `kb.search.query.score.idf`; of several terms,
    the sum of their idf and how often they stand side by side. Engines round a stream's length
    and count a phrase each in their way. 0 where another order than relevance was asked for, if
    the engine knows no score then."""
    document: SearchDocument
    """As it was added."""


class EngineAnswer(msgspec.Struct, frozen=True):
    """What an engine found."""

    total: int
    """How many documents fit, whatever limit and offset are."""
    found: tuple[EngineHit, ...]
    """In the order that was asked for; the same order each time, so that pages fit together."""
    facets: Mapping[str, Mapping[str, int]] = {}
    """Facet → value → documents that fit and have it; empty unless asked for."""


class DamagedIndexError(Exception):
    """The engine cannot read what it once wrote: the index must be built anew.

    Raised by any method or by the factory; the caller then throws the folder away and adds all
    documents to a new one. An engine raises it for its files alone, never for a request.
    """


class Engine(Protocol):
    """An index of documents.

    One thread of one process writes at a time; any thread and process may ask, also meanwhile.
    What was added and removed is seen after `commit`, all of it or nothing. A process that is
    killed leaves what was committed. Errors of the user's making (no address, wrong password) are
    `kb.errors.UsageError` and `RemoteError`.
    """

    def add(self, documents: Iterable[SearchDocument]) -> int:
        """Put documents in, each in the place of the committed one with its key.

        A key comes once between two commits. The iterator may be long, and its documents made only
        when they are asked for. Returns how many there were.
        """

    def remove(self, keys: Iterable[str]) -> None:
        """Take documents out; a key that is not there is passed over."""

    def commit(self) -> None:
        """Make all that was added and removed visible, and lasting on disk. May be repeated."""

    def digests(self) -> dict[str, bytes]:
        """Key → `SearchDocument.digest` of everything that is committed."""

    def labels(self) -> tuple[tuple[str, str], ...]:
        """(name, label) pairs of the documents' fields, sorted, for `桩号:…` in queries.

        They are those of `names_of` that begin with `label=`: name and label with a tab between.
        """

    def get(self, key: str) -> SearchDocument | None:
        """The document with that key, as it was added; None where there is none."""

    def counts(self, stream: ScoredStream, terms: list[str]) -> tuple[int, list[int]]:
        """How many documents there are, and how many of them have each term in the stream.

        The first number must be exact: the index is taken for damaged where it is not what was
        added. The others may count documents that were replaced, if never more than all.
        """

    def ask(self, request: EngineRequest) -> EngineAnswer:
        """What fits the request. A plan of any shape has an answer; none raises an error."""

    def publish(self) -> None:
        """Let others see this index from now on, and drop the generations before it.

        Called when an index is whole. Nothing to do for an engine of files in its folder.
        """

    def close(self) -> None:
        """Let go of files, locks and threads. What was not committed may be lost."""


class EngineFactory(Protocol):
    """What an entry point of the group `wiki_casebook.engines` names: a class or a function."""

    def __call__(self, folder: Path, config: SearchConfig, /) -> Engine:
        """Open the index in ``folder``; make an empty one where the folder is missing or empty.

        Each generation of an index has a folder of its own, whose name is unlike any other's; an
        engine that keeps its index elsewhere needs that name alone. ``config`` is `[search]` of
        kb.toml, `settings` the engine's own. DamagedIndexError where the files cannot be read.
        """


EngineOpener: TypeAlias = Callable[[Path], Engine]
"""An `EngineFactory` whose configuration is given."""
