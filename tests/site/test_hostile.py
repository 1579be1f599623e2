"""Hostile values in every place that a wiki can fill: none runs, none breaks a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from lxml import etree
from playwright.sync_api import Browser

from kb.archive import AttachmentView, LineView, RevisionView
from kb.cases.record import Case
from kb.model import Comment, PageId
from kb.publish.paths import case_path, page_path
from kb.publish.site_build.site_builder import build
from kb.redact.material import MaterialPage, MaterialVersion
from tests.site.conftest import SITE, Watched
from tests.site.samples import LOG_SHA, PAGE, PIXEL, PIXEL_SHA, Sample, double_charge, page
from tests.site.validity import wrong_with_page

PAYLOADS = [
    "<script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    '"\' onmouseover=window.hit=1 autofocus onfocus=window.hit=1 x="',
    "</title></style></textarea><svg onload=window.hit=1>",
    "javascript:window.hit=1",
    "{{ 7*7 }}{% raw %}</script><script>window.hit=1</script>",
    "]]><iframe srcdoc='<script>parent.hit=1</script>'>",
    "\u2028\u2029\u0000\ufffe\u202e x",
]


LINKING = {"lines", "version", "date", "page", "wiki", "locale", "change", "status", "kind",
           "sha256", "history", "schema_version", "origins", "language"}  # fmt: skip
FIXED = {"lines", "change", "status", "history", "schema_version", "origins", "sha256"}
"""What a wiki cannot say freely."""


def poisoned(value: Any, payload: str, kept: set[str] = LINKING) -> Any:
    """Every text inside ``value`` with the payload behind it, but what links records."""
    if isinstance(value, str):
        return value + payload
    if isinstance(value, list):
        return [poisoned(item, payload, kept) for item in value]
    if isinstance(value, dict):
        return {k: v if k in kept else poisoned(v, payload, kept) for k, v in value.items()}
    return value


def hostile(payload: str) -> Sample:
    raw = poisoned(msgspec.to_builtins(double_charge()), payload)
    raw["source"]["url"] = "javascript:window.hit=1"
    case = msgspec.convert(raw, Case)
    lines = tuple(
        msgspec.structs.replace(line, text=payload, author=payload, version=payload)
        for line in page().lines
    )
    name = PageId(PAGE.wiki, PAGE.page)
    view = msgspec.structs.replace(
        page(), id=name, title=payload, url="javascript:window.hit=1", lines=lines, tags=(payload,)
    )
    return Sample(all_cases=[case], all_pages=[view])


class Everywhere(Sample):
    """A wiki that says the payload wherever it may say anything: names, dates, versions, files."""

    def __init__(self, payload: str) -> None:
        raw = poisoned(msgspec.to_builtins(double_charge()), payload, FIXED)
        for file in raw["attachments"]:
            file["sha256"] = PIXEL_SHA
        case = msgspec.convert(raw, Case)
        ref = PageId("xwiki" + payload, f"Space{payload}.Page{payload}", payload)
        names = (f"{payload}.png", f"x{payload}.log", f"{payload}.svg", payload)
        files = tuple(
            AttachmentView(
                name=name, version=payload, sha256=LOG_SHA if "log" in name else PIXEL_SHA,
                size=1, mimetype=payload, author=payload, date=payload, comment=payload,
            )
            for name in names
        )  # fmt: skip
        texts = (f"{{{{html}}}}{payload}{{{{/html}}}}", payload, f"[[{payload}>>{payload}]]")
        comments = tuple(
            Comment(
                number=n, text=text, author=payload, date=payload, reply_to=n - 1, selection=text
            )
            for n, text in enumerate(texts)
        )
        lines = tuple(
            LineView(n, text, payload, payload, payload) for n, text in enumerate(texts, 1)
        )
        source = msgspec.structs.replace(
            case.source, wiki=ref.wiki, page=ref.page, locale=ref.locale, url=payload
        )
        views = [
            msgspec.structs.replace(
                page(), id=msgspec.structs.replace(ref, locale=f"{n}{payload}" if n else payload),
                title=payload, syntax=syntax, default_locale=payload, version=payload, url=payload,
                parent=payload, creator=payload, created=payload, modified=payload, lines=lines,
                attachments=files, comments=comments, tags=(payload,), digest=bytes([n]),
            )
            for n, syntax in enumerate(("xwiki/2.1", payload, "html/4.01", "markdown/1.2"))
        ]  # fmt: skip
        blobs = {PIXEL_SHA: PIXEL, LOG_SHA: payload.encode()}
        super().__init__([msgspec.structs.replace(case, source=source)], views, blobs)
        self._payload = payload

    def pages(self) -> Iterator[MaterialPage]:
        about = RevisionView(
            version=self._payload, author=self._payload, date=self._payload, held=True,
            comment=self._payload, minor=None, title=self._payload, syntax=None,
        )  # fmt: skip
        other = msgspec.structs.replace(about, version="2" + self._payload)
        versions = [MaterialVersion(about, self._payload), MaterialVersion(other, "x")]
        for shown in super().pages():
            yield replace(shown, versions=lambda: versions)


@pytest.mark.parametrize(
    "number",
    [pytest.param(n, marks=pytest.mark.prove if n > 1 else ()) for n in range(len(PAYLOADS))],
)
def test_no_payload_runs_on_any_page(browser: Browser, tmp_path: Path, number: int) -> None:
    """A payload in every text of cases and pages runs nowhere and leaves every page valid."""
    out = tmp_path / "out"
    site = msgspec.structs.replace(SITE, url="https://x.org")
    build(Everywhere(PAYLOADS[number]), out, site, tmp_path / "memory")
    context = browser.new_context()
    tab = Watched(context, "file:")
    kinds: dict[str, Path] = {}
    for path in [*sorted(out.rglob("*/**/*.html")), out / "index.html", out / "problems.html"]:
        kinds.setdefault("/".join(path.relative_to(out).parts[:2]) + path.name[-14:], path)
    for path in kinds.values():
        tab.page.goto("file://" + quote(str(path), safe="/~"))
        tab.page.mouse.move(200, 200)
        assert tab.page.evaluate("window.hit") is None, path
        assert tab.page.locator("iframe, main script, [onmouseover]").count() == 0, path
        assert tab.page.locator("a[href^='javascript']").count() == 0, path
        assert tab.trouble == [], path
        assert wrong_with_page(path.read_text("utf-8")) == [], path
    for name in ("feed.xml", "sitemap.xml", "opensearch.xml"):
        etree.fromstring((out / name).read_bytes())
    assert tab.trouble == []
    context.close()


def test_no_payload_runs(browser: Browser, tmp_path: Path) -> None:
    """A payload in a case's texts runs neither on its page nor in lists or search."""
    for number, payload in enumerate(PAYLOADS):
        out = tmp_path / str(number)
        sample = hostile(payload)
        build(sample, out, SITE, tmp_path / "memory")
        context = browser.new_context()
        tab = Watched(context, "file:")
        case = sample.all_cases[0]
        paths = ["index.html?q=扣费", "cases.html", "pages.html", page_path(PAGE)]
        for path in [*paths, case_path("xwiki", case.id).replace("%", "%25")]:
            tab.page.goto(f"file://{out}/{path}")
            tab.page.mouse.move(200, 200)
            assert tab.page.evaluate("window.hit") is None, (payload, path)
            assert tab.page.locator("iframe, main script, [onmouseover]").count() == 0
            assert tab.page.locator("a[href^='javascript']").count() == 0
        assert tab.trouble == [], payload
        context.close()
