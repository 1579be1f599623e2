"""Every internal link and every id of a built site: nothing leads nowhere, nothing is doubled."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lxml import html

from tests.site.conftest import Command

_IGNORED = re.compile(r"^(https?:|mailto:|tel:|ftp|data:|git:|ssh:|sftp:)")


def texts_of(tree: html.HtmlElement, query: str) -> list[str]:
    """Values of the attributes that a query finds."""
    found = tree.xpath(query)
    assert isinstance(found, list)
    return list(map(str, found))


def broken(site: Path) -> list[str]:
    """Links whose file or anchor is not there, ids that a page has twice."""
    ids: dict[Path, Counter[str]] = {}
    links: list[tuple[Path, str]] = []
    for path in site.rglob("*.html"):
        tree = html.fromstring(path.read_bytes())
        ids[path] = Counter(texts_of(tree, "//@id"))
        links += [(path, link) for link in texts_of(tree, "//@href | //@src")]
    wrong = [f"{p}: id {i} twice" for p, found in ids.items() for i, n in found.items() if n > 1]
    for path, link in links:
        if _IGNORED.match(link):
            continue
        parts = urlsplit(link)
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        anchor = unquote(parts.fragment)
        if not target.is_file() or (anchor and target in ids and anchor not in ids[target]):
            wrong.append(f"{path.relative_to(site)}: {link}")
    return wrong


def test_the_sample_has_no_broken_link(site: Path) -> None:
    """No link or anchor of the sample's site leads nowhere; no page has an id twice."""
    assert broken(site) == []


def test_the_demo_and_the_real_page_have_none(kb: Command, tmp_path: Path, shared: Path) -> None:
    """Nor does one of the demo's and the real sample's site."""
    dump = shared / "samples" / "after-sales-cases.blame.txt"
    kb("import", dump, "--page-name", "Support.Cases.WebHome")
    for dump in sorted((Path(__file__).parents[2] / "demo").glob("*.txt")):
        kb("import", dump, "--page-name", f"Demo.{dump.stem.split('.')[0]}.WebHome")
    kb("build")
    assert broken(tmp_path / "build" / "internal") == []
