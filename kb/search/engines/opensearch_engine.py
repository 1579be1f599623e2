"""The engine beyond one machine: OpenSearch, sharded and replicated.

Each generation of an index is an index of its own, `PREFIX-GENERATION`; the alias PREFIX names
the one in use, so that a rebuild leaves no gap. Settings of `[search]` in kb.toml: `url`, and in
`settings`: `index` (the prefix), `user`, `password_env`, `ca_certs`, `shards`, `replicas`,
`snapshots` (a repository that is registered on the cluster).
"""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from kb.config import SearchConfig
from kb.errors import RemoteError, UsageError
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
from kb.search.query.score import ScoredStream
from kb.search.query.translate import QueryForms, translated

SNAPSHOTS_KEPT = 2
"""Snapshots of one prefix."""
SNAPSHOT_SECONDS = 3600
"""Seconds that a snapshot or its way back may take."""


def take_snapshot(client: Any, repository: str, prefix: str, index: str) -> None:
    """Take a snapshot of the index; delete all but the last `SNAPSHOTS_KEPT`."""
    client.snapshot.create(
        repository=repository, snapshot=f"{prefix}-{time.time_ns()}",
        body={"indices": index, "include_global_state": False},
        wait_for_completion=True, request_timeout=SNAPSHOT_SECONDS,
    )  # fmt: skip
    for old in _snapshots(client, repository, prefix)[:-SNAPSHOTS_KEPT]:
        client.snapshot.delete(repository=repository, snapshot=old["snapshot"])


def bring_back(client: Any, repository: str, prefix: str, index: str) -> bool:
    """Restore the index from the newest snapshot that has it; False where none does."""
    rows = _snapshots(client, repository, prefix)
    held = [row["snapshot"] for row in rows if index in row["indices"]]
    if not held:
        return False
    client.snapshot.restore(
        repository=repository, snapshot=held[-1],
        body={"indices": index, "include_global_state": False, "include_aliases": False},
        wait_for_completion=True, request_timeout=SNAPSHOT_SECONDS,
    )  # fmt: skip
    return True


def _snapshots(client: Any, repository: str, prefix: str) -> list[dict[str, Any]]:
    """List the complete snapshots of a prefix, oldest first."""
    found = client.snapshot.get(
        repository=repository, snapshot=f"{prefix}-*", ignore_unavailable=True
    )["snapshots"]
    whole = (row for row in found if row["state"] == "SUCCESS")
    return sorted(whole, key=lambda row: str(row["snapshot"]))


_ORDERS = {"newest": ("day", "desc"), "oldest": ("day", "asc"), "number": ("number", "asc")}


def body_of(request: EngineRequest) -> dict[str, Any]:
    """Write the search request: what fits the plan, scored by the bag alone."""
    scored = [_row(c.stream, c.terms, c.weight) for c in request.bag]
    least = 1 if request.some else 0
    wanted = [translated(request.plan, _FORMS)]
    fits = {"filter": wanted, "should": scored, "minimum_should_match": least}
    body: dict[str, Any] = {
        "query": {"bool": fits},
        "from": request.offset,
        "size": request.limit,
        "track_total_hits": True,
        "_source": ["document"],
    }
    if request.sort != "relevance":
        field, order = _ORDERS[request.sort]
        body["sort"] = [{field: {"order": order, "missing": "_last"}}]
    if request.facets:
        body["aggs"] = {"f": {"terms": {"field": "facets", "size": 1000}}}
    return body


def _row(field: str, terms: tuple[str, ...], weight: float = 1.0) -> dict[str, Any]:
    if len(terms) > 1:
        return {"match_phrase": {field: {"query": " ".join(terms), "boost": weight}}}
    return {"term": {field: {"value": terms[0], "boost": weight}}}


def _span(field: str, low: int, high: int | None) -> dict[str, Any]:
    return {"range": {field: {"gte": low} if high is None else {"gte": low, "lte": high}}}


_FORMS: QueryForms[dict[str, Any]] = QueryForms(
    nothing=lambda: {"match_none": {}},
    row=_row,
    beginning=lambda field, text: {"prefix": {field: {"value": text}}},
    near=lambda field, text, edits: {"fuzzy": {field: {"value": text, "fuzziness": edits}}},
    span=_span,
    every=lambda wanted, missing: {"bool": {"filter": wanted, "must_not": missing}},
    some=lambda wanted, least: {"bool": {"should": wanted, "minimum_should_match": least}},
)


try:
    from opensearchpy import OpenSearch, exceptions, helpers
except ImportError as error:
    raise UsageError(
        "the OpenSearch client is not installed", hint="pip install wiki-casebook[opensearch]"
    ) from error

CHUNK = 500
"""Documents sent in one request."""
PAUSES = (0.5, 1, 2, 4, 8, 15, 15, 15)
"""Seconds between tries while the cluster mends itself."""
_AGAIN = frozenset({429, 500, 502, 503, 504})
T = TypeVar("T")


