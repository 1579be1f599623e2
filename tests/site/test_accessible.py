"""WCAG 2.2 AA as far as axe-core can tell, on every kind of page."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from test_browser import PAGES


@pytest.fixture
def plain(browser):
    """A tab that axe may load what it wants in."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(plain, server, path, scheme):
    plain.emulate_media(color_scheme=scheme)
    plain.goto(f"{server}/{path}")
    results = Axe().run(plain)
    assert results.violations_count == 0, results.generate_report()


def test_results_have_no_violation_either(plain, server):
    plain.goto(f"{server}/index.html?q=扣费")
    plain.wait_for_selector("#hits li")
    results = Axe().run(plain)
    assert results.violations_count == 0, results.generate_report()
