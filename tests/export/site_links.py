"""Links of a built site: each must lead to a file of it, and to a place in that."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, unquote, urljoin, urlsplit

from lxml import etree, html

_HOST = "http://site"


def broken_links(root: Path, within: str = "//body") -> tuple[int, list[tuple[str, str]]]:
    """How many internal links and images there are, and page and link of each that leads nowhere.

    ``within`` is the part of a page that is looked at, by XPath; the page's theme is not ours.
    """
    places: dict[Path, set[str]] = {}
    links: list[tuple[Path, str]] = []
    for file in sorted(root.rglob("*.html")):
        page = html.document_fromstring(file.read_bytes().decode("utf-8", "replace"))
        places[file] = {str(name) for name in _found(page, "//@id | //a/@name")}
        for part in _found(page, within):
            assert isinstance(part, etree._Element)
            links += [(file, str(link)) for link in _found(part, ".//a/@href | .//img/@src")]
    count = 0
    broken: list[tuple[str, str]] = []
    for file, link in links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        count += 1
        here = f"{_HOST}/{quote(file.relative_to(root).as_posix())}"
        target = _file(root, unquote(urlsplit(urljoin(here, link)).path))
        lost = target is None or (
            parts.fragment
            and target in places
            and not {unquote(parts.fragment), parts.fragment} & places[target]
        )
        if lost:
            broken.append((file.relative_to(root).as_posix(), link))
    return count, broken


def _found(element: etree._Element, path: str) -> list[object]:
    """Return what an XPath finds that names nodes or attributes."""
    found = element.xpath(path)
    assert isinstance(found, list)
    return list(found)


def _file(root: Path, path: str) -> Path | None:
    target = root / path.lstrip("/")
    for candidate in (target, target / "index.html", target.with_name(f"{target.name}.html")):
        if candidate.is_file():
            return candidate
    return None
