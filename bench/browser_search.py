"""Search in a real Chromium, beside Pagefind on the same pages.

    python bench/browser_search.py SITE QUERIES.json [--peer pagefind] [--4g] [--limit N] [--misses]

SITE is a built site's folder, QUERIES a list of `{"q", "kind", "expect": [case ids]}`. Each query
is asked once in a fresh profile (cold, from navigation to the first ten results shown) and again
(warm, nothing fetched). Bytes are those of the bodies as gzip sends them: the engine and all that
the query loads; the page, its style and ui.js stand apart. Precision is over the first ten shown,
recall over all of `expect` (at most the first 100) and what "more" brings. `--4g` adds 40 ms a
request and 10 Mbit/s; its cold times stand in a column of their own.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import http.server
import json
import shutil
import sys
import tempfile
import threading
import urllib.parse
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import mean, median, quantiles
from typing import Any, NamedTuple

from playwright.sync_api import Browser, CDPSession, Page, Response, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.pagefind_peer import case_of, index

FIRST = 10
_SETTLED = 400
"""Milliseconds after a page's first answer in which a browser has other things to do."""
DEEPEST = 100
_TEXT = (".html", ".js", ".css", ".svg", ".xml", ".json")


class Asked(NamedTuple):
    """What one query cost and found."""

    kind: str
    bytes: int
    requests: int
    cold: float
    slow: float
    warm: float
    recall: float
    precision: float
    query: str