def connect(config: SearchConfig) -> OpenSearch:
    """Make a client of the cluster that kb.toml names; several nodes are separated by spaces."""
    if not config.url:
        raise UsageError("the OpenSearch engine needs an address", hint="kb.toml: [search] url")
    settings = config.settings
    user, password = settings.get("user"), os.environ.get(settings.get("password_env", ""), "")
    return OpenSearch(
        hosts=config.url.split(), headers=_authorization(user, password) if user else None,
        verify_certs=True, ca_certs=settings.get("ca_certs"), timeout=60, max_retries=4,
        retry_on_timeout=False, retry_on_status=sorted(_AGAIN),
    )  # fmt: skip


def _authorization(user: str, password: str) -> dict[str, str]:
    """Encode a password in UTF-8, where the library's own code takes Latin-1 alone."""
    token = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    return {"authorization": f"Basic {token}"}


def mapping(settings: dict[str, str]) -> dict[str, Any]:
    """Settings and mappings of an index: fields for the streams, no dynamic ones."""
    positions = {"type": "text", "analyzer": "spaces", "index_options": "positions"}
    name = {"type": "keyword", "ignore_above": 8000}
    tokenizer = {"type": "whitespace", "max_token_length": 4096}
    return {
        "settings": {
            "number_of_shards": int(settings.get("shards", "1")),
            "number_of_replicas": int(settings.get("replicas", "1")),
            "analysis": {
                "tokenizer": {"spaces": tokenizer},
                "analyzer": {"spaces": {"type": "custom", "tokenizer": "spaces"}},
            },
        },
        "mappings": {
            "dynamic": "strict",
            "_source": {"includes": ["key", "digest", "document"]},
            "properties": {
                **dict.fromkeys(("key", "names", "facets", "labels"), name),
                "digest": {"type": "binary"},
                "document": {"type": "binary"},
                "head": {**positions, "index_options": "freqs"},
                **dict.fromkeys(("seq", "rel", "num", "scoped"), positions),
                "day": {"type": "integer"},
                "number": {"type": "long"},
            },
        },
    }


