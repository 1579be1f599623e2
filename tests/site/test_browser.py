"""The site as a reader meets it, in Chromium, from a file and from a server."""
# ruff: noqa: E501

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser, Page

from tests.site.samples import TEXTS

CASE = "case/xwiki/demo_case~2346_20200410.html"
SOURCE = "page/xwiki/Support.Cases.WebHome.html"
VERSIONS = "page/xwiki/Support.Cases.WebHome~versions.html"
PAGES = [
    "index.html",
    "cases.html",
    "pages.html",
    "404.html",
    CASE,
    SOURCE,
    VERSIONS,
    "statistics.html",
    "attachments.html",
    "problems.html",
    "about.html",
    "list/status/resolved.html",
    "id/bill/20200404045100006730.html",
]


def hits(tab: Page) -> list[str]:
    asked = json.dumps(tab.input_value("#q"), ensure_ascii=False)
    tab.wait_for_selector(f"html[data-answered={asked}]", state="attached")
    return tab.locator("#hits .id").all_text_contents()


def search(tab: Page, text: str) -> list[str]:
    tab.fill("#q", text)
    return hits(tab)


FINDS = [
    ("重复扣费", {46, 41}), ("扣费", {46, 41}), ("重複扣費", {46, 41}), ("复扣", {46, 41}),
    ("6730", {46, 44}), ("20200404", {46, 44}), ("44030500040000200030", {46}),
    ("refund", {45}), ("refunds", {45}), ("refunding", {45}), ("configur", {45}),
    ("扣费 账单", {46}), ("扣费 帳單", {41}), ("扣费 firmware", {46}), ("ＤＥＭＯＺＳ", {43}), ("firmware 2.3.1", {46}),
    ("status:resolved", {45, 44}), ("speaker:甲工", {46}), ("speaker:乙*", {46}), ("speaker:乙", set()),
    ("after:2020-04-07", {46, 45, 44}), ("before:2020-04-01", {41}), ("on:2020-04", {46, 45, 44, 43, 42}),
    ("station:示例* 扣费", {46}), ("全部的报表", {43}), ("没有的词语", set()), ("费扣", set()), ("zebra", set()),
]  # fmt: skip


def test_search_finds_what_a_reader_would_name(tab: Page, home: str) -> None:
    """Each query in the browser finds the cases that a reader would name, and no others."""
    tab.goto(f"{home}/index.html")
    for text, numbers in FINDS:
        found = {int(case.split("#")[1].split("_")[0]) for case in search(tab, text)}
        assert found == numbers, text


def test_typing_finds_a_case_and_its_link_opens_it(tab: Page, home: str) -> None:
    """`/`, a query, an arrow and Enter lead to a case; going back brings the results again."""
    tab.goto(f"{home}/index.html")
    tab.keyboard.press("/")
    tab.keyboard.type("重複扣費")
    assert len(hits(tab)) == 2
    assert tab.locator("#hits mark").first.text_content() == "重复扣费"
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/case/**")
    assert "重复扣费" in tab.locator("h1").inner_text()
    tab.go_back()
    assert tab.input_value("#q") == "重複扣費"
    assert len(hits(tab)) == 2


def test_a_query_in_the_url_is_answered(tab: Page, home: str) -> None:
    """A URL with a query shows its results."""
    tab.goto(f"{home}/index.html?q=refunds")
    assert hits(tab) == ["demo_case#45_20200407"]


def test_the_box_on_a_case_leads_to_the_results(tab: Page, home: str) -> None:
    """A query typed on a case's page leads to the page of results."""
    tab.goto(f"{home}/{CASE}")
    tab.keyboard.press("Control+k")
    tab.keyboard.type("6730")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/index.html?q=6730")
    assert len(hits(tab)) == 2


def test_nothing_found_is_said_in_the_readers_language(tab: Page, home: str) -> None:
    """That nothing is found is said in the language that the reader chose."""
    tab.goto(f"{home}/index.html")
    assert search(tab, "zebra") == []
    assert "没有找到" in tab.inner_text("#count")
    tab.click("#lang")
    tab.wait_for_selector("text=Nothing found")


def test_facets_count_and_filter(tab: Page, home: str) -> None:
    """A facet's value shows how many results it has; choosing it keeps those, again all."""
    tab.goto(f"{home}/index.html?q=扣费")
    assert len(hits(tab)) == 2
    tab.wait_for_selector(".facet")
    chips = tab.locator(".chip").all_text_contents()
    assert "未标记 1" in chips
    assert "标记矛盾 1" in chips
    tab.click(".chip >> text=标记矛盾")
    tab.wait_for_selector(".chip[aria-pressed=true]")
    assert hits(tab) == ["demo_case#41_20200331"]
    assert "status" in tab.url
    tab.click(".chip[aria-pressed=true]")
    tab.wait_for_selector(".chip[aria-pressed=false]")
    assert len(hits(tab)) == 2


def test_language_and_theme_are_kept(tab: Page, home: str) -> None:
    """Language and theme that a reader chose hold on the next page."""
    tab.goto(f"{home}/{CASE}")
    assert tab.locator("#conversation h2 .zh").is_visible()
    tab.click("#lang")
    tab.click("#theme")
    theme = tab.evaluate("document.documentElement.dataset.theme")
    tab.goto(f"{home}/{SOURCE}")
    assert tab.evaluate("document.documentElement.lang") == "en"
    assert tab.evaluate("document.documentElement.dataset.theme") == theme == "dark"
    assert tab.get_by_text("Line by line").first.is_visible()
    assert tab.get_attribute("#q", "placeholder") == "Search cases"


def test_an_origin_leads_to_its_lines(tab: Page, home: str) -> None:
    """A turn's origin leads to its lines on the source page, which are marked."""
    tab.goto(f"{home}/{CASE}")
    tab.locator(".turn .o").nth(1).click()
    tab.wait_for_url("**/Support.Cases.WebHome.html?to=32#L31")
    assert tab.locator("tr.on").count() == 2
    assert tab.locator("#L31").is_visible()


