"""WCAG 2.2 AA as far as axe-core can tell, on every kind of page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.site.test_browser import CASE, PAGES, SOURCE, VERSIONS


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A tab that axe may load what it wants in."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(
    plain: Page, server: str, path: str, scheme: Literal["light", "dark"]
) -> None:
    """axe-core finds no violation of WCAG 2.2 AA on any kind of page, light or dark."""
    plain.emulate_media(color_scheme=scheme)
    plain.goto(f"{server}/{path}")
    results = Axe().run(plain, options={"rules": {"target-size": {"enabled": True}}})
    assert results.violations_count == 0, results.generate_report()


def test_results_have_no_violation_either(plain: Page, server: str) -> None:
    """Search results, which a script writes, violate nothing either."""
    plain.goto(f"{server}/index.html?q=扣费")
    plain.wait_for_selector("#hits li")
    results = Axe().run(plain)
    assert results.violations_count == 0, results.generate_report()


SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important;
  word-spacing: .16em !important; } p { margin-bottom: 2em !important; }"""
"""What readers may ask for by WCAG 1.4.12."""
LOST = """[...document.querySelectorAll("body *")].filter((e) => e.getClientRects().length
  && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 2)
  && !e.closest(".vh, .skip, svg, table, .scroll, .wiki-table, pre")
  && ["hidden", "clip"].includes(getComputedStyle(e).overflowX)).map((e) => e.outerHTML)"""


@pytest.fixture
def narrow(browser: Browser) -> Iterator[Page]:
    """What 1280 pixels are at 400 %; styles may be added."""
    context = browser.new_context(viewport={"width": 320, "height": 256}, bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", [*PAGES, f"{VERSIONS}?from=1.1&to=2.1", "odd"])
def test_large_and_widely_set_text_needs_no_scrolling_sideways(
    narrow: Page, server: str, odd: Path, path: str
) -> None:
    """At 400 % and with the spacing of WCAG 1.4.12 nothing is cut off or scrolls sideways."""
    narrow.goto((odd / CASE).as_uri() if path == "odd" else f"{server}/{path}")
    width = "document.documentElement.scrollWidth"
    assert narrow.evaluate(width) <= 320
    narrow.add_style_tag(content=SPACED)
    assert narrow.evaluate(width) <= 320
    assert narrow.evaluate(LOST) == []


FOCUSED = """() => { const e = document.activeElement, at = e.getBoundingClientRect();
  const bar = document.querySelector(".top"), low = bar.contains(e) || e.matches(".skip")
    || getComputedStyle(bar).position !== "sticky" ? 0 : bar.getBoundingClientRect().bottom;
  return { tag: e.tagName, seen: at.bottom > low && at.top < innerHeight && at.width > 0,
    marked: getComputedStyle(e).outlineStyle !== "none" }; }"""


@pytest.mark.parametrize("path", ["index.html", CASE, SOURCE, "statistics.html"])
def test_what_has_the_focus_is_seen_and_marked(plain: Page, server: str, path: str) -> None:
    """What Tab reaches is on the screen, under no bar, and has an outline."""
    plain.goto(f"{server}/{path}")
    for _ in range(45):
        plain.keyboard.press("Tab")
        focused = plain.evaluate(FOCUSED)
        if focused["tag"] == "BODY":
            break
        assert focused["seen"], plain.evaluate("document.activeElement.outerHTML")
        assert focused["marked"], plain.evaluate("document.activeElement.outerHTML")
