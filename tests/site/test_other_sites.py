"""Pages of other sites read nothing of ours: a real Chromium on a hostile page beside the site."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Browser, Page

from kb.publish.headers import HEADERS, header_files
from kb.publish.pages.source_page import versions_script
from kb.publish.paths import url_of
from tests.site.conftest import Watched, served, serving

FUNCTIONS = "kbA kbD kbF kbL kbT kbV kbX"

_TAKES = f"""
self.taken = [];
for (const name of "{FUNCTIONS}".split(" ")) self[name] = (...given) => taken.push([name, given]);
"""
_WINDOW = f"""<!doctype html><script>{_TAKES}
for (const fake of [
  () => Object.defineProperty(self, "location", {{ value: {{ protocol: "file:" }} }}),
  () => {{ Location.prototype.__defineGetter__("protocol", () => "file:"); }},
  () => {{ String.prototype.valueOf = () => "file:"; }},
]) try {{ fake(); }} catch {{ }}
self.load = (url) => new Promise((done) => {{
  const script = document.createElement("script");
  script.src = url;
  script.onload = script.onerror = done;
  document.head.append(script);
}});
</script>"""
_WORKER = f"""{_TAKES}
const put = (name, value) => Object.defineProperty(self, name, {{ get: () => value }});
put("location", {{ protocol: "file:" }});
let times = 0;
put("document", {{ get all() {{ return [1, undefined, document, null][times++ % 4]; }} }});
self.onmessage = ({{ data }}) => {{
  for (const url of [...data, ...data, ...data, ...data]) try {{ importScripts(url); }} catch {{ }}
  postMessage(taken);
}};
"""


class _Hostile(http.server.BaseHTTPRequestHandler):
    """Another site's pages and scripts."""

    def do_GET(self) -> None:
        """Answer with the page, or the worker."""
        name = self.path[1:]
        texts = {"": _WINDOW, "worker.js": _WORKER, "plain.js": 'kbX("taken")'}
        kind, text = "text/javascript" if name else "text/html", texts.get(name, "")
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def hostile() -> Iterator[str]:
    """The URL of a site that wants to read ours."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Hostile) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(scope="module")
def data(site: Path) -> list[str]:
    """Paths of all files of data, one of each kind of texts among them."""
    script = site / "page" / "all~versions.js"
    script.write_bytes(versions_script([("1.1", "secret"), ("1.2", "secret\nmore")]))
    return [p.relative_to(site).as_posix() for p in [*site.rglob("search/**/*.js"), script]]


@pytest.fixture(scope="module")
def kb_serve(site: Path) -> Iterator[str]:
    """The site from our own server."""
    yield from serving(site)


@pytest.fixture(scope="module")
def plain(site: Path) -> Iterator[str]:
    """The site from a server that says no header."""
    yield from served(site)


def taken_by(page: Page, urls: list[str]) -> tuple[object, object]:
    """What a page gets of scripts, and what a worker of it gets."""
    by_page = page.evaluate(
        "async (urls) => { for (const u of urls) await load(u); return taken }", urls
    )
    by_worker = page.evaluate(
        """(urls) => new Promise((done) => {
             const worker = new Worker("/worker.js");
             worker.onmessage = ({ data }) => done(data);
             worker.postMessage(urls);
           })""",
        urls,
    )  # fmt: skip
    return by_page, by_worker


@pytest.mark.parametrize("server_name", ["kb_serve", "plain"])
def test_no_page_of_another_site_reads_the_data(
    browser: Browser, hostile: str, data: list[str], server_name: str,
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    """Loaded as scripts in a page and a worker that pretend to be a folder's, they call nothing."""
    page = browser.new_page()
    page.goto(hostile)
    ours = request.getfixturevalue(server_name)
    assert taken_by(page, [f"{ours}/{path}" for path in data]) == ([], [])
    control = taken_by(page, [f"{hostile}/plain.js"])
    assert control == ([["kbX", ["taken"]]], [["kbX", ["taken"]]] * 4)
    page.close()


def test_the_same_files_are_read_in_a_folder(browser: Browser, site: Path, data: list[str]) -> None:
    """That nothing is taken is the condition's doing: from a folder each of them makes its call."""
    page = browser.new_page()
    page.goto((site / "index.html").as_uri())
    page.evaluate(f"() => {{ {_TAKES} }}")
    for path in data:
        page.add_script_tag(url=(site / path).as_uri())
    assert len(page.evaluate("taken")) == len(data)
    page.close()


ASKED = {
    "a reader's address bar": (("none", "navigate", "document"), 200),
    "our own page": (("same-origin", "cors", "empty"), 200),
    "a program": ((), 200),
    "a link elsewhere": (("cross-site", "navigate", "document"), 200),
    "a script elsewhere": (("cross-site", "no-cors", "script"), 403),
    "another port": (("same-site", "no-cors", "script"), 403),
    "a frame elsewhere": (("cross-site", "navigate", "iframe"), 403),
}  # fmt: skip
"""Who → what a browser says of them (Site, Mode, Dest), and the answer."""


@pytest.mark.parametrize("who", ASKED)
@pytest.mark.parametrize("path", ["/", "/search/d/0/0.js", "/api/search?q=x", "/nothing"])
def test_kb_serve_answers_its_own_pages_alone(kb_serve: str, who: str, path: str) -> None:
    """By what a browser says of who asks; every answer has the headers."""
    said, expected = ASKED[who]
    headers = dict(zip(("Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest"), said, strict=False))
    answer = httpx.get(kb_serve + path, headers=headers)
    assert answer.status_code == (404 if path == "/nothing" and expected == 200 else expected)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_the_site_brings_the_headers_for_other_servers(site: Path) -> None:
    """nginx, Apache and Netlify are told the same headers by files of the site."""
    for path, text in header_files():
        assert (site / path).read_bytes() == text
        assert all(name.encode() in text and HEADERS[name].encode() in text for name in HEADERS)


def test_the_site_works_under_the_headers(browser: Browser, site: Path) -> None:
    """From our own server every kind of page is whole: no header keeps anything of ours away."""
    kinds = {path.relative_to(site).parts[0]: path for path in sorted(site.rglob("*.html"))}
    assert len(kinds) > 10
    for root in serving(site):
        context = browser.new_context()
        tab = Watched(context, root)
        for path in [*kinds.values(), *site.rglob("*~versions.html")]:
            tab.page.goto(f"{root}/{url_of(path.relative_to(site).as_posix())}")
            tab.page.wait_for_load_state("networkidle")
        assert tab.page.locator("#diff tr").count() > 3
        for query in ("扣费", "refund OR 退款", "0404"):
            tab.page.goto(f"{root}/index.html?q={quote(query)}")
            tab.page.locator(".card").first.wait_for()
        assert tab.trouble == []
        context.close()
