"""Hostile values in every place that a wiki can fill: none runs, none breaks a page."""

from __future__ import annotations

import msgspec
from conftest import SITE, Watched
from samples import PAGE, Sample, double_charge, page

from kb.model import PageId
from kb.publish.build import build
from kb.publish.names import case_path, page_path

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


def poisoned(value: object, payload: str) -> object:
    """Every text inside ``value`` with the payload behind it, but what links records."""
    kept = {"lines", "version", "date", "page", "wiki", "locale", "change", "status", "kind",
            "sha256", "history", "schema_version", "origins", "language"}  # fmt: skip
    if isinstance(value, str):
        return value + payload
    if isinstance(value, list):
        return [poisoned(item, payload) for item in value]
    if isinstance(value, dict):
        return {k: v if k in kept else poisoned(v, payload) for k, v in value.items()}
    return value


def hostile(payload: str) -> Sample:
    from kb.cases.record import Case

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


def test_no_payload_runs(browser, tmp_path):
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
