"""How good and how fast search is: `python bench/relevance.py DIR… [--backend B] [--half H]`.

A DIR holds docs.jsonl (id, title, text), queries.jsonl (id, text) and qrels.tsv (query, document,
grade), or folders that do. Words are joined by any. Printed for each DIR and, where there are
several, as macro averages over folders of one language (the letters before the first hyphen).
Times are CPU time of this process, on one core; queries are timed for ten hits. OpenSearch works
in other processes: its times are wall time. OPENSEARCH_URL says where it is; `--opensearch FOLDER`
starts a node, whose libraries are kept there (Maven, JDK 17).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import mean, quantiles
from typing import NamedTuple

from bench.cluster import Cluster
from bench.peers import BareOpenSearch, BareTantivy, Fts5, Ranker
from kb.config import SearchConfig
from kb.search.asking.finder import Finder
from kb.search.asking.hits import SearchOptions
from kb.search.documents.search_document import NamedText, SearchDocument
from kb.search.service import engine_opener

DEPTH = 100


class Collection(NamedTuple):
    """Documents, questions, and which documents answer them."""

    name: str
    documents: list[dict[str, str]]
    queries: list[tuple[str, str]]
    grades: dict[str, dict[str, float]]


class Result(NamedTuple):
    """Figures of one collection."""

    ndcg: float
    mrr: float
    recall: float
    documents_a_second: float
    megabytes: float
    p50: float
    p95: float
    highlighted_p95: float


def load(folder: Path, half: str) -> Collection:
    """One folder's questions: all, or those with an even or odd digest of their id."""
    documents = list(_lines(folder / "docs.jsonl"))
    queries = [(q["id"], q["text"]) for q in _lines(folder / "queries.jsonl")]
    grades: dict[str, dict[str, float]] = {}
    for line in (folder / "qrels.tsv").read_text("utf-8").splitlines():
        query, document, grade = line.split("\t")[:3]
        grades.setdefault(query, {})[document] = float(grade)
    wanted = [q for q in queries if q[0] in grades and half in ("all", _half(folder.name, q[0]))]
    return Collection(folder.name, documents, wanted, grades)


def _half(name: str, query: str) -> str:
    digest = hashlib.sha256(f"{name} {query}".encode()).digest()
    return "tune" if digest[0] % 2 else "report"