class OpenSearchEngine:
    """One index of a cluster, created where it is missing. RemoteError where nobody answers."""

    def __init__(self, folder: Path, config: SearchConfig) -> None:
        """Take the generation's name from ``folder``; nothing is written there."""
        self._client = connect(config)
        self._alias = config.settings.get("index", "casebook")
        self._name = f"{self._alias}-{folder.name}"
        self._settings = config.settings
        with _talking():
            if self._client.indices.exists(index=self._name):
                return
            repository = config.settings.get("snapshots")
            if repository and bring_back(self._client, repository, self._alias, self._name):
                return
            self._client.indices.create(index=self._name, body=mapping(config.settings))

    def add(self, documents: Iterable[SearchDocument]) -> int:
        """Send documents in chunks; what a lost node took with it is sent again."""
        sent = 0
        for chunk in _chunks(documents, CHUNK):
            self._send([self._action(document) for document in chunk])
            sent += len(chunk)
        return sent

    def _send(self, actions: list[dict[str, Any]]) -> None:
        """Send until each action is done: the cluster may lack a node or room for a while.

        Actions are idempotent, so nothing is lost and nothing doubled.
        """
        waiting = actions
        for pause in PAUSES:
            waiting = self._tried(waiting)
            if not waiting:
                return
            time.sleep(pause)
        raise RemoteError(f"OpenSearch did not take {len(waiting)} documents in {sum(PAUSES)} s")

    def _tried(self, actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Send the actions; return those that are to be tried again."""
        lines = [line for action in actions for line in _lines(action)]
        try:
            done = self._client.bulk(body=lines, timeout="15s", request_timeout=60)
        except exceptions.TransportError as error:
            if isinstance(error.status_code, int) and error.status_code not in _AGAIN:
                raise RemoteError(f"OpenSearch: {error}") from error
            return actions
        again = []
        try:
            results = [next(iter(item.values())) for item in done["items"]]
        except (KeyError, TypeError, AttributeError, StopIteration) as error:
            raise RemoteError("OpenSearch: this is not what OpenSearch answers") from error
        for action, result in zip(actions, results, strict=True):
            if result["status"] in _AGAIN:
                again.append(action)
            elif result["status"] >= 400 and result["status"] != 404:
                raise RemoteError(f"OpenSearch: {action['_id']}: {result.get('error')}")
        return again

    def _action(self, document: SearchDocument) -> dict[str, Any]:
        names = list(names_of(document))
        source = {
            "key": document.key,
            "digest": _text(document.digest),
            "document": _text(encoded(document)),
            "names": names,
            "labels": [n.removeprefix("label=") for n in names if n.startswith("label=")],
            "facets": [f"{name}={value}" for name, value in facets_of(document)],
            **streams_of(document),
            **numbers_of(document),
        }
        return {"_op_type": "index", "_index": self._name, "_id": document.key, "_source": source}

    def remove(self, keys: Iterable[str]) -> None:
        """Take documents out."""
        actions = ({"_op_type": "delete", "_index": self._name, "_id": key} for key in keys)
        for chunk in _chunks(actions, CHUNK):
            self._send(chunk)

    def commit(self) -> None:
        """Make what was sent visible and lasting."""
        with _talking():
            self._client.indices.refresh(index=self._name)
            self._client.indices.flush(index=self._name)

    def publish(self) -> None:
        """Point the alias at this index and drop the generations before it."""
        with _talking():
            others = self._client.indices.get(index=f"{self._alias}-*", ignore_unavailable=True)
            remove = [
                {"remove_index": {"index": name}} for name in sorted(others) if name != self._name
            ]
            add = {"add": {"index": self._name, "alias": self._alias}}
            self._client.indices.update_aliases(body={"actions": [add, *remove]})
            if repository := self._settings.get("snapshots"):
                take_snapshot(self._client, repository, self._alias, self._name)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def digests(self) -> dict[str, bytes]:
        """Map key → digest of everything that is in the index."""
        with _talking():
            rows = helpers.scan(
                self._client, index=self._name, query={"_source": ["digest"]}, size=5000
            )
            return {row["_id"]: base64.b64decode(row["_source"]["digest"]) for row in rows}

    def labels(self) -> tuple[tuple[str, str], ...]:
        """List (name, label) of the documents' fields, sorted."""
        counted = {"terms": {"field": "labels", "size": 1000}}
        with _talking():
            found = self._client.search(index=self._name, body={"size": 0, "aggs": {"l": counted}})
        return labels_in(sorted(row["key"] for row in found["aggregations"]["l"]["buckets"]))

    def get(self, key: str) -> SearchDocument | None:
        """Read the document with that key; None where there is none."""
        asked = {"query": {"term": {"key": key}}, "size": 1, "_source": ["document"]}
        with _talking():
            hits = self._client.search(index=self._name, body=asked)["hits"]["hits"]
        return _found(hits[0]).document if hits else None

    def counts(self, stream: ScoredStream, terms: list[str]) -> tuple[int, list[int]]:
        """Count documents in all and with each term, summed over the shards.

        A shard counts a document that was replaced until it is merged away, so no more than all.
        """
        with _talking():
            total = int(self._client.count(index=self._name)["count"])
            if not terms:
                return total, []
            asked = {
                "doc": {stream: " ".join(terms)}, "fields": [stream], "term_statistics": True,
                "field_statistics": False, "positions": False, "offsets": False, "payloads": False,
            }  # fmt: skip
            rows = [{"_index": self._name, "routing": key, **asked} for key in self._shards]
            found = self._client.mtermvectors(body={"docs": rows})["docs"]
        held = [row["term_vectors"].get(stream, {"terms": {}})["terms"] for row in found]
        sums = (sum(h.get(term, {}).get("doc_freq", 0) for h in held) for term in terms)
        return total, [min(total, count) for count in sums]

    @cached_property
    def _shards(self) -> list[str]:
        """Find for each shard a routing value that leads to it."""
        settings = self._client.indices.get_settings(index=self._name)[self._name]["settings"]
        wanted, found = int(settings["index"]["number_of_shards"]), dict[int, str]()
        for key in map(str, range(100 * wanted)):
            if len(found) == wanted:
                break
            way = self._client.search_shards(index=self._name, params={"routing": key})
            found.setdefault(way["shards"][0][0]["shard"], key)
        return [found[shard] for shard in sorted(found)]

    def ask(self, request: EngineRequest) -> EngineAnswer:
        """Answer a request."""
        with _talking():
            found = self._client.search(
                index=self._name, body=body_of(request), allow_partial_search_results=False,
                search_type="dfs_query_then_fetch",
            )  # fmt: skip
        rows = tuple(_found(hit) for hit in found["hits"]["hits"])
        buckets = found["aggregations"]["f"]["buckets"] if request.facets else ()
        facets = facet_counts((row["key"], row["doc_count"]) for row in buckets)
        return EngineAnswer(found["hits"]["total"]["value"], rows, facets)


def _chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rows = iter(items)
    return iter(lambda: list(islice(rows, size)), [])


def _lines(action: dict[str, Any]) -> list[dict[str, Any]]:
    """Write an action as lines of a bulk request."""
    head = {action["_op_type"]: {"_index": action["_index"], "_id": action["_id"]}}
    return [head, action["_source"]] if "_source" in action else [head]


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _found(hit: dict[str, Any]) -> EngineHit:
    document = decoded(base64.b64decode(hit["_source"]["document"]))
    return EngineHit(hit["_id"], hit["_score"] or 0.0, document)


@contextmanager
def _talking() -> Iterator[None]:
    """Translate the library's errors into this project's."""
    try:
        yield
    except exceptions.NotFoundError as error:
        if error.error == "repository_missing_exception":
            hint = "kb.toml: [search.settings] snapshots names a repository of the cluster"
            raise RemoteError(f"OpenSearch: {error}", hint=hint) from error
        raise DamagedIndexError(str(error)) from error
    except (exceptions.AuthenticationException, exceptions.AuthorizationException) as error:
        hint = "kb.toml: [search.settings] user, password_env"
        raise RemoteError("OpenSearch refuses this user", hint=hint) from error
    except exceptions.OpenSearchException as error:
        raise RemoteError(f"OpenSearch: {error}") from error
