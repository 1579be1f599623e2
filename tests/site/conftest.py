"""A real Chromium, and a small site that it opens from a file and from a server."""

from __future__ import annotations

import functools
import http.server
import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import msgspec
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from kb.cases.record import Section, Turn
from kb.publish.renderer import SiteSettings
from kb.publish.serve import ServedSite, server_for
from kb.publish.site_build.site_builder import build
from tests.site.samples import Sample, at, double_charge

QUIET = [
    "--no-sandbox", "--disable-background-networking", "--disable-component-update",
    "--disable-default-apps", "--disable-sync", "--no-first-run", "--disable-domain-reliability",
]  # fmt: skip

COLUMNS = 60
"""Of the table in the site `odd`."""

Command: TypeAlias = Callable[..., subprocess.CompletedProcess[str]]
"""The fixture `kb`: runs the real command."""

SITE = SiteSettings(title="Casebook", language="zh", url=None, audience="internal")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
    if found is None:
        pytest.skip("no chromium on this machine: `make system` installs one")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's site."""
    out = tmp_path_factory.mktemp("site") / "internal"
    build(Sample(), out, SITE, out.parent / "memory")
    return out


@pytest.fixture(scope="session")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a case with a table of many columns, a long line of code and labelled links."""
    row = "".join(f"|value {n}" for n in range(COLUMNS))
    table = "".join(f"|=column {n}" for n in range(COLUMNS)) + f"\n{row}" * 4
    texts = [
        table, "{{code}}" + "x" * 400 + "{{/code}}",
        "[[rules>>https://example.org/rules]] and https://example.org/plain",
    ]  # fmt: skip
    turns = [Turn(round=1, speaker="QA", text=text, origin=at(20)) for text in texts]
    section = Section(label="Table", text=table, origin=at(30))
    case = msgspec.structs.replace(double_charge(), turns=tuple(turns), sections=(section,))
    out = tmp_path_factory.mktemp("odd")
    build(Sample(all_cases=[case]), out / "site", SITE, out / "memory")
    return out / "site"


class _Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def served(folder: Path) -> Iterator[str]:
    handler = functools.partial(_Silent, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def serving(site: Path) -> Iterator[str]:
    """Yield the URL at which our own server has the site, by a thread of this process."""
    api = ServedSite(
        root=site, search=lambda q, n: json.dumps([q, n]).encode(),
        hosts=frozenset({"127.0.0.1"}), version=lambda: "one",
    )  # fmt: skip
    with server_for(api, "127.0.0.1", 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(scope="session")
def server(site: Path) -> Iterator[str]:
    """The same site over HTTP, in a subfolder."""
    for url in served(site.parent):
        yield f"{url}/{site.name}"


@pytest.fixture(params=["file", "http"])
def home(request: pytest.FixtureRequest, site: Path) -> str:
    """Where the site stands: on disk, on a server."""
    return site.as_uri() if request.param == "file" else request.getfixturevalue("server")


class Watched:
    """A tab that keeps what went wrong: console messages, errors, requests to elsewhere."""

    def __init__(self, context: BrowserContext, allowed: str) -> None:
        self.trouble: list[str] = []
        self.page = context.new_page()
        self.page.on("console", lambda message: self.trouble.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.trouble.append(f"error: {error}"))
        self.page.on("request", lambda request: self._check(request.url, allowed))

    def _check(self, url: str, allowed: str) -> None:
        if not url.startswith((allowed, "data:")):
            self.trouble.append(f"request: {url}")


@pytest.fixture
def tab(browser: Browser, home: str) -> Iterator[Page]:
    """A tab with a reader's empty profile; at the end nothing may have gone wrong."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    watched = Watched(context, home)
    watched.page.set_default_timeout(10_000)
    yield watched.page
    context.close()
    assert watched.trouble == []
