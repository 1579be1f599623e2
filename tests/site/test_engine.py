"""Where the search works: in a worker over http, in the page from a file or without one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

QUERY = "/index.html?q=%E9%87%8D%E5%A4%8D%E6%89%A3%E8%B4%B9"
FIRST = "#hits a .id"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab with nothing blocked."""
    page = browser.new_page()
    page.set_default_timeout(20_000)
    yield page
    page.close()


def test_over_http_the_search_is_a_workers(page: Page, server: str) -> None:
    """Over HTTP the page has one worker and no engine of its own."""
    page.goto(server + QUERY)
    page.wait_for_selector(FIRST)
    assert [worker.url.rpartition("/")[2] for worker in page.workers] == ["worker.js"]
    assert page.evaluate("typeof kbEngine") == "undefined"


def test_from_a_file_it_is_the_pages(page: Page, site: Path) -> None:
    """From a file the page searches itself."""
    page.goto(site.as_uri() + QUERY)
    page.wait_for_selector(FIRST)
    assert page.workers == []


def test_where_no_worker_starts_the_page_searches_itself(page: Page, server: str) -> None:
    """A worker that does not load is done without."""
    page.route("**/worker.js", lambda route: route.abort())
    page.goto(server + QUERY)
    page.wait_for_selector(FIRST)
    assert "demo_case#46" in page.inner_text(FIRST)


def test_a_shard_that_does_not_come_is_said_and_asked_for_again(page: Page, server: str) -> None:
    """A file of the index that fails is said in words, and loaded anew by the next query."""
    page.route("**/search/t/**", lambda route: route.abort())
    page.goto(server + QUERY)
    page.wait_for_selector("html[data-answered]")
    assert page.inner_text("#count") in (
        "搜索索引没有读到，请重试。", "The search index could not be read. Try again.",
    )  # fmt: skip
    page.unroute("**/search/t/**")
    page.fill("#q", "重复扣费 ")
    page.wait_for_selector(FIRST)


def test_a_run_that_nothing_holds_whole_finds_what_holds_most_of_it(
    page: Page, server: str
) -> None:
    """A run that no case has finds what has most of its pairs; one of unknown pairs nothing."""
    page.goto(server + "/index.html")
    answer = page.evaluate("async () => await kb.search('两条账单重复扣费出现', 10)")
    assert answer["loose"]
    assert answer["hits"][0]["id"] == "demo_case#46_20200410"
    assert page.evaluate("async () => (await kb.search('天地玄黄宇宙洪荒', 10)).hits") == []
