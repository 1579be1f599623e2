"""The site on paper: light, without controls, nothing cut off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.site.conftest import COLUMNS
from tests.site.test_browser import CASE, PAGES, SOURCE, VERSIONS

A4: ViewportSize = {"width": 680, "height": 1000}
CUT = """[...document.querySelectorAll("main *")].filter((e) => e.getClientRects().length
  && e.scrollWidth > e.clientWidth + 1 && !e.closest(".vh, svg")
  && getComputedStyle(e).overflowX !== "visible").map((e) => e.outerHTML.slice(0, 90))"""
BEYOND = """[...document.querySelectorAll("main td, main th, main code")].filter((e) =>
  e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.textContent.slice(0, 30))"""


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.fixture
def paper(browser: Browser, site: Path) -> Iterator[Page]:
    """A tab that shows the site as it is printed, its reader having chosen dark."""
    context = browser.new_context(viewport=A4, color_scheme="dark", base_url=site.as_uri() + "/")
    context.add_init_script("localStorage.setItem('kb-theme', 'dark')")
    page = context.new_page()
    page.emulate_media(media="print")
    yield page
    context.close()


@pytest.mark.parametrize("path", [*PAGES, f"{VERSIONS}?from=1.1&to=2.1"])
def test_paper_is_white_and_shows_no_control(paper: Page, path: str) -> None:
    """Every kind of page prints dark on white, without controls, cut at no side."""
    paper.goto(path)
    style = "getComputedStyle(document.body)"
    assert paper.evaluate(f"{style}.backgroundColor") == "rgb(255, 255, 255)"
    assert paper.evaluate(f"{style}.color") == "rgb(31, 35, 40)"
    shown = paper.locator("main input, button, nav, header.top, footer, .crumbs, .copy, noscript")
    assert shown.evaluate_all("all => all.filter(e => e.checkVisibility()).length") == 0
    assert paper.evaluate("document.documentElement.scrollWidth") <= A4["width"]
    assert paper.evaluate(CUT) == []


def test_a_printed_case_names_its_origins_in_full(paper: Page) -> None:
    """A printed case shows the versions of its origins and the URL of its source."""
    paper.goto(CASE)
    versions = paper.locator(".o i")
    assert versions.count() > 20
    assert versions.evaluate_all("all => all.every(e => e.checkVisibility())")
    source = paper.locator(".side a[rel]")
    assert "https://wiki.example.org" in source.evaluate(
        "a => getComputedStyle(a, '::after').content"
    )


def test_a_case_takes_a_few_sheets(paper: Page) -> None:
    """The sample's longest case takes two sheets."""
    paper.goto(CASE)
    assert pages_of(paper.pdf(format="A4")) == 2


def test_what_is_folded_is_printed_and_folded_again(paper: Page) -> None:
    """Folded parts are open while a page is printed and folded afterwards."""
    paper.goto(SOURCE)
    folded = "document.querySelectorAll('main details:not([open])').length"
    before = paper.evaluate(folded)
    assert before > 1
    paper.evaluate(f"addEventListener('beforeprint', () => {{ window.left = {folded} }})")
    paper.pdf()
    assert paper.evaluate("window.left") == 0
    assert paper.evaluate(folded) == before


def test_compared_versions_are_printed_with_what_is_left_out(paper: Page) -> None:
    """Printed comparisons show where equal lines are left out."""
    paper.goto(f"{VERSIONS}?from=1.1&to=2.1")
    paper.locator("#diff td.skip").first.wait_for(state="visible")


@pytest.fixture
def oddly(browser: Browser, odd: Path) -> Iterator[Page]:
    context = browser.new_context(viewport=A4)
    page = context.new_page()
    page.goto((odd / CASE).as_uri())
    page.emulate_media(media="print")
    yield page
    context.close()


def test_wide_tables_and_long_lines_are_printed_whole(oddly: Page) -> None:
    """A table of sixty columns and a line of 400 characters are on paper in full."""
    assert oddly.evaluate(CUT) == []
    assert oddly.evaluate(BEYOND) == []
    assert oddly.locator("td", has_text=f"value {COLUMNS - 1}").count() == 8


def test_columns_that_go_on_below_stand_under_their_headings(oddly: Page) -> None:
    """Columns that a wide table continues below stand under their headings."""
    left = "cells => cells.map(c => Math.round(c.getBoundingClientRect().left))"
    for number in (0, 9, 10, COLUMNS - 1):
        cells = oddly.locator(f"#conversation tr > :nth-child({number + 1})")
        assert len(set(cells.evaluate_all(left))) == 1


def test_a_label_is_printed_with_its_url_and_a_url_once(oddly: Page) -> None:
    """A labelled link prints its URL behind it; a link that is its URL prints it once."""
    after = "link => getComputedStyle(link, '::after').content"
    link = oddly.get_by_role("link", name="rules")
    assert "https://example.org/rules" in link.evaluate(after)
    assert oddly.locator("a[href='https://example.org/plain']").evaluate(after) == "none"
