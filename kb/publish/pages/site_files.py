"""Files of the site that are no pages for people: style, scripts, attachments, feed, redirects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from kb.publish.browser_index.documents import facet_files, fold_files
from kb.publish.bundle import site_assets
from kb.publish.headers import header_files
from kb.publish.paths import file_path, url_of
from kb.publish.renderer import Renderer, SiteSettings, Unit, digest_of
from kb.publish.site_catalogue import CaseFacts, Catalogue
from kb.redirects import Redirect, file_redirects, page_redirects, redirect_files

_FEED_ENTRIES = 50
_UNDATED = "1970-01-01"


def fixed_units() -> Iterator[Unit]:
    """Files that depend on no case and no page."""
    yield Unit("assets", b"", site_assets)
    yield Unit("folds", b"", fold_files)
    yield Unit("headers", b"", header_files)


def attachment_units(catalogue: Catalogue, blob: Callable[[str], bytes]) -> Iterator[Unit]:
    """Attached files."""
    for page in catalogue.pages.values():
        for name, sha256 in page.files.items():
            path = file_path(page.id, name)
            make = partial(lambda path, sha256: [(path, blob(sha256))], path, sha256)
            yield Unit(f"file:{path}", digest_of(sha256), make)


def facet_unit(catalogue: Catalogue) -> Unit:
    """What the search filters by."""
    rows = [(case.card.date, case.facets) for case in catalogue.cases]
    return Unit("facets", digest_of(rows), partial(facet_files, rows))


def machine_units(catalogue: Catalogue, renderer: Renderer) -> Iterator[Unit]:
    """Robots and redirects; where the site's URL is known, feed, sitemap, description of search."""
    site = renderer.site

    def page(path: str, digest: bytes, **values: Any) -> Unit:
        return renderer.unit(path, digest, path, site.title, **values)

    if site.url:
        newest = sorted(catalogue.cases, key=_changed, reverse=True)[:_FEED_ENTRIES]
        yield page("feed.xml", digest_of(newest), entries=newest, changed=_changed)
        urls = [case.card.url for case in catalogue.cases]
        urls += [page.url for page in catalogue.pages.values()]
        yield page("sitemap.xml", digest_of(urls), urls=urls)
        yield page("opensearch.xml", b"")
    yield Unit("robots", b"", lambda: [("robots.txt", _robots(site))])
    moves = sorted(set(_moves(catalogue, site)))
    yield Unit("redirects", digest_of(moves), lambda: (
        (name, text.encode("utf-8", "replace")) for name, text in redirect_files(moves)
    ))  # fmt: skip


def _changed(case: CaseFacts) -> str:
    """When the case last changed, as far as that is known, as feeds write it."""
    moment = case.updated or case.card.date or _UNDATED
    day, _, time = moment.partition("T")
    clock = time.rstrip("Z")[:8] or "00:00:00"
    return f"{day}T{clock if len(clock) == 8 else clock[:5] + ':00'}Z"


def _robots(site: SiteSettings) -> bytes:
    if site.audience == "internal":
        return b"User-agent: *\nDisallow: /\n"
    lines = ["User-agent: *", "Disallow: /search/"]
    if site.url:
        lines.append(f"Sitemap: {site.url}/sitemap.xml")
    return ("\n".join(lines) + "\n").encode()


def _moves(catalogue: Catalogue, site: SiteSettings) -> Iterator[Redirect]:
    """Pair every address on the old wiki with the one that its page has now."""
    root = urlsplit(site.url or "").path.rstrip("/")
    for page in catalogue.pages.values():
        yield from page_redirects(page.id, page.original, f"{root}/{page.url}")
        for name in page.files:
            new = f"{root}/{url_of(file_path(page.id, name))}"
            yield from file_redirects(page.id, page.original, name, new)
