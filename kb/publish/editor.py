"""Pages about the whole: for the editor what is worth checking, for everybody what the site is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib.metadata import version
from typing import TypeVar

import msgspec

from kb.publish.catalogue import Catalogue
from kb.publish.facts import PageFacts, digest_of
from kb.publish.names import list_path, url_of
from kb.publish.preview import is_picture
from kb.publish.render import Renderer
from kb.publish.state import Note
from kb.publish.units import Output, Unit

_SHOWN = 400
"""Pages, or files, that one page lists; the others are on further ones."""

T = TypeVar("T")


class Sheet(msgspec.Struct, frozen=True):
    """One of the pages that a long list is divided into."""

    path: str
    first: int
    last: int
    url: str


def _sheets(path: str, items: Sequence[T]) -> Iterator[tuple[Sheet, list[Sheet], Sequence[T]]]:
    """Each page of a list, all of them, and what stands on it; one where there is nothing."""
    sheets = []
    for first in range(0, len(items) or 1, _SHOWN):
        number = first // _SHOWN + 1
        own = path if number == 1 else f"{path.removesuffix('.html')}/{number}.html"
        sheets.append(Sheet(own, first + 1, min(first + _SHOWN, len(items)), url_of(own)))
    for sheet in sheets:
        yield sheet, sheets, items[sheet.first - 1 : sheet.last]


class Troubled(msgspec.Struct, frozen=True):
    """A source page with what could not be shown as its authors meant it."""

    url: str
    title: str
    notes: tuple[Note, ...]


class Attached(msgspec.Struct, frozen=True):
    """A file in the overview."""

    name: str
    url: str
    page: str
    page_url: str
    picture: bool


def problem_units(
    catalogue: Catalogue, notes: Mapping[str, tuple[Note, ...]], renderer: Renderer
) -> Iterator[Unit]:
    """Anomalies of the cases, and pages that could not be shown as meant, by kind."""
    anomalies = Counter(code for case in catalogue.cases for code, _ in case.anomalies)
    codes = [(*found, url_of(list_path("anomaly", found[0]))) for found in _usual(anomalies)]
    troubled = [
        Troubled(page.url, page.title, notes[page.url])
        for page in catalogue.pages.values() if notes.get(page.url)
    ]  # fmt: skip
    kinds = Counter(note.code for page in troubled for note in page.notes)

    usual = _usual(kinds)
    for sheet, sheets, pages in _sheets("problems.html", troubled):
        shown = codes if sheet.first == 1 else []
        make = partial(
            _page, renderer, "problems.html", "值得核对 Worth checking", sheet, sheets=sheets,
            codes=shown, kinds=usual, pages=pages, total=len(troubled),
        )  # fmt: skip
        yield Unit(sheet.path.removesuffix(".html"), digest_of(shown, usual, sheets, pages), make)


def _page(
    renderer: Renderer, template: str, title: str, sheet: Sheet, **values: object
) -> Iterable[Output]:
    return [(sheet.path, renderer.page(template, sheet.path, title, sheet=sheet, **values))]


def _usual(counts: Counter[str]) -> list[tuple[str, int]]:
    """The most usual first, then by name."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def files_units(catalogue: Catalogue, renderer: Renderer) -> Iterator[Unit]:
    """All attached files, pictures as pictures."""
    held = [file for page in catalogue.pages.values() for file in _attached(page, catalogue)]
    for sheet, sheets, files in _sheets("attachments.html", held):
        make = partial(
            _page, renderer, "attachments.html", "附件 Attachments", sheet, sheets=sheets,
            files=files, total=len(held),
        )  # fmt: skip
        yield Unit(sheet.path.removesuffix(".html"), digest_of(sheets, files), make)


def _attached(page: PageFacts, catalogue: Catalogue) -> Iterable[Attached]:
    for name in page.files:
        url = catalogue.file_url(page.id, name, "")
        if url:
            yield Attached(name, url, page.title, page.url, is_picture(name))


def about_unit(catalogue: Catalogue, renderer: Renderer) -> Unit:
    """What this site is, of what it was made, how to search it."""
    dates = [page.modified for page in catalogue.pages.values() if page.modified]
    dates += [case.updated for case in catalogue.cases if case.updated]
    newest = max(dates, default=None)
    wikis = sorted({page.wiki for page in catalogue.pages} | {c.card.wiki for c in catalogue.cases})
    files = sum(len(page.files) for page in catalogue.pages.values())
    numbers = (len(catalogue.cases), len(catalogue.pages), files)

    def make() -> Iterable[Output]:
        page = renderer.page(
            "about.html", "about.html", "关于 About", newest=newest, wikis=wikis,
            numbers=numbers, version=version("wiki-casebook"),
        )  # fmt: skip
        return [("about.html", page)]

    return Unit("about", digest_of(newest, wikis, numbers), make)
