"""Build the whole site of an archive's cases and pages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec

from kb.publish.bundle import site_assets
from kb.publish.case_page import case_page
from kb.publish.catalogue import Catalogue, current_files, page_rows
from kb.publish.material import Material
from kb.publish.names import case_path, file_path, page_path
from kb.publish.render import Renderer, Site
from kb.publish.search.build import Index, Meta
from kb.publish.search.entry import entry_of
from kb.publish.source_page import source_page
from kb.publish.swap import MARK, check_target, publish, staging_of

_NEWEST = 30
_OPEN = 12


class Report(msgspec.Struct, frozen=True):
    """What a build wrote."""

    out: Path
    cases: int
    pages: int
    files: int


def build(material: Material, out: Path, site: Site) -> Report:
    """Write the site to ``out``, which changes at once when all is written.

    InputError where ``out`` holds something else.
    """
    check_target(out)
    staged = staging_of(out)
    shutil.rmtree(staged, ignore_errors=True)
    catalogue = _catalogue(material)
    files = 0
    for path, data in _outputs(material, catalogue, Renderer(site)):
        target = staged / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        files += 1
    publish(staged, out)
    shutil.rmtree(staged, ignore_errors=True)
    return Report(out, len(catalogue.cards), catalogue.pages, files)


def _catalogue(material: Material) -> Catalogue:
    catalogue = Catalogue()
    for case in material.cases():
        catalogue.add_case(case)
    for page in material.pages():
        catalogue.add_page(page)
    return catalogue


def _outputs(
    material: Material, catalogue: Catalogue, renderer: Renderer
) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of every file of the site."""
    yield MARK, b"1\n"
    yield from site_assets()
    for case in material.cases():
        yield case_path(case.source.wiki, case.id), case_page(case, catalogue, renderer)
    here = catalogue.on_page()
    for page in material.pages():
        yield page_path(page.id), source_page(page, here.get(page.id, ()), catalogue, renderer)
        for name, sha256 in current_files(page):
            yield file_path(page.id, name), material.blob(sha256)
    index = Index(entry_of(case) for case in material.cases())
    yield from index.outputs()
    yield from _lists(catalogue, index.meta, renderer)


def _lists(catalogue: Catalogue, search: Meta, renderer: Renderer) -> Iterator[tuple[str, bytes]]:
    cards = catalogue.newest_first()
    unsolved = [card for card in cards if card.status != "resolved"]
    title = renderer.site.title
    yield "index.html", renderer.page(
        "home.html", "index.html", title, newest=cards[:_NEWEST], open_cases=unsolved[:_OPEN],
        cases_total=len(cards), pages_total=catalogue.pages, open_total=len(unsolved),
        search=search,
    )  # fmt: skip
    yield "cases.html", renderer.page("cases.html", "cases.html", "案例 Cases", cards=cards)
    yield (
        "pages.html",
        renderer.page(
            "pages.html",
            "pages.html",
            "源页面 Source pages",
            rows=list(page_rows(catalogue)),
        ),
    )
    yield "404.html", renderer.page("404.html", "404.html", "404")
