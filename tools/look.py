"""A look at a built site in a real Chromium: does it find, does it open, is it quiet."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request

QUIET = ("--no-sandbox", "--disable-background-networking", "--disable-component-update")
WIDTHS = {"desktop": (1280, 900), "tablet": (820, 1180), "phone": (390, 844)}


class NoBrowserError(Exception):
    """There is no Chromium on this machine."""


def look_at(site: Path, shots: Path, *, query: str, case: str) -> list[Path]:
    """Search ``query`` in the site from file://, open ``case``, keep screenshots.

    Returns the pictures' paths. Raises NoBrowserError, or AssertionError where the browser
    complains of anything or asks for anything outside the site.
    """
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        raise NoBrowserError("no chromium here; `make system` installs it where root may")
    from playwright.sync_api import sync_playwright

    shots.mkdir(parents=True, exist_ok=True)
    taken = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        for name, (width, height) in WIDTHS.items():
            for theme in ("light", "dark"):
                context = browser.new_context(
                    viewport={"width": width, "height": height}, color_scheme=theme
                )
                page = context.new_page()
                trouble = _watch(page, site.as_uri())
                taken += _walk(page, site, shots, f"{name}-{theme}", query, case)
                context.close()
                assert not trouble, trouble
        browser.close()
    return taken


def _watch(page: Page, allowed: str) -> list[str]:
    """Collect console messages, errors and requests to elsewhere."""
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: trouble.append(f"error: {error}"))

    def check(request: Request) -> None:
        if not request.url.startswith((allowed, "data:")):
            trouble.append(f"request elsewhere: {request.url}")

    page.on("request", check)
    return trouble


def _walk(page: Page, site: Path, shots: Path, name: str, query: str, case: str) -> list[Path]:
    """Home, results, the case, its source page: a picture of each."""
    pictures = []

    def picture(what: str) -> None:
        pictures.append(shots / f"{what}-{name}.png")
        page.screenshot(path=pictures[-1], full_page=what != "search")

    page.goto((site / "index.html").as_uri())
    picture("home")
    page.fill("#q", query)
    page.locator("#hits a", has_text=case).first.wait_for(timeout=10_000)
    picture("search")
    page.locator("#hits a", has_text=case).first.click()
    page.wait_for_url("**/case/**")
    assert case in (page.text_content("body") or "")
    picture("case")
    page.locator("a[href*='page/']").first.click()
    page.wait_for_url("**/page/**")
    picture("source")
    return pictures