def _lines(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def to_document(row: dict[str, str]) -> SearchDocument:
    """A row of docs.jsonl as it would be indexed."""
    texts = [NamedText("title", "", row["title"])] if row.get("title") else []
    return SearchDocument(
        key=row["id"],
        digest=b"",
        kind="page",
        id=row["id"],
        title=row.get("title", ""),
        texts=(*texts, NamedText("text", "", row["text"])),
    )


def scores(ranked: list[str], grades: dict[str, float]) -> tuple[float, float, float]:
    """nDCG@10, reciprocal rank within 10, recall@100 of one ranking."""
    gains = [grades.get(key, 0.0) / math.log2(i + 2) for i, key in enumerate(ranked[:10])]
    ideal = sorted((g for g in grades.values() if g > 0), reverse=True)[:10]
    best = sum(g / math.log2(i + 2) for i, g in enumerate(ideal))
    first = next((i for i, key in enumerate(ranked[:10], 1) if grades.get(key, 0) > 0), 0)
    relevant = {key for key, grade in grades.items() if grade > 0}
    found = len(relevant.intersection(ranked[:DEPTH]))
    return sum(gains) / best if best else 0.0, 1 / first if first else 0.0, found / len(relevant)


class Ours:
    """One of this project's engines."""

    def __init__(self, folder: Path, config: SearchConfig) -> None:
        self._finder = Finder(engine_opener(config)(folder))

    def index(self, rows: Iterable[dict[str, str]]) -> None:
        self._finder.engine.add(map(to_document, rows))
        self._finder.engine.commit()

    def rank(self, text: str, limit: int, *, marks: bool = False) -> list[str]:
        options = SearchOptions(limit=limit, match="any", highlight=marks)
        return [hit.document.key for hit in self._finder.find(text, options).hits]

    def close(self) -> None:
        self._finder.engine.close()


def ranker(backend: str, folder: Path, name: str) -> Ranker:
    """The engine or peer that is called so; ``name`` tells a collection's language."""
    chinese = name.startswith("zh")
    if backend == "bare-tantivy":
        return BareTantivy(folder, chinese=chinese)
    if backend.startswith("bare-opensearch"):
        own = backend.removeprefix("bare-opensearch").removeprefix("-") or "cjk"
        return BareOpenSearch(os.environ["OPENSEARCH_URL"], own if chinese else "english")
    if backend == "fts5":
        return Fts5(folder, chinese=chinese)
    return Ours(folder, SearchConfig(backend=backend, url=os.environ.get("OPENSEARCH_URL")))


def measure(collection: Collection, backend: str) -> Result:
    """Index, ask, time."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        engine = ranker(backend, folder, collection.name)
        clock = time.perf_counter if "opensearch" in backend else time.process_time
        start = clock()
        engine.index(collection.documents)
        seconds = clock() - start
        size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
        rows = [
            scores(engine.rank(text, DEPTH), collection.grades[key])
            for key, text in collection.queries
        ]
        plain = _times(engine, collection, clock, marks=False)
        marked = _times(engine, collection, clock, marks=True)
        engine.close()
    ndcg, mrr, recall = (mean(column) for column in zip(*rows, strict=True))
    rate = len(collection.documents) / seconds
    p50, p95 = _points(plain)
    return Result(ndcg, mrr, recall, rate, size / 1e6, p50, p95, _points(marked)[1])


def _times(
    engine: Ranker, collection: Collection, clock: Callable[[], float], *, marks: bool
) -> list[float]:
    found = []
    for _, text in collection.queries:
        start = clock()
        engine.rank(text, 10, marks=marks)
        found.append((clock() - start) * 1000)
    return found


def _points(times: list[float]) -> tuple[float, float]:
    cuts = quantiles(times, n=20) if len(times) > 1 else times * 19
    return cuts[9], cuts[18]


HEADER = (
    f"{'':12}{'nDCG@10':>9}{'MRR@10':>9}{'R@100':>9}{'docs/s':>9}{'MB':>8}"
    f"{'p50 ms':>9}{'p95 ms':>9}{'+marks':>9}"
)


def show(name: str, result: Result) -> None:
    """One line of figures."""
    a = f"{result.ndcg:9.4f}{result.mrr:9.4f}{result.recall:9.4f}"
    b = f"{result.documents_a_second:9.0f}{result.megabytes:8.1f}"
    print(f"{name:12}{a}{b}{result.p50:9.2f}{result.p95:9.2f}{result.highlighted_p95:9.2f}")


def averages(results: dict[str, Result]) -> dict[str, Result]:
    """Macro average by language."""
    languages: dict[str, list[Result]] = {}
    for name, result in results.items():
        languages.setdefault(name.partition("-")[0], []).append(result)
    return {
        f"{language} (mean)": Result(*(mean(column) for column in zip(*rows, strict=True)))
        for language, rows in languages.items()
        if len(rows) > 1
    }


def folders_of(places: Iterable[Path]) -> list[Path]:
    """The folders that hold questions: each place itself, or what is in it."""
    return [
        inner
        for place in places
        for inner in ([place] if (place / "docs.jsonl").exists() else sorted(place.iterdir()))
        if (inner / "docs.jsonl").exists()
    ]


def main() -> None:
    """Run over the folders of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR")
    parser.add_argument(
        "--backend",
        default="tantivy",
        help="tantivy, whoosh, opensearch; bare-tantivy, fts5, bare-opensearch (cjk), "
        "bare-opensearch-smartcn, bare-opensearch-icu; several by commas",
    )
    parser.add_argument("--half", choices=["all", "tune", "report"], default="all")
    parser.add_argument("--opensearch", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    with ExitStack() as stack:
        if options.opensearch:
            data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            cluster = Cluster(data, 1, heap="1g", library=options.opensearch)
            os.environ["OPENSEARCH_URL"] = stack.enter_context(cluster).urls
        for backend in options.backend.split(","):
            _run(backend, folders_of(options.folders), options.half)


def _run(backend: str, folders: list[Path], half: str) -> None:
    print(backend)
    print(HEADER)
    results = {}
    for folder in folders:
        results[folder.name] = measure(load(folder, half), backend)
        show(folder.name, results[folder.name])
    for name, result in averages(results).items():
        show(name, result)


if __name__ == "__main__":
    main()
