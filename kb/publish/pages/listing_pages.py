"""Pages that list what is not a case: source pages by space, attachments, what to check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from kb.publish.pages.attached_files import is_picture
from kb.publish.paths import list_path, url_of
from kb.publish.renderer import Output, PageNote, Renderer, Unit, digest_of
from kb.publish.site_catalogue import Catalogue, ListedPage
from kb.references import split_reference

_ON_A_SHEET = 400
"""Pages, or files, that one page lists; the others are on further ones."""
_DEEPEST = 8
"""Depth below which spaces are not nested, but named by their joined names."""
_OPEN = 60
"""Pages up to which a space is shown open."""

T = TypeVar("T")


@dataclass(slots=True)
class Space:
    """A space: its own pages, and the spaces in it by name."""

    name: str
    pages: list[ListedPage] = field(default_factory=list)
    spaces: dict[str, Space] = field(default_factory=dict)
    size: int = 0
    """Pages in it and below."""

    @property
    def opened(self) -> bool:
        """Whether it is shown open."""
        return self.size <= _OPEN


def pages_unit(catalogue: Catalogue, renderer: Renderer) -> Unit:
    """All source pages, as the tree of spaces that the wiki has them in."""
    rows = list(catalogue.rows())

    def make() -> Iterable[Output]:
        tree = space_tree(rows)
        wikis = list(tree.spaces.values())
        top = wikis if len(wikis) > 1 else [s for w in wikis for s in w.spaces.values()]
        loose = wikis[0].pages if len(wikis) == 1 else []
        page = renderer.page(
            "pages.html", "pages.html", "源页面 Source pages", spaces=top, loose=loose,
            count=len(rows),
        )  # fmt: skip
        return [("pages.html", page)]

    return Unit("pages", digest_of(rows), make)


def space_tree(rows: Iterable[ListedPage]) -> Space:
    """Return the root of the tree of pages; below it stand the wikis."""
    root = Space("")
    for row in rows:
        names = [row.wiki, *split_reference(row.reference)[:-1]]
        if len(names) > _DEEPEST:
            names[_DEEPEST - 1 :] = [".".join(names[_DEEPEST - 1 :])]
        space = root
        space.size += 1
        for name in names:
            space = space.spaces.setdefault(name, Space(name))
            space.size += 1
        space.pages.append(row)
    return root


class ListingSheet(msgspec.Struct, frozen=True):
    """One of the pages that a long list is divided into."""

    path: str
    first: int
    last: int
    url: str


class TroubledPage(msgspec.Struct, frozen=True):
    """A source page with what could not be shown as its authors meant it."""

    url: str
    title: str
    notes: tuple[PageNote, ...]


class ListedAttachment(msgspec.Struct, frozen=True):
    """An attached file in the list of all."""

    name: str
    url: str
    page: str
    page_url: str
    picture: bool


def attachments_units(catalogue: Catalogue, renderer: Renderer) -> Iterator[Unit]:
    """All attached files, pictures as pictures."""
    held = [
        ListedAttachment(name, url, page.title, page.url, is_picture(name))
        for page in catalogue.pages.values() for name in page.files
        if (url := catalogue.file_url(page.id, name, ""))
    ]  # fmt: skip
    for sheet, sheets, files in _sheets("attachments.html", held):
        yield renderer.unit(
            sheet.path.removesuffix(".html"), digest_of(sheets, files), sheet.path,
            "附件 Attachments", "attachments.html", sheet=sheet, sheets=sheets, files=files,
            total=len(held),
        )  # fmt: skip


def problem_units(
    catalogue: Catalogue, notes: Mapping[str, tuple[PageNote, ...]], renderer: Renderer
) -> Iterator[Unit]:
    """What is worth checking: anomalies of cases, and pages that could not be shown as meant.

    ``notes`` are those of each source page, by its URL.
    """
    anomalies = Counter(code for case in catalogue.cases for code, _ in case.anomalies)
    codes = [(*found, url_of(list_path("anomaly", found[0]))) for found in _usual(anomalies)]
    troubled = [
        TroubledPage(page.url, page.title, notes[page.url])
        for page in catalogue.pages.values() if notes.get(page.url)
    ]  # fmt: skip
    usual = _usual(Counter(note.code for page in troubled for note in page.notes))
    for sheet, sheets, pages in _sheets("problems.html", troubled):
        shown = codes if sheet.first == 1 else []
        yield renderer.unit(
            sheet.path.removesuffix(".html"), digest_of(shown, usual, sheets, pages), sheet.path,
            "值得核对 Worth checking", "problems.html", sheet=sheet, sheets=sheets, codes=shown,
            kinds=usual, pages=pages, total=len(troubled),
        )  # fmt: skip


def _sheets(
    path: str, items: Sequence[T]
) -> Iterator[tuple[ListingSheet, list[ListingSheet], Sequence[T]]]:
    """Yield each page of a list, all of them, and its items; one page where the list is empty."""
    sheets = []
    for first in range(0, len(items) or 1, _ON_A_SHEET):
        number = first // _ON_A_SHEET + 1
        own = path if number == 1 else f"{path.removesuffix('.html')}/{number}.html"
        last = min(first + _ON_A_SHEET, len(items))
        sheets.append(ListingSheet(own, first + 1, last, url_of(own)))
    for sheet in sheets:
        yield sheet, sheets, items[sheet.first - 1 : sheet.last]


def _usual(counts: Counter[str]) -> list[tuple[str, int]]:
    """Sort by count, the most usual first, then by name."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
