"""Search at size: `python bench/search_scale.py [--cases 10000] [--short 1000000] [--backend B]`.

With `--opensearch FOLDER` on three nodes, a process each; the libraries are kept in FOLDER.

Identifiers over generated cases (exact, first 8, last 4, any 5 inside: found, extra, ms), ordinary
queries, and short documents by the million. Times are CPU time of this process unless the engine
is elsewhere, then wall time.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from itertools import accumulate
from pathlib import Path
from random import Random
from statistics import median, quantiles

from bench.cluster import Cluster
from bench.made_cases import ZH, cases, documents
from kb.config import SearchConfig
from kb.search.asking.finder import Finder
from kb.search.asking.hits import SearchOptions
from kb.search.documents.search_document import NamedText, SearchDocument
from kb.search.service import engine_opener

QUERIES = (
    "重复扣费",
    "退款 微信",
    "平台超时",
    "refund 金额",
    "status:resolved 登录",
    "心跳异常 网络",
)
PLAIN = SearchOptions(limit=1000, highlight=False)


class Numbers:
    """Every number of the cases as a line of one text, which is quick to scan."""

    def __init__(self, count: int) -> None:
        rows = [
            (case.id, number)
            for case in cases(count)
            # the numbers in a case's id count as well
            for number in (*(f.value for f in case.fields), *case.id.split("#")[1].split("_"))
        ]
        self._keys = [key for key, _ in rows]
        lines = [number for _, number in rows]
        self._starts = list(accumulate((len(line) + 1 for line in lines), initial=1))
        self._text = "\n" + "\n".join(lines) + "\n"
        self.fields = [number for number in lines if len(number) > 8]

    def holding(self, part: str) -> set[str]:
        """Keys of the cases that have a number with this in it; a line's end is part of it."""
        found, at = set(), self._text.find(part)
        while at >= 0:
            inside = at + part.startswith("\n")
            found.add(self._keys[bisect_right(self._starts, inside) - 1])
            at = self._text.find(part, at + 1)
        return found


def identifiers(finder: Finder, count: int, clock: Callable[[], float]) -> None:
    """Every way to ask for a number, against a scan of the numbers themselves."""
    numbers, random = Numbers(count), Random(7)
    ways: dict[str, Callable[[str], tuple[str, str]]] = {
        "exact": lambda n: (n, n),
        "first 8": lambda n: (n[:8] + "*", "\n" + n[:8]),
        "last 4": lambda n: ("*" + n[-4:], n[-4:] + "\n"),
        "5 inside": lambda n: (n[3:8], n[3:8]),
    }
    for way, make in ways.items():
        found = missing = extra = 0
        times = []
        for number in random.sample(numbers.fields, 200):
            query, part = make(number)
            start = clock()
            hits = finder.find(query, PLAIN)
            times.append((clock() - start) * 1000)
            got, wanted = {hit.document.key for hit in hits.hits}, numbers.holding(part)
            found += len(got & wanted)
            missing += len(wanted - got)
            extra += len(got - wanted)
        print(f"  {way:9} {found:6} found, {missing} missing, {extra} extra; {_ms(times)}")


def _ms(times: list[float]) -> str:
    return f"p50 {median(times):.3f} ms, p95 {quantiles(times, n=20)[18]:.3f} ms"


def queries(finder: Finder, clock: Callable[[], float]) -> None:
    """Ordinary queries, ten hits with highlights and without."""
    for highlight in (False, True):
        by_query = defaultdict(list)
        for _ in range(20):
            for query in QUERIES:
                start = clock()
                finder.find(query, SearchOptions(highlight=highlight))
                by_query[query].append((clock() - start) * 1000)
        times = [t for row in by_query.values() for t in row]
        print(f"  queries {'with' if highlight else 'without'} marks: {_ms(times)}")


def short(count: int, number: int) -> SearchDocument:
    """A document of one line."""
    random = Random(number)
    words = random.sample(ZH, 5)
    text = f"{''.join(words)} {random.randrange(10**11):011} unit{number % 5000}"
    return SearchDocument(
        key=str(number), digest=b"", id=str(number), texts=(NamedText("text", "", text),)
    )


def millions(folder: Path, count: int) -> None:
    """So many short documents."""
    finder = Finder(engine_opener(SearchConfig())(folder))
    start = time.process_time()
    finder.engine.add(short(count, i) for i in range(count))
    finder.engine.commit()
    seconds = time.process_time() - start
    size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
    print(f"{count} short documents: {count / seconds:.0f}/s, {size / 1e6:.0f} MB")
    times = []
    for i in range(300):
        words = ("扣费退款", "平台 超时", f"unit{i}", f"微信 unit{i * 7}", f"*{i:04}")
        start = time.process_time()
        finder.find(words[i % 5])
        times.append((time.process_time() - start) * 1000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {_ms(times)}; peak memory {peak:.0f} MB")


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--short", type=int, default=0)
    parser.add_argument("--backend", default="tantivy")
    parser.add_argument("--url")
    parser.add_argument("--opensearch", type=Path, metavar="FOLDER")
    asked = parser.parse_args()
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        config = SearchConfig(backend=asked.backend, url=asked.url)
        if asked.opensearch:
            cluster = stack.enter_context(Cluster(place, heap="1g", library=asked.opensearch))
            settings = {"shards": "3", "replicas": "1"}
            config = SearchConfig(backend="opensearch", url=cluster.urls, settings=settings)
        measure(config, place, asked.cases)
        if asked.short:
            millions(place / "short", asked.short)


def measure(config: SearchConfig, place: Path, count: int) -> None:
    """Generated cases: how quickly they are indexed and found."""
    clock = time.perf_counter if config.url else time.process_time
    finder = Finder(engine_opener(config)(place / f"bench{time.time_ns()}"))
    start = clock()
    finder.engine.add(documents(count))
    finder.engine.commit()
    seconds = clock() - start
    print(f"{count} cases on {config.backend}: {count / seconds:.0f}/s, made too", flush=True)
    identifiers(finder, count, clock)
    queries(finder, clock)


if __name__ == "__main__":
    main()
