"""The default engine: tantivy, in this process, an index of files in a folder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import msgspec
import tantivy
from tantivy import FieldType, Occur, Query, Schema, Searcher

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
from kb.search.protocol import DamagedIndexError, EngineAnswer, EngineHit, EngineRequest
from kb.search.query.plan import All, implied
from kb.search.query.score import Clause, ScoredStream, idf
from kb.search.query.translate import QueryForms, translated

MOST_EXPANSIONS = 1024
TELLING = 0.1
"""The inverse document frequency of what nine documents in ten have."""


def query_of(schema: Schema, searcher: Searcher, request: EngineRequest) -> Query:
    """Translate a request: what fits the plan, scored by the bag alone."""
    sure = implied(request.plan)
    telling = (c for c in request.bag if not _tells_nothing(searcher, c, sure))
    scored = [_clause(schema, clause, sure) for clause in telling]
    if request.some:
        any_of = Query.boolean_query(scored)
        if request.plan == All(()):
            return any_of
        scored = [(Occur.Must, any_of)]
    plan = translated(request.plan, _forms(schema, searcher))
    return Query.boolean_query([(Occur.Must, Query.const_score_query(plan, 0.0)), *scored])


def _forms(schema: Schema, searcher: Searcher) -> QueryForms[Query]:
    return QueryForms(
        nothing=Query.empty_query,
        row=partial(_row, schema),
        beginning=partial(_beginning, schema, searcher),
        near=partial(Query.fuzzy_term_query, schema),
        span=partial(_span, schema),
        every=_every,
        some=_some,
    )


def _row(schema: Schema, field: str, terms: tuple[str, ...]) -> Query:
    if len(terms) > 1:
        return Query.phrase_query(schema, field, list(terms))
    return Query.term_query(schema, field, terms[0])


def _beginning(schema: Schema, searcher: Searcher, field: str, text: str) -> Query:
    """Ask for any term that begins so; by a regular expression where there are very many."""
    found = searcher.terms_with_prefix(field, text, limit=MOST_EXPANSIONS)
    if len(found) < MOST_EXPANSIONS:
        return Query.term_set_query(schema, field, [term for term, _ in found])
    return Query.regex_query(schema, field, re.escape(text) + ".*")


def _span(schema: Schema, field: str, low: int, high: int | None) -> Query:
    top = 2**62 if high is None else high
    return Query.range_query(schema, field, FieldType.Unsigned, low, top)


def _every(wanted: list[Query], missing: list[Query]) -> Query:
    must = [(Occur.Must, query) for query in wanted or [Query.all_query()]]
    return Query.boolean_query([*must, *((Occur.MustNot, query) for query in missing)])


def _some(wanted: list[Query], least: int) -> Query:
    should = [(Occur.Should, query) for query in wanted]
    return Query.boolean_query(should, minimum_number_should_match=least)


def _tells_nothing(searcher: Searcher, clause: Clause, sure: frozenset[tuple[str, str]]) -> bool:
    """Whether to leave a clause out: nearly all have it, and the plan requires more."""
    if not sure or len(clause.terms) > 1:
        return False
    frequency = searcher.doc_freq(clause.stream, clause.terms[0])
    return idf(searcher.num_docs, frequency) < TELLING


def _clause(
    schema: Schema, clause: Clause, sure: frozenset[tuple[str, str]]
) -> tuple[Occur, Query]:
    """Translate a clause, required where the plan implies it, else optional.

    Tantivy intersects required terms by skipping, where it would visit each document that has
    an optional one.
    """
    query = _row(schema, clause.stream, clause.terms)
    if clause.weight != 1:
        query = Query.boost_query(query, clause.weight)
    found = len(clause.terms) == 1 and (clause.stream, clause.terms[0]) in sure
    return (Occur.Must if found else Occur.Should), query


HEAP = 64_000_000
"""Bytes that the writer may hold."""


def _schema() -> tantivy.Schema:
    build = tantivy.SchemaBuilder()
    build.add_text_field("key", tokenizer_name="raw", index_option="basic")
    build.add_text_field("names", tokenizer_name="raw", index_option="basic")
    build.add_text_field("facets", tokenizer_name="raw", index_option="basic", fast=True)
    for stream in ("seq", "rel", "num", "scoped"):
        build.add_text_field(stream, tokenizer_name="spaces", index_option="position")
    build.add_text_field("head", tokenizer_name="spaces", index_option="freq")
    for number in ("day", "number"):
        build.add_unsigned_field(number, indexed=True, fast=True)
    build.add_bytes_field("document", stored=True)
    return build.build()


class TantivyEngine:
    """An index in ``folder``, created where it is missing."""

    def __init__(self, folder: Path, _: SearchConfig) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._schema = _schema()
        with _reading():
            self._index = tantivy.Index(self._schema, path=str(folder), reuse=True)
        spaces = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        self._index.register_tokenizer("spaces", spaces)
        self._writer: tantivy.IndexWriter | None = None

    def _writing(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._index.writer(HEAP, 1)
        return self._writer

    def add(self, documents: Iterable[SearchDocument]) -> int:
        """Put documents in, each in the place of the one with its key."""
        writer, count = self._writing(), 0
        for document in documents:
            writer.delete_documents_by_term("key", document.key)
            writer.add_document(_to_tantivy(document))
            count += 1
        return count

    def remove(self, keys: Iterable[str]) -> None:
        """Take documents out."""
        writer = self._writing()
        for key in keys:
            writer.delete_documents_by_term("key", key)

    def commit(self) -> None:
        """Write to disk, then read what was written."""
        if self._writer is not None:
            self._writer.commit()
            self._writer.wait_merging_threads()
            self._writer = None
        self._index.reload()
        self.__dict__.pop("_searcher", None)

    @cached_property
    def _searcher(self) -> tantivy.Searcher:
        return self._index.searcher()

    def digests(self) -> dict[str, bytes]:
        """Map key → digest of everything that is in the index."""
        with _reading():
            searcher = self._searcher
            everything = searcher.search(tantivy.Query.all_query(), max(searcher.num_docs, 1))
            documents = (_document(searcher, address) for _, address in everything.hits)
            return {document.key: document.digest for document in documents}

    def labels(self) -> tuple[tuple[str, str], ...]:
        """List (name, label) of the documents' fields, sorted."""
        found = self._searcher.terms_with_prefix("names", "label=")
        return labels_in(term for term, _ in found)

    def get(self, key: str) -> SearchDocument | None:
        """Read the document with that key; None where there is none."""
        with _reading():
            searcher = self._searcher
            hits = searcher.search(tantivy.Query.term_query(self._schema, "key", key), 1).hits
            return _document(searcher, hits[0][1]) if hits else None

    def counts(self, stream: ScoredStream, terms: list[str]) -> tuple[int, list[int]]:
        """Count documents in all, and those that have each term in the stream."""
        with _reading():
            searcher = self._searcher
            return searcher.num_docs, [searcher.doc_freq(stream, term) for term in terms]

    def ask(self, request: EngineRequest) -> EngineAnswer:
        """Answer a request."""
        with _reading():
            return self._ask(request)

    def _ask(self, request: EngineRequest) -> EngineAnswer:
        searcher = self._searcher
        query = query_of(self._schema, searcher, request)
        order: dict[str, Any] = {}
        if request.sort != "relevance":
            field = "number" if request.sort == "number" else "day"
            way = tantivy.Order.Desc if request.sort == "newest" else tantivy.Order.Asc
            order = {"order_by_field": field, "order": way}
        result = searcher.search(query, request.limit, offset=request.offset, **order)
        documents = ((score, _document(searcher, address)) for score, address in result.hits)
        found = tuple(EngineHit(document.key, score, document) for score, document in documents)
        facets = _facets(searcher, query) if request.facets else {}
        total: int = getattr(result, "count")  # noqa: B009  (missing in the stubs)
        return EngineAnswer(total, found, facets)

    def publish(self) -> None:
        """Do nothing: the index is this machine's alone."""

    def close(self) -> None:
        """Drop what was not committed and let the lock go."""
        if self._writer is not None:
            self._writer.rollback()
            self._writer.wait_merging_threads()
            self._writer = None


def _document(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> SearchDocument:
    return decoded(searcher.doc(address)["document"][0])


@contextmanager
def _reading() -> Iterator[None]:
    """Translate the library's errors about unreadable files, panics too, into DamagedIndexError."""
    try:
        yield
    except (ValueError, OSError, msgspec.MsgspecError) as error:
        raise DamagedIndexError(str(error)) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise DamagedIndexError(str(error)) from error
        raise


def _to_tantivy(document: SearchDocument) -> tantivy.Document:
    made = tantivy.Document()
    made.add_text("key", document.key)
    for stream, text in streams_of(document).items():
        made.add_text(stream, text)
    for name in names_of(document):
        made.add_text("names", name)
    for name, value in facets_of(document):
        made.add_text("facets", f"{name}={value}")
    for name, number in numbers_of(document).items():
        made.add_unsigned(name, number)
    made.add_bytes("document", encoded(document))
    return made


def _facets(searcher: tantivy.Searcher, query: tantivy.Query) -> dict[str, dict[str, int]]:
    counted = searcher.aggregate(query, {"f": {"terms": {"field": "facets", "size": 1000}}})
    return facet_counts((row["key"], row["doc_count"]) for row in counted["f"]["buckets"])