def column(tab: Page, number: int) -> list[str]:
    rows = tab.locator("#diff tr:not(:has(.skip))")
    cells = rows.evaluate_all(
        "(rows, n) => rows.map((row) => [row.children[n].textContent, row.children[n + 1].textContent])",
        number,
    )
    return [f"{line} {text}" for line, text in cells if line]


@pytest.mark.parametrize(
    ("old", "new"), [("1.1", "1.2"), ("1.1", "2.1"), ("2.1", "1.2"), ("1.2", "1.2")]
)
def test_any_two_versions_are_compared(tab: Page, home: str, old: str, new: str) -> None:
    """Both sides show the lines of their versions; what is gone and new is marked."""
    tab.goto(f"{home}/{VERSIONS}?from={old}&to={new}")
    assert tab.locator("[name=from]").count() == 3
    for number, name in ((0, old), (2, new)):
        lines = [f"{n} {text}" for n, text in enumerate(TEXTS[name].split("\n"), 1)]
        shown = column(tab, number)
        assert [line for line in lines if line in shown] == shown
    gone = set(TEXTS[old].split("\n")) - set(TEXTS[new].split("\n"))
    assert set(tab.locator("#diff .gone").all_text_contents()) == gone
    new_lines = set(TEXTS[new].split("\n")) - set(TEXTS[old].split("\n"))
    assert set(tab.locator("#diff .new").all_text_contents()) == new_lines


def test_choosing_a_version_compares_it(tab: Page, home: str) -> None:
    """The last two versions are compared first, and any other that is chosen."""
    tab.goto(f"{home}/{SOURCE}")
    tab.click("a[href*=versions]")
    # The two versions are loaded after the page: wait until they are named.
    tab.locator("#between", has_text="→").wait_for()
    assert tab.text_content("#between") == "1.2 → 2.1"
    tab.check("[name=from][value='1.1']")
    tab.locator("#between", has_text="1.1 → 2.1").wait_for()
    assert tab.text_content("#between") == "1.1 → 2.1"
    assert "from=1.1" in tab.url


def test_equal_versions_are_said_to_be_equal(tab: Page, home: str) -> None:
    """Equal versions are said to be equal instead of shown side by side."""
    tab.goto(f"{home}/{VERSIONS}?from=1.2&to=1.2")
    assert tab.locator("#same").is_visible()
    assert tab.locator("#sides").is_hidden()
    tab.check("[name=to][value='2.1']")
    tab.locator("#sides").wait_for(state="visible")
    assert tab.locator("#same").is_hidden()


def test_a_cases_id_is_copied_and_that_is_said(browser: Browser, server: str) -> None:
    """The copy button puts a case's id on the clipboard and announces it."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{server}/{CASE}")
    page.click(".head .copy")
    page.locator("p[role=status]", has_text="demo_case#46_20200410").wait_for(state="attached")
    assert page.evaluate("navigator.clipboard.readText()") == "demo_case#46_20200410"
    context.close()


def test_links_between_cases_pages_and_files_lead_somewhere(tab: Page, home: str) -> None:
    """A related case opens, and an attached picture loads."""
    tab.goto(f"{home}/{CASE}")
    tab.click(".related a")
    assert "20200404045100006730" in tab.inner_text("h1")
    tab.goto(f"{home}/{CASE}")
    assert tab.locator("#attachments img").evaluate("img => img.decode().then(() => img.width)") > 0


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_no_page_is_wider_than_the_screen(tab: Page, home: str, width: int) -> None:
    """No page scrolls sideways on a phone, a tablet or a desktop."""
    tab.set_viewport_size({"width": width, "height": 800})
    for path in PAGES:
        tab.goto(f"{home}/{path}")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, path


def test_without_javascript_every_case_is_reached(browser: Browser, home: str) -> None:
    """Without JavaScript a case is reached by links from the home page."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{home}/index.html")
    assert page.locator("noscript").count() == 1
    page.click(".more a")
    page.click("#status a >> nth=0")
    page.click(".card a >> nth=0")
    assert page.locator("h1").count() == 1
    assert "case/xwiki" in page.url
    assert page.locator("#lang").is_hidden()
    context.close()
