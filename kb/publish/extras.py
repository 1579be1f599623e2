"""What machines read: feed, sitemap, robots, OpenSearch description, redirects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from kb.publish.catalogue import Catalogue
from kb.publish.facts import CaseFacts, digest_of
from kb.publish.names import file_path, url_of
from kb.publish.render import Renderer, Site
from kb.publish.units import Output, Unit
from kb.redirects import Move, file_moves, page_moves, redirect_files

_ENTRIES = 50
_UNDATED = "1970-01-01"


def extra_units(catalogue: Catalogue, renderer: Renderer) -> Iterator[Unit]:
    """Feed and sitemap only where it is known where the site will stand."""
    site = renderer.site
    if site.url:
        newest = sorted(catalogue.cases, key=_changed, reverse=True)[:_ENTRIES]
        yield _template("feed.xml", digest_of(newest), renderer, entries=newest, changed=_changed)
        urls = [case.card.url for case in catalogue.cases]
        urls += [page.url for page in catalogue.pages.values()]
        yield _template("sitemap.xml", digest_of(urls), renderer, urls=urls)
        yield _template("opensearch.xml", b"", renderer)
    yield Unit("robots", b"", lambda: [("robots.txt", _robots(site))])
    moves = sorted(set(_moves(catalogue, site)))
    yield Unit("redirects", digest_of(moves), lambda: _redirects(moves))


def _template(path: str, digest: bytes, renderer: Renderer, **values: object) -> Unit:
    def make() -> Iterable[Output]:
        return [(path, renderer.page(path, path, renderer.site.title, **values))]

    return Unit(path, digest, make)


def _changed(case: CaseFacts) -> str:
    """When the case last changed, as far as that is known, as feeds write it."""
    moment = case.updated or case.card.date or _UNDATED
    day, _, time = moment.partition("T")
    clock = time.rstrip("Z")[:8] or "00:00:00"
    return f"{day}T{clock if len(clock) == 8 else clock[:5] + ':00'}Z"


def _robots(site: Site) -> bytes:
    if site.audience == "internal":
        return b"User-agent: *\nDisallow: /\n"
    lines = ["User-agent: *", "Disallow: /search/"]
    if site.url:
        lines.append(f"Sitemap: {site.url}/sitemap.xml")
    return ("\n".join(lines) + "\n").encode()


def _moves(catalogue: Catalogue, site: Site) -> Iterator[Move]:
    """Every address of the old wiki and the one that its page has now."""
    root = urlsplit(site.url or "").path.rstrip("/")
    for page in catalogue.pages.values():
        yield from page_moves(page.id, page.original, f"{root}/{page.url}")
        for name in page.files:
            new = f"{root}/{url_of(file_path(page.id, name))}"
            yield from file_moves(page.id, page.original, name, new)


def _redirects(moves: Iterable[Move]) -> Iterator[Output]:
    for name, text in redirect_files(moves):
        yield name, text.encode("utf-8", "replace")
