"""Search in a real Chromium: `python bench/browser_search.py SITE QUERIES.json [--limit N] [--4g]`.

SITE is a built site's folder, QUERIES a list of `{"q", "kind", "expect": [case ids]}`. Each query
is asked once in a fresh profile (cold, from navigation to the first ten results) and again at
once (warm, no network). Bytes are those of the bodies as gzip sends them: the engine and all that
the query loads; the page, its style and ui.js stand apart. Recall is over all of `expect`,
precision over the first ten. `--4g` adds 40 ms a request and 10 Mbit/s.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import http.server
import json
import shutil
import threading
import urllib.parse
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import mean, median, quantiles
from typing import Any, NamedTuple

from playwright.sync_api import Browser, BrowserContext, Page, Response, sync_playwright

FIRST = 10
_TEXT = (".html", ".js", ".css", ".svg", ".xml", ".json")


class Asked(NamedTuple):
    """What one query cost and found."""

    kind: str
    bytes: int
    requests: int
    cold: float
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


@functools.lru_cache(maxsize=20_000)
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


def ask(browser: Browser, url: str, query: dict[str, Any], slow: bool) -> Asked:
    """One query, cold and warm, in a profile of its own."""
    context = browser.new_context()
    try:
        page = context.new_page()
        page.set_default_timeout(60_000)
        if slow:
            _slow(context, page)
        spent: list[Response] = []
        page.on("response", lambda response: spent.append(response))  # noqa: PLW0108  (it is marked)
        text = query["q"]
        page.goto(f"{url}/index.html?q={urllib.parse.quote(text)}")
        wanted = json.dumps(text, ensure_ascii=False)
        page.wait_for_selector(f"html[data-answered={wanted}]", state="attached")
        cold = page.evaluate("performance.getEntriesByName('kb-answered')[0].startTime")
        search = [r for r in spent if "/search/" in r.url or r.url.endswith("/search.js")]
        size = sum(int(r.headers["content-length"]) for r in search)
        limit = max(FIRST, len(query["expect"]))
        found = page.evaluate(_ASK, [text, limit])
        warm = page.evaluate(_TIME, [text, FIRST])
    finally:
        context.close()
    return Asked(
        query["kind"], size, len(search), cold, warm, *_judge(found, query["expect"]), text
    )


_ASK = "async ([q, n]) => (await kb.search(q, n)).hits.map((hit) => hit.id)"
_TIME = """async ([q, n]) => {
  const times = [];
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    await kb.search(q, n);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[2];
}"""


def _judge(found: list[str], expect: Iterable[str]) -> tuple[float, float]:
    wanted = set(expect)
    recall = len(wanted & set(found)) / len(wanted) if wanted else float(not found)
    first = found[:FIRST]
    precision = sum(case in wanted for case in first) / len(first) if first else 1.0
    return recall, precision


def _slow(context: BrowserContext, page: Page) -> None:
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 40, "downloadThroughput": 1.25e6, "uploadThroughput": 1.25e6},
    )


def report(kind: str, rows: list[Asked]) -> str:
    """A line of the table."""
    kilobytes = [row.bytes / 1000 for row in rows]
    warm = [row.warm for row in rows]
    last = quantiles(warm, n=20)[-1] if len(warm) > 1 else warm[0]
    return (
        f"{kind:<12} {len(rows):>4} {mean(kilobytes):>7.1f} {max(kilobytes):>7.1f}"
        f" {mean(row.requests for row in rows):>5.1f} {median(row.cold for row in rows):>7.0f}"
        f" {median(warm):>7.2f} {last:>7.2f} {mean(row.recall for row in rows):>7.3f}"
        f" {mean(row.precision for row in rows):>7.3f}"
    )


def main() -> None:
    """Ask all queries, print a line for each kind and one for all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path)
    parser.add_argument("queries", type=Path)
    parser.add_argument("--limit", type=int, default=0, help="only the first N queries")
    parser.add_argument("--4g", dest="slow", action="store_true", help="as over a mobile network")
    parser.add_argument("--misses", action="store_true", help="print the queries that failed")
    options = parser.parse_args()
    queries = json.loads(options.queries.read_text("utf-8"))[: options.limit or None]
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    with sync_playwright() as playwright, served(options.site) as url:
        launch = functools.partial(playwright.chromium.launch, args=["--no-sandbox"])
        browser = launch(executable_path=chromium) if chromium else launch()
        rows = [ask(browser, url, query, options.slow) for query in queries]
        browser.close()
    kinds: dict[str, list[Asked]] = defaultdict(list)
    for row in rows:
        kinds[row.kind].append(row)
    print(
        f"{'kind':<12} {'n':>4} {'kB':>7} {'max kB':>7} {'req':>5} {'cold ms':>7} {'warm50':>7}"
        f" {'warm95':>7} {'recall':>7} {'prec10':>7}"
    )
    for kind, some in sorted(kinds.items()):
        print(report(kind, some))
    print(report("all", rows))
    missed = [row for row in rows if row.recall < 1 or row.precision < 1]
    for row in missed if options.misses else ():
        print(f"  {row.kind}: {row.query}: recall {row.recall:.2f} precision {row.precision:.2f}")
    print(f"{len(rows) - len(missed)} passed, {len(missed)} failed")


if __name__ == "__main__":
    main()
