"""The engine in pure Python: Whoosh, for wikis of up to some thousand cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from whoosh import fields, index, scoring, sorting
from whoosh import query as q
from whoosh.analysis import RegexTokenizer
from whoosh.query import Query

from kb.config import SearchConfig
from kb.search.documents.fields import (
    facet_counts,
    facets_of,
    labels_in,
    names_of,
    numbers_of,
    streams_of,
)
from kb.search.documents.search_document import SearchDocument, decoded, encoded
from kb.search.engines.index_seal import IndexSeal
from kb.search.protocol import DamagedIndexError, EngineAnswer, EngineHit, EngineRequest
from kb.search.query.plan import All
from kb.search.query.score import Clause, ScoredStream, idf
from kb.search.query.translate import QueryForms, translated


def query_of(request: EngineRequest) -> Any:
    """Translate a request: what fits the plan, scored by the bag alone."""
    scored = [_clause(clause) for clause in request.bag]
    plan = translated(request.plan, _FORMS)
    fits = q.ConstantScoreQuery(plan, 1e-9)  # the library takes 0 for none
    if request.some:
        any_of = q.Or(scored) if scored else q.NullQuery
        return any_of if request.plan == All(()) else q.And([fits, any_of])
    return q.AndMaybe(fits, q.Or(scored)) if scored else fits


def _clause(clause: Clause) -> Any:
    made = _row(clause.stream, clause.terms)
    made.boost = clause.weight
    return made


def _row(field: str, terms: tuple[str, ...]) -> Any:
    return q.Phrase(field, list(terms)) if len(terms) > 1 else q.Term(field, terms[0])


def _span(field: str, low: int, high: int | None) -> Any:
    most = 2**31 - 1
    top = most if high is None else min(high, most)
    return q.NumericRange(field, low, top) if low <= top else q.NullQuery


def _every(wanted: list[Any], missing: list[Any]) -> Any:
    every = q.And(wanted or [q.Every()])
    return q.AndNot(every, q.Or(missing)) if missing else every


_FORMS: QueryForms[Any] = QueryForms(
    nothing=lambda: q.NullQuery,
    row=_row,
    beginning=q.Prefix,
    near=lambda field, text, edits: q.FuzzyTerm(field, text, maxdist=edits, prefixlength=0),
    span=_span,
    every=_every,
    some=lambda wanted, least: q.Or(wanted, minmatch=least),
)


_SEPARATOR = "\x1f"


class _Bm25(scoring.BM25F):  # type: ignore[misc]  # the library has no types
    """BM25 with the inverse document frequency that the other engines have."""

    def idf(self, searcher: Any, fieldname: str, text: Any) -> float:
        """See `kb.search.query.score.idf`."""
        parent = searcher.get_parent()
        return idf(parent.doc_count(), parent.doc_frequency(fieldname, text))


def _schema() -> fields.Schema:
    spaces, names = RegexTokenizer(r"[^ ]+"), RegexTokenizer(f"[^{_SEPARATOR}]+")
    streams = {
        name: fields.TEXT(analyzer=spaces, phrase=True) for name in ("seq", "rel", "num", "scoped")
    }
    return fields.Schema(
        key=fields.ID(unique=True, stored=True),
        digest=fields.STORED,
        document=fields.STORED,
        names=fields.TEXT(analyzer=names, phrase=False),
        head=fields.TEXT(analyzer=spaces, phrase=False),
        day=fields.NUMERIC(int, sortable=True, default=0),
        number=fields.NUMERIC(int, sortable=True, default=0),
        **streams,
    )


class WhooshEngine:
    """An index in ``folder``, created where it is missing. Each question opens a searcher.

    DamagedIndexError for one that this user did not write: see kb.search.engines.index_seal.
    """

    def __init__(self, folder: Path, _: SearchConfig) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._seal = IndexSeal(folder)
        self._sealed: int | None = None
        """The generation that is known to be sealed."""
        there = bool(self._seal.contents())
        if there and not self._seal.holds():
            raise DamagedIndexError(f"{folder}: written by another, or cut off")
        try:
            self._index: Any = (
                index.open_dir(str(folder)) if there else index.create_in(str(folder), _schema())
            )
        except Exception as error:
            raise DamagedIndexError(str(error)) from error
        if not there:
            self._seal.set()
        self._sealed = self._index.latest_generation()
        self._writer: Any = None

    def _writing(self) -> Any:
        if self._writer is None:
            self._check()
            self._writer = self._index.writer(limitmb=128)
        return self._writer

    def _check(self) -> None:
        """Raise DamagedIndexError where what another process committed is not sealed by us."""
        newest = self._index.latest_generation()
        if newest != self._sealed:
            if not self._seal.holds(wait=True):
                raise DamagedIndexError("changed by another")
            self._sealed = newest

    def add(self, documents: Iterable[SearchDocument]) -> int:
        """Put documents in, each in the place of the one with its key."""
        writer, count = self._writing(), 0
        for document in documents:
            writer.update_document(
                key=document.key, digest=document.digest, document=encoded(document),
                names=_SEPARATOR.join(names_of(document)), **streams_of(document),
                **numbers_of(document),
            )  # fmt: skip
            count += 1
        return count

    def remove(self, keys: Iterable[str]) -> None:
        """Take documents out."""
        writer = self._writing()
        for key in keys:
            writer.delete_by_term("key", key)

    def commit(self) -> None:
        """Write to disk; each question opens what was written last."""
        if self._writer is not None:
            self._writer.commit()
            self._writer = None
            self._seal.set()
            self._sealed = self._index.latest_generation()

    def publish(self) -> None:
        """Do nothing: the index is this machine's alone."""

    def close(self) -> None:
        """Drop what was not committed and let the lock go."""
        if self._writer is not None:
            self._writer.cancel()
            self._writer = None
        self._index.close()

    def digests(self) -> dict[str, bytes]:
        """Map key → digest of everything that is in the index."""
        with self._searcher() as searcher:
            rows = searcher.reader().all_stored_fields()
            return {row["key"]: row["digest"] for row in rows}

    def labels(self) -> tuple[tuple[str, str], ...]:
        """List (name, label) of the documents' fields, sorted."""
        with self._searcher() as searcher:
            terms = searcher.reader().expand_prefix("names", "label=")
            return labels_in(term.decode() for term in terms)

    def get(self, key: str) -> SearchDocument | None:
        """Read the document with that key; None where there is none."""
        with self._searcher() as searcher:
            row = searcher.document(key=key)
            return decoded(row["document"]) if row else None

    def counts(self, stream: ScoredStream, terms: list[str]) -> tuple[int, list[int]]:
        """Count documents in all, and those that have each term in the stream."""
        with self._searcher() as searcher:
            return searcher.doc_count(), [searcher.doc_frequency(stream, t) for t in terms]

    def ask(self, request: EngineRequest) -> EngineAnswer:
        """Answer a request."""
        with self._searcher() as searcher:
            query = query_of(request)
            limit = request.offset + request.limit
            found = searcher.search(query, limit=limit, sortedby=_order(request))
            hits = [found[i] for i in range(request.offset, min(limit, found.scored_length()))]
            scored = request.sort == "relevance"
            rows = tuple(
                EngineHit(h["key"], h.score if scored else 0.0, decoded(h["document"]))
                for h in hits
            )
            facets = _facets(searcher, query) if request.facets else {}
            return EngineAnswer(len(found), rows, facets)

    def _searcher(self) -> Any:
        self._check()
        try:
            return self._index.refresh().searcher(weighting=_Bm25())
        except Exception as error:
            raise DamagedIndexError(str(error)) from error


def _order(request: EngineRequest) -> sorting.FieldFacet | None:
    if request.sort == "relevance":
        return None
    name = "number" if request.sort == "number" else "day"
    return sorting.FieldFacet(name, reverse=request.sort == "newest")


def _facets(searcher: Any, query: Query) -> dict[str, dict[str, int]]:
    counted: Counter[str] = Counter()
    for number in searcher.docs_for_query(query):
        document = decoded(searcher.stored_fields(number)["document"])
        counted.update(f"{name}={value}" for name, value in facets_of(document))
    return facet_counts(counted.items())
