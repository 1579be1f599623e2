"""Pages about the whole: for the editor what is worth checking, for everybody what the site is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from importlib.metadata import version

import msgspec

from kb.publish.catalogue import Catalogue
from kb.publish.facts import PageFacts, digest_of
from kb.publish.names import list_path, url_of
from kb.publish.preview import is_picture
from kb.publish.render import Renderer
from kb.publish.state import Note
from kb.publish.units import Output, Unit

_SHOWN = 400
"""Pages, or files, that one list shows; the count says how many there are."""


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


def problems_unit(
    catalogue: Catalogue, notes: Mapping[str, tuple[Note, ...]], renderer: Renderer
) -> Unit:
    """Anomalies of the cases, and pages that could not be shown as meant, by kind."""
    anomalies = Counter(code for case in catalogue.cases for code, _ in case.anomalies)
    codes = [(*found, url_of(list_path("anomaly", found[0]))) for found in _usual(anomalies)]
    troubled = [
        Troubled(page.url, page.title, notes[page.url])
        for page in catalogue.pages.values() if notes.get(page.url)
    ]  # fmt: skip
    kinds = Counter(note.code for page in troubled for note in page.notes)

    def make() -> Iterable[Output]:
        page = renderer.page(
            "problems.html", "problems.html", "值得核对 Worth checking", codes=codes,
            kinds=_usual(kinds),
            pages=troubled[:_SHOWN], total=len(troubled),
        )  # fmt: skip
        return [("problems.html", page)]

    return Unit("problems", digest_of(codes, troubled), make)


def _usual(counts: Counter[str]) -> list[tuple[str, int]]:
    """The most usual first, then by name."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def files_unit(catalogue: Catalogue, renderer: Renderer) -> Unit:
    """All attached files, pictures as pictures."""
    files = [file for page in catalogue.pages.values() for file in _attached(page, catalogue)]

    def make() -> Iterable[Output]:
        page = renderer.page(
            "attachments.html", "attachments.html", "附件 Attachments",
            files=files[:_SHOWN], total=len(files),
        )  # fmt: skip
        return [("attachments.html", page)]

    return Unit("attachments", digest_of(files), make)


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
