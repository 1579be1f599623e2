"""A real Chromium, whose parser is the one that counts, finds nothing that runs either."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from kb.markup.syntaxes import read_page
from tests.markup.test_html_safety import PAYLOADS, PLACES

FIND = """() => {
  const bad = [];
  const never = "script iframe object embed svg math style link meta base form input template";
  for (const element of document.querySelectorAll("#all *")) {
    if (never.split(" ").includes(element.localName.toLowerCase())) bad.push(element.outerHTML);
    for (const attribute of element.attributes) {
      if (/^on|^style$|^srcdoc$|^formaction$/i.test(attribute.name)) bad.push(element.outerHTML);
      if (!/^(href|src|cite)$/i.test(attribute.name)) continue;
      let scheme = "";
      try { scheme = new URL(attribute.value, "https://wiki.example/").protocol } catch { continue }
      const data = element.localName === "img" && scheme === "data:";
      const fine = /^(https?|mailto|tel|s?ftps?|ssh|git):$/.test(scheme);
      if (!data && !fine) bad.push(attribute.value);
    }
  }
  return bad;
}"""
FILL = """documents => {
  document.body.innerHTML = "<div id=all></div>";
  for (const text of documents) {
    const part = document.createElement("div");
    part.innerHTML = text;
    document.getElementById("all").append(part);
  }
}"""
AGAIN = '() => { const all = document.getElementById("all"); all.innerHTML = all.innerHTML; }'


def documents() -> Iterator[str]:
    for payload in PAYLOADS:
        for place in PLACES:
            yield read_page(place.replace("@", payload)).html()
        for syntax in ("html/5.0", "markdown/1.2", "xwiki/1.0"):
            yield read_page(payload, syntax).html()


@pytest.mark.browser
@pytest.mark.prove
def test_chromium_runs_nothing() -> None:
    """Parsed, set as innerHTML, and printed and parsed again: no script, handler or dialog."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
    if found is None:
        pytest.skip("no chromium on this machine: `make system` installs one")
    from playwright.sync_api import Dialog, sync_playwright

    pages = list(documents())
    dialogs: list[str] = []
    bad: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("dialog", dismiss)
        for at in range(0, len(pages), 500):
            part = pages[at : at + 500]
            page.set_content("<div id=all><p>" + "</p><hr><p>".join(part) + "</div>")
            bad += page.evaluate(FIND)
            page.evaluate(FILL, part)
            bad += page.evaluate(FIND)
            page.evaluate(AGAIN)
            bad += page.evaluate(FIND)
        page.wait_for_timeout(300)
        browser.close()
    assert (bad, dialogs) == ([], [])
