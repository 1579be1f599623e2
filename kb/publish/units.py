"""What a site consists of: units, each with the digest of all that it depends on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple
from urllib.parse import urlsplit

from kb.publish.browser_index.facets import facet_files
from kb.publish.browser_index.folding import fold_files
from kb.publish.browser_index.meta import Meta
from kb.publish.bundle import site_assets
from kb.publish.catalogue import Catalogue
from kb.publish.facts import CaseFacts, digest_of
from kb.publish.names import file_path
from kb.publish.render import Renderer
from kb.publish.state import Note

Output = tuple[str, bytes]

_NEWEST = 30
_OPEN = 12


class Unit(NamedTuple):
    """Some files of the site that are made together."""

    key: str
    digest: bytes
    make: Callable[[], Iterable[Output]]
    notes: list[Note] = []  # noqa: RUF012  (never appended to: a unit with notes brings its own)
    """What ``make`` has to say to the editor; known when it is done."""
    parts: Callable[[], Iterable[Unit]] | None = None
    """Further units, all as they were where the digest is: then they are not looked at."""


def case_digest(facts: CaseFacts, catalogue: Catalogue) -> bytes:
    """What a case's page depends on: its record, its source page, what it can link to."""
    wiki = facts.card.wiki
    page = catalogue.pages.get(facts.card.page)
    linked = [catalogue.has_case(wiki, other) for other in facts.related]
    shared = [catalogue.is_shared(identifier) for identifier in facts.identifiers]
    return digest_of(facts.digest, page.digest if page else b"", linked, shared)


def file_units(catalogue: Catalogue, blob: Callable[[str], bytes]) -> Iterator[Unit]:
    """Attached files."""

    def make(path: str, sha256: str) -> Iterable[Output]:
        return [(path, blob(sha256))]

    for page in catalogue.pages.values():
        for name, sha256 in page.files.items():
            path = file_path(page.id, name)
            yield Unit(f"file:{path}", digest_of(sha256), partial(make, path, sha256))


def fixed_units(renderer: Renderer) -> Iterator[Unit]:
    """What depends on no case and no page."""
    yield Unit("assets", b"", site_assets)
    yield Unit("folds", b"", fold_files)
    yield Unit("404", b"", partial(_lost, renderer))


def _lost(renderer: Renderer) -> Iterable[Output]:
    """Shown in the place of any path, so its links begin at the server's root if that is known."""
    url = renderer.site.url
    root = {"root": urlsplit(url).path.rstrip("/") + "/"} if url else {}
    return [("404.html", renderer.page("404.html", "404.html", "404", **root))]


def facet_unit(catalogue: Catalogue) -> Unit:
    """What the search filters by."""
    rows = [(case.card.date, case.facets) for case in catalogue.cases]
    return Unit("facets", digest_of(rows), lambda: facet_files(catalogue.cases))


def home_unit(catalogue: Catalogue, search: Meta, renderer: Renderer) -> Unit:
    """The page that one begins at, with the search."""
    cards = catalogue.cards
    unsolved = [card for card in cards if card.status != "resolved"]
    shown = (cards[:_NEWEST], unsolved[:_OPEN], len(cards), len(unsolved), len(catalogue.pages))

    def make() -> Iterable[Output]:
        page = renderer.page(
            "home.html", "index.html", renderer.site.title, newest=shown[0], open_cases=shown[1],
            cases_total=shown[2], open_total=shown[3], pages_total=shown[4], search=search,
        )  # fmt: skip
        return [("index.html", page)]

    return Unit("home", digest_of(*shown, search.said), make)
