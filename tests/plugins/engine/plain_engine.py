"""A search engine that reads every document for each question: an example for wikis of a few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

from kb.config import SearchConfig
from kb.files import write_whole
from kb.search.documents.fields import facets_of, names_of, streams_of
from kb.search.documents.search_document import SearchDocument
from kb.search.protocol import DamagedIndexError, EngineAnswer, EngineHit, EngineRequest
from kb.search.query import plan as plans
from kb.search.query.score import ScoredStream, idf


class Entry(NamedTuple):
    """A document as it is searched."""

    document: SearchDocument
    streams: dict[str, list[str]]
    names: tuple[str, ...]


class PlainEngine:
    """The documents in one file of ``folder``, and all of them in memory."""

    def __init__(self, folder: Path, _: SearchConfig) -> None:
        self._file = folder / "documents.msgpack"
        folder.mkdir(parents=True, exist_ok=True)
        try:
            held = self._file.read_bytes() if self._file.exists() else b"\x90"
            documents = msgspec.msgpack.decode(held, type=list[SearchDocument])
        except msgspec.MsgspecError as error:
            raise DamagedIndexError(str(error)) from error
        self._pending = {document.key: document for document in documents}
        self._entries = {key: _entry(document) for key, document in self._pending.items()}

    def add(self, documents: Iterable[SearchDocument]) -> int:
        added = {document.key: document for document in documents}
        self._pending |= added
        return len(added)

    def remove(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._pending.pop(key, None)

    def commit(self) -> None:
        write_whole(self._file, msgspec.msgpack.encode([*self._pending.values()]))
        self._entries = {key: _entry(document) for key, document in self._pending.items()}

    def close(self) -> None:
        """Do nothing: no file is kept open, and nobody else is told of an index."""

    publish = close

    def digests(self) -> dict[str, bytes]:
        return {key: entry.document.digest for key, entry in self._entries.items()}

    def labels(self) -> tuple[tuple[str, str], ...]:
        names = sorted({name for entry in self._entries.values() for name in entry.names})
        rows = (n.removeprefix("label=").split("\t", 1) for n in names if n.startswith("label="))
        return tuple((name, label) for name, label in rows)

    def get(self, key: str) -> SearchDocument | None:
        return self._entries[key].document if key in self._entries else None

    def counts(self, stream: ScoredStream, terms: list[str]) -> tuple[int, list[int]]:
        entries = self._entries.values()
        return len(entries), [sum(t in e.streams[stream] for e in entries) for t in terms]

    def ask(self, request: EngineRequest) -> EngineAnswer:
        entries = [*self._entries.values()]
        scored = [(self._score(entry, entries, request), entry) for entry in entries]
        wanted = [pair for pair in scored if pair[0] > 0 or not request.some]
        fitting = [(score, entry) for score, entry in wanted if _fits(request.plan, entry)]
        fitting.sort(key=lambda pair: _order(request, *pair))
        page = fitting[request.offset : request.offset + request.limit]
        facets: dict[str, Counter[str]] = {}
        for _, entry in fitting if request.facets else ():
            for name, value in facets_of(entry.document):
                facets.setdefault(name, Counter())[value] += 1
        hits = tuple(EngineHit(e.document.key, score, e.document) for score, e in page)
        return EngineAnswer(len(fitting), hits, facets)

    def _score(self, entry: Entry, entries: list[Entry], request: EngineRequest) -> float:
        score = 0.0
        for clause in request.bag:
            count = _times(entry.streams[clause.stream], clause.terms)
            if count:
                usual = sum(len(other.streams[clause.stream]) for other in entries) / len(entries)
                norm = 1.2 * (0.25 + 0.75 * len(entry.streams[clause.stream]) / usual)
                total, frequencies = self.counts(clause.stream, [*clause.terms])
                rarity = sum(idf(total, number) for number in frequencies)
                score += clause.weight * rarity * count * 2.2 / (count + norm)
        return score


def _entry(document: SearchDocument) -> Entry:
    streams = {name: text.split(" ") for name, text in streams_of(document).items()}
    return Entry(document, streams, tuple(names_of(document)))


def _times(stream: list[str], terms: tuple[str, ...]) -> int:
    """How often the terms stand side by side; no terms stand nowhere."""
    size = len(terms)
    return sum(tuple(stream[i : i + size]) == terms for i in range(len(stream))) if terms else 0


def _fits(plan: plans.Plan, entry: Entry) -> bool:
    match plan:
        case plans.Adjacent(stream, terms):
            return _times(entry.streams[stream], terms) > 0
        case plans.Beginning(stream, text):
            return any(term.startswith(text) for term in entry.streams[stream])
        case plans.Near(stream, text, edits):
            return any(_near(term, text, edits) for term in entry.streams[stream])
        case plans.WholeName(field, value, star):
            text = f"{field}={value}"
            return text in entry.names or (star and any(n.startswith(text) for n in entry.names))
        case plans.NumberRange(field, low, high):
            by = entry.document.day if field == "date" else entry.document.number
            return by is not None and (low or 0) <= by <= (2**62 if high is None else high)
        case plans.All(parts):
            return all(_fits(part, entry) for part in parts)
        case plans.AnyOf(parts, least):
            return bool(parts) and sum(_fits(part, entry) for part in parts) >= least
        case plans.Without(inner):
            return not _fits(inner, entry)


def _near(one: str, other: str, edits: int) -> bool:
    """Whether ``edits`` insertions, deletions and changes are enough."""
    if edits < 0 or not one or not other:
        return len(one) + len(other) <= edits
    if one[0] == other[0]:
        return _near(one[1:], other[1:], edits)
    pairs = ((one[1:], other), (one, other[1:]), (one[1:], other[1:]))
    return any(_near(a, b, edits - 1) for a, b in pairs)


def _order(request: EngineRequest, score: float, entry: Entry) -> tuple[float, str]:
    """What answers are sorted by; a document without a day or number comes last."""
    by = entry.document.number if request.sort == "number" else entry.document.day
    if request.sort == "relevance":
        return -score, entry.document.key
    sign = -1 if request.sort == "newest" else 1
    return (2**62 if by is None else sign * by), entry.document.key
