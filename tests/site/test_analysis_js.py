"""The browser's analysis against the tables that kb.search.analysis is held to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from kb.publish.bundle import joined
from kb.search.analysis import browser_table

HERE = Path(__file__).parent
SPEC = HERE.parent / "search" / "spec"


def engine_of(browser: Browser, entry: str, *, names: str) -> Page:
    """A page where a module of the site has run with all it imports; it knows these ``names``."""
    page = browser.new_page()
    page.set_content("<html data-root=''></html>")
    code = joined(entry).code
    page.evaluate(f"(() => {{ {code}; Object.assign(window, {{ {names} }}); }})()")
    return page


@pytest.fixture(scope="module")
def engine(browser: Browser) -> Iterator[Page]:
    """A page with the analysis loaded and the whole folding table."""
    more = (HERE / "terms.js").read_text("utf-8")
    parts = "fold, TOKEN, IS_RUN, IS_NUMBER, IS_ENGLISH, stem, partsOf, piecesOf, simplified"
    page = engine_of(browser, "search/word_tests.js", names=parts)
    page.evaluate(f"(() => {{ {more}; Object.assign(window, {{ terms }}); }})()")
    page.evaluate(
        "([from, to]) => { const t = [...to];"
        " [...from].forEach((c, i) => simplified.set(c, t[i])); }",
        list(browser_table()),
    )
    yield page
    page.close()


def test_terms_are_those_of_the_table(engine: Page) -> None:
    """Every text of the table gives its terms in the browser, kinds and positions included."""
    cases = [json.loads(line) for line in (SPEC / "terms.jsonl").read_text("utf-8").splitlines()]
    found = engine.evaluate(
        "(texts) => texts.map((t) => terms(t).map(([k, x, p]) => `${k}:${x}@${p}`).join(' '))",
        [case["text"] for case in cases],
    )
    wrong = {c["why"]: f for c, f in zip(cases, found, strict=True) if f != c["terms"]}
    assert wrong == {}


def test_stems_are_those_of_the_table(engine: Page) -> None:
    """Every word of the table has its stem in the browser."""
    rows = [line.split("\t") for line in (SPEC / "stems.tsv").read_text("utf-8").splitlines()]
    found = engine.evaluate("(words) => words.map(stem)", [word for word, _ in rows])
    assert [(w, s) for (w, s), f in zip(rows, found, strict=True) if s != f] == []