class _Gzip(http.server.SimpleHTTPRequestHandler):
    """Static files, compressed as a good server does it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path.split("?")[0]))
        if not path.is_file():
            self.send_error(404)
            return
        body = _packed(str(path))
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        if path.suffix in _TEXT:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@functools.lru_cache(maxsize=1000)
def _packed(path: str) -> bytes:
    data = Path(path).read_bytes()
    return gzip.compress(data, 9, mtime=0) if path.endswith(_TEXT) else data


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder over HTTP on this machine."""
    handler = functools.partial(_Gzip, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


class Engine(NamedTuple):
    """How a search is asked: ``script`` gives ids or URLs of the first n, ``mine`` its files."""

    name: str
    url: str
    mine: tuple[str, ...]
    script: str
    case_of: Callable[[str], str] = str


def ours(url: str) -> Engine:
    """The site's own search."""
    script = "async (q, n, all) => (await kb.search(q, n, all)).hits.map((hit) => hit.id)"
    return Engine("casebook", url, ("/search/", "/assets/search"), script)


def pagefind(url: str) -> Engine:
    """Pagefind on a page of its own."""
    return Engine(
        "pagefind", url, ("/pagefind/",), "async (q, n) => await window.ask(q, n)", case_of
    )


def ask(browser: Browser, engine: Engine, query: dict[str, Any], slow: bool) -> Asked:
    """One query, cold and warm, in a profile of its own."""
    context = browser.new_context()
    try:
        page = context.new_page()
        spent: list[Response] = []
        page.on("response", lambda response: spent.append(response))  # noqa: PLW0108  (it is marked)
        cold = _cold(page, engine, query["q"], None)
        mine = [r for r in spent if any(part in r.url for part in engine.mine)]
        size = sum(int(r.headers["content-length"]) for r in mine)
        depth = max(FIRST, min(len(query["expect"]), DEEPEST))
        page.wait_for_timeout(_SETTLED)
        times, first, found = page.evaluate(_ASK % engine.script, [query["q"], FIRST, depth])
    finally:
        context.close()
    later = _slow_time(browser, engine, query["q"]) if slow else 0.0
    first, found = (list(map(engine.case_of, ids)) for ids in (first, found))
    judged = _judge(first, found, query["expect"])
    warm = sorted(times)[2]
    return Asked(query["kind"], size, len(mine), cold, later, warm, *judged, query["q"])


_ASK = """async ([q, first, depth]) => {
  const ask = %s;
  const times = [];
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    await ask(q, first);
    times.push(performance.now() - start);
  }
  return [times, await ask(q, first), await ask(q, depth, true)];
}"""


def _cold(page: Page, engine: Engine, text: str, session: CDPSession | None) -> float:
    page.set_default_timeout(120_000)
    if session is not None:
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", _FOUR_G)
    page.goto(f"{engine.url}/index.html?q={urllib.parse.quote(text)}")
    wanted = json.dumps(text, ensure_ascii=False)
    page.wait_for_selector(f"html[data-answered={wanted}]", state="attached")
    return float(page.evaluate("performance.getEntriesByName('kb-answered')[0].startTime"))


_FOUR_G = {"offline": False, "latency": 40, "downloadThroughput": 1.25e6, "uploadThroughput": 1e6}


def _slow_time(browser: Browser, engine: Engine, text: str) -> float:
    """Cold milliseconds over a mobile network."""
    context = browser.new_context()
    try:
        page = context.new_page()
        return _cold(page, engine, text, context.new_cdp_session(page))
    finally:
        context.close()


def _judge(first: list[str], found: list[str], expect: Iterable[str]) -> tuple[float, float]:
    wanted = set(expect)
    most = min(len(wanted), DEEPEST)
    recall = min(1.0, len(wanted & set(found)) / most) if wanted else float(not first)
    right = sum(case in wanted for case in first)
    return recall, right / len(first) if first else 1.0


HEAD = (
    f"{'engine':<9} {'kind':<11} {'n':>4} {'kB':>6} {'max kB':>6} {'req':>5} {'max':>4}"
    f" {'cold ms':>7} {'4g ms':>6} {'warm50':>7} {'warm95':>7} {'recall':>6} {'prec10':>6}"
)


def report(name: str, kind: str, rows: list[Asked]) -> str:
    """A line of the table."""
    kilobytes = [row.bytes / 1000 for row in rows]
    requests = [row.requests for row in rows]
    warm = [row.warm for row in rows]
    last = quantiles(warm, n=20)[-1] if len(warm) > 1 else warm[0]
    return (
        f"{name:<9} {kind:<11} {len(rows):>4} {mean(kilobytes):>6.1f} {max(kilobytes):>6.1f}"
        f" {mean(requests):>5.1f} {max(requests):>4} {median(r.cold for r in rows):>7.0f}"
        f" {median(r.slow for r in rows):>6.0f} {median(warm):>7.2f} {last:>7.2f}"
        f" {mean(row.recall for row in rows):>6.3f} {mean(row.precision for row in rows):>6.3f}"
    )


def tell(name: str, rows: list[Asked], *, misses: bool) -> None:
    """A line for each kind and one for all."""
    kinds: dict[str, list[Asked]] = defaultdict(list)
    for row in rows:
        kinds[row.kind].append(row)
    for kind, some in sorted(kinds.items()):
        print(report(name, kind, some))
    print(report(name, "all", rows))
    for row in rows if misses else ():
        if row.recall < 1 or row.precision < 1 or row.bytes > 35_000 or row.requests > 14:
            print(f"  {row.kind}: {row.query}: recall {row.recall:.2f} precision"
                  f" {row.precision:.2f}, {row.bytes / 1000:.1f} kB, {row.requests}")  # fmt: skip


def size_of(folder: Path) -> str:
    """Files under a folder and their MB, gzipped one by one."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    packed = sum(len(_packed(str(path))) for path in paths)
    return f"{packed / 1e6:.1f} MB gzipped in {len(paths)} files"


def main() -> None:
    """Ask all queries, print a line for each kind and one for all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path)
    parser.add_argument("queries", type=Path)
    parser.add_argument("--peer", choices=["pagefind"], help="ask it the same, beside ours")
    parser.add_argument("--4g", dest="slow", action="store_true", help="as over a mobile network")
    parser.add_argument("--limit", type=int, default=0, help="only the first N queries")
    parser.add_argument("--misses", action="store_true", help="print what was not as wanted")
    options = parser.parse_args()
    queries = json.loads(options.queries.read_text("utf-8"))[: options.limit or None]
    print(f"terms: {size_of(options.site / 'search' / 't')};"
          f" texts: {size_of(options.site / 'search' / 'd')}")  # fmt: skip
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        engines = [ours(stack.enter_context(served(options.site)))]
        if options.peer:
            spent = index(options.site, folder)
            if spent is None:
                print("pagefind: did not index this site to the end")
            else:
                print(f"pagefind: {size_of(folder / 'pagefind')}, indexed in {spent[0]:.1f} s of"
                      f" CPU, {spent[1]:.0f} MB")  # fmt: skip
                engines.append(pagefind(stack.enter_context(served(folder))))
        playwright = stack.enter_context(sync_playwright())
        chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
        launch = functools.partial(playwright.chromium.launch, args=["--no-sandbox"])
        browser = launch(executable_path=chromium) if chromium else launch()
        asked = [[ask(browser, engine, q, options.slow) for engine in engines] for q in queries]
        browser.close()
    print(HEAD)
    for engine, rows in zip(engines, zip(*asked, strict=True), strict=True):
        tell(engine.name, list(rows), misses=options.misses)
    mine = [row[0] for row in asked]
    passed = sum(row.recall == 1 and row.precision == 1 for row in mine)
    print(f"{passed} passed, {len(mine) - passed} failed")


if __name__ == "__main__":
    main()
