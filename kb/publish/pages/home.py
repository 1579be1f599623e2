"""The pages that one begins at: home with the search, about the site, and not found."""

from __future__ import annotations

from importlib.metadata import version
from urllib.parse import urlsplit

from kb.publish.browser_index.index_layout import IndexMeta
from kb.publish.renderer import Renderer
from kb.publish.site_catalogue import Catalogue
from kb.publish.units import Unit, digest_of

_NEWEST = 30
_OPEN = 12


def home_unit(catalogue: Catalogue, search: IndexMeta, renderer: Renderer) -> Unit:
    """The page with the search, the newest cases and those that are not resolved."""
    cards = catalogue.cards
    unsolved = [card for card in cards if card.status != "resolved"]
    shown = (cards[:_NEWEST], unsolved[:_OPEN], len(cards), len(unsolved), len(catalogue.pages))
    return renderer.unit(
        "home", digest_of(*shown, search.said), "index.html", renderer.site.title, "home.html",
        newest=shown[0], open_cases=shown[1], cases_total=shown[2], open_total=shown[3],
        pages_total=shown[4], search=search,
    )  # fmt: skip


def about_unit(catalogue: Catalogue, renderer: Renderer) -> Unit:
    """What this site is, of what it was made, how to search it."""
    dates = [page.modified for page in catalogue.pages.values() if page.modified]
    dates += [case.updated for case in catalogue.cases if case.updated]
    newest = max(dates, default=None)
    wikis = sorted({page.wiki for page in catalogue.pages} | {c.card.wiki for c in catalogue.cases})
    files = sum(len(page.files) for page in catalogue.pages.values())
    numbers = (len(catalogue.cases), len(catalogue.pages), files)
    return renderer.unit(
        "about", digest_of(newest, wikis, numbers), "about.html", "关于 About", newest=newest,
        wikis=wikis, numbers=numbers, version=version("wiki-casebook"),
    )  # fmt: skip


def not_found_unit(renderer: Renderer) -> Unit:
    """The page that a server shows in the place of any path that there is not.

    Its links begin at the server's root where that is known, as its own path may be any.
    """
    url = renderer.site.url
    root = {"root": urlsplit(url).path.rstrip("/") + "/"} if url else {}
    return renderer.unit("404", b"", "404.html", "404", **root)
