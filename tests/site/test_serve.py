"""`kb serve` in a process of its own, asked over HTTP."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.site.conftest import Command, serving


@pytest.fixture(scope="module")
def client(site: Path) -> Iterator[httpx.Client]:
    """The sample's site from a server in this process."""
    for url in serving(site):
        with httpx.Client(base_url=url) as client:
            yield client


def test_pages_scripts_and_the_api_are_served(client: httpx.Client) -> None:
    """Pages, scripts and the API are served with their types; a limit that is no number is ten."""
    page = client.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "/api/live.js" in page.text
    assert client.get("/case/xwiki/demo_case~2346_20200410.html").status_code == 200
    assert client.get("/assets/search.js").headers["content-type"].startswith("text/javascript")
    assert client.get("/api/search", params={"q": "扣费", "limit": 3}).json() == ["扣费", 3]
    assert client.get("/api/search", params={"q": "x", "limit": "²"}).json() == ["x", 10]
    assert client.get("/api/version").text == "one"


@pytest.mark.parametrize(
    "path",
    [
        "/nothing.html",
        "/../memory",
        "/%2e%2e/memory/x",
        "/.casebook",
        "/a%00b",
        "/case/",
        "/x" * 99,
    ],
)
def test_what_is_not_of_the_site_is_not_found(client: httpx.Client, path: str) -> None:
    """Paths out of the site, hidden files and folders without a page are 404."""
    answer = client.get(path)
    assert answer.status_code == 404
    assert client.get("/").status_code == 200


def test_another_hosts_name_is_refused(client: httpx.Client) -> None:
    """A request under another host's name is refused, so that no page elsewhere can borrow it."""
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 421
    assert client.get("/api/search?q=x", headers={"Host": "evil.example"}).status_code == 421


def test_a_reader_who_has_it_gets_nothing_twice(client: httpx.Client) -> None:
    """A file that the reader has already is answered with 304 and no body."""
    first = client.get("/assets/site.css")
    again = client.get("/assets/site.css", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_texts_are_compressed(client: httpx.Client, site: Path) -> None:
    """Texts are sent gzipped to those who accept that, and plain to others."""
    with client.stream("GET", "/assets/site.css") as answer:
        assert answer.headers["content-encoding"] == "gzip"
        raw = b"".join(answer.iter_raw())
    assert gzip.decompress(raw) == (site / "assets" / "site.css").read_bytes()
    plain = client.get("/assets/site.css", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize(
    ("asked", "part"),
    [("bytes=0-9", slice(0, 10)), ("bytes=10-", slice(10, None)), ("bytes=-7", slice(-7, None))],
)
def test_parts_are_served(client: httpx.Client, site: Path, asked: str, part: slice) -> None:
    """Ranges are served as asked for; one beyond the end is 416."""
    whole = (site / "assets" / "ui.js").read_bytes()
    answer = client.get("/assets/ui.js", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, whole[part])
    beyond = client.get("/assets/ui.js", headers={"Range": "bytes=9999999-"})
    assert beyond.status_code == 416


@pytest.mark.parametrize("number", ["1" * 5000, "²", "-1", "x"])
def test_odd_numbers_are_answered(client: httpx.Client, number: str) -> None:
    """A limit or a part that is no number of any use is passed over."""
    assert client.get("/api/search", params={"q": "退款", "limit": number}).status_code == 200
    asked = {b"Range": f"bytes=0-{number}".encode()}
    assert client.get("/index.html", headers=asked).status_code == 200


def test_head_says_the_same_without_a_body(client: httpx.Client) -> None:
    """HEAD has the headers of GET and no body."""
    head, get = client.head("/assets/ui.js"), client.get("/assets/ui.js")
    assert head.content == b""
    assert head.headers["etag"] == get.headers["etag"]


def test_the_command_serves_the_real_sample_and_answers(
    kb: Command, shared: Path, tmp_path: Path
) -> None:
    """`kb serve` builds the real sample, serves its pages and answers searches."""
    dump = shared / "samples" / "after-sales-cases.blame.txt"
    kb("import", dump, "--page-name", "Support.Cases.WebHome")
    with subprocess.Popen(
        [sys.executable, "-m", "kb", "serve", "--port", "0"], cwd=tmp_path, text=True,
        stderr=subprocess.PIPE, env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200"},
    ) as process:  # fmt: skip
        assert process.stderr is not None
        line = next(line for line in process.stderr if "serving" in line)
        url = re.search(r"http://\S+?/", line)
        assert url
        found = httpx.get(f"{url[0]}api/search", params={"q": "重复扣费"}, timeout=60).json()
        assert found["hits"][0]["id"] == "szds_case#46_20200410"
        assert "此单重复扣费" in httpx.get(f"{url[0]}case/xwiki/szds_case~2346_20200410.html").text
        process.terminate()
    assert Path(tmp_path / "build" / "internal").is_dir()
