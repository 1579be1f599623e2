"""Other engines with their own analyzers, asked the same questions as ours."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import tantivy

from kb.search.analysis import simplified


class Ranker(Protocol):
    """Anything that indexes rows (id, title, text) and ranks them."""

    def index(self, rows: Iterable[dict[str, str]]) -> None:
        """Take all rows and make them searchable."""
        ...

    def rank(self, text: str, limit: int, *, marks: bool = False) -> list[str]:
        """Ids, best first; with ``marks`` the highlights are made as well."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


_WORDS = re.compile(r"\w+")


class BareTantivy:
    """tantivy with an analyzer of its own: en_stem, or pairs of characters."""

    def __init__(self, folder: Path, *, chinese: bool) -> None:
        build = tantivy.SchemaBuilder()
        build.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        self._analyzer = "pairs" if chinese else "en_stem"
        build.add_text_field("text", tokenizer_name=self._analyzer, index_option="freq")
        self._schema = build.build()
        self._tantivy = tantivy.Index(self._schema, path=str(folder))
        pairs = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.ngram(2, 2)).build()
        self._tantivy.register_tokenizer("pairs", pairs)

    def index(self, rows: Iterable[dict[str, str]]) -> None:
        writer = self._tantivy.writer(64_000_000, 1)
        for row in rows:
            made = tantivy.Document()
            made.add_text("id", row["id"])
            made.add_text("text", f"{row.get('title', '')} {row['text']}")
            writer.add_document(made)
        writer.commit()
        writer.wait_merging_threads()
        self._tantivy.reload()

    def _query(self, text: str) -> tantivy.Query:
        words = _WORDS.findall(text)
        if self._analyzer == "en_stem":
            return self._tantivy.parse_query_lenient(" ".join(words), ["text"])[0]
        pairs = dict.fromkeys(w[i : i + 2] for w in words for i in range(len(w) - 1))
        terms = [tantivy.Query.term_query(self._schema, "text", pair) for pair in pairs]
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])

    def rank(self, text: str, limit: int, *, marks: bool = False) -> list[str]:
        query = self._query(text)
        searcher = self._tantivy.searcher()
        hits = searcher.search(query, limit, count=False).hits
        return [searcher.doc(address)["id"][0] for _, address in hits]

    def close(self) -> None:
        """Nothing is held."""


class Fts5:
    """SQLite FTS5: porter for English, trigram for Chinese."""

    def __init__(self, folder: Path, *, chinese: bool) -> None:
        self._chinese = chinese
        self._db = sqlite3.connect(folder / "fts.db")
        tokenizer = "trigram" if chinese else "porter unicode61"
        self._db.execute(
            f"CREATE VIRTUAL TABLE d USING fts5(id UNINDEXED, t, tokenize='{tokenizer}')"
        )

    def index(self, rows: Iterable[dict[str, str]]) -> None:
        pairs = ((row["id"], f"{row.get('title', '')} {row['text']}") for row in rows)
        self._db.executemany("INSERT INTO d VALUES (?, ?)", pairs)
        self._db.execute("INSERT INTO d(d) VALUES ('optimize')")
        self._db.commit()

    def rank(self, text: str, limit: int, *, marks: bool = False) -> list[str]:
        words = _WORDS.findall(text)
        if self._chinese:
            words = [word[i : i + 3] for word in words for i in range(max(1, len(word) - 2))]
        query = " OR ".join(f'"{word}"' for word in dict.fromkeys(words))
        sql = "SELECT id FROM d WHERE d MATCH ? ORDER BY bm25(d) LIMIT ?"
        return [row[0] for row in self._db.execute(sql, (query, limit))] if query else []

    def close(self) -> None:
        self._db.close()


class BareOpenSearch:
    """OpenSearch with analyzers of its own: english; cjk, smartcn or icu over simplified text."""

    def __init__(self, url: str, analyzer: str) -> None:
        from opensearchpy import OpenSearch

        self._client = OpenSearch(url.split(), timeout=120)
        self._name = f"peer-{time.time_ns()}"
        self._chinese = analyzer != "english"
        icu = {"type": "custom", "tokenizer": "icu_tokenizer", "filter": ["lowercase"]}
        body = {
            "settings": {
                "number_of_shards": 1,
                "number_of_replicas": 0,
                **({"analysis": {"analyzer": {"icu": icu}}} if analyzer == "icu" else {}),
            },
            "mappings": {"properties": {"text": {"type": "text", "analyzer": analyzer}}},
        }
        self._client.indices.create(index=self._name, body=body)

    def _folded(self, text: str) -> str:
        return simplified(text) if self._chinese else text

    def index(self, rows: Iterable[dict[str, str]]) -> None:
        from opensearchpy import helpers

        actions = (
            {
                "_index": self._name,
                "_id": row["id"],
                "text": self._folded(f"{row.get('title', '')} {row['text']}"),
            }
            for row in rows
        )
        helpers.bulk(self._client, actions, chunk_size=500)
        self._client.indices.refresh(index=self._name)

    def rank(self, text: str, limit: int, *, marks: bool = False) -> list[str]:
        asked = {"query": {"match": {"text": self._folded(text)}}, "size": limit, "_source": False}
        hits = self._client.search(index=self._name, body=asked)["hits"]["hits"]
        return [hit["_id"] for hit in hits]

    def close(self) -> None:
        self._client.indices.delete(index=self._name)
