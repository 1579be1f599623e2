"""What the site holds, known before any page is written, so that links are true."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from kb.archive import PageView
from kb.cases.record import Case
from kb.model import PageId
from kb.publish.names import case_path, file_path, page_path, url_of
from kb.publish.render import short


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A case in a list."""

    wiki: str
    id: str
    url: str
    title: str
    language: str
    status: str
    date: str | None
    station: str | None
    people: tuple[str, ...]
    """Engineers, as the case names them."""
    page: PageId
    first_line: int


class Catalogue:
    """Cards of all cases, ids of all pages, names of all files that the site will hold."""

    def __init__(self) -> None:
        self.cards: list[Card] = []
        self.titles: dict[PageId, str] = {}
        self._syntax: dict[PageId, str | None] = {}
        self._cases: set[tuple[str, str]] = set()
        self._files: set[tuple[PageId, str]] = set()

    def add_case(self, case: Case) -> None:
        """Note a case."""
        self.cards.append(card_of(case))
        self._cases.add((case.source.wiki, case.id))

    def add_page(self, page: PageView) -> None:
        """Note a source page and the files whose bytes the site will hold."""
        self.titles[page.id] = page.title or page.id.page
        self._syntax[page.id] = page.syntax
        self._files.update((page.id, name) for name, _ in current_files(page))

    def syntax_of(self, page: PageId) -> str | None:
        """Markup of a page's source, where known."""
        return self._syntax.get(page)

    @property
    def pages(self) -> int:
        """How many source pages there are."""
        return len(self.titles)

    def case_url(self, wiki: str, case_id: str, root: str) -> str | None:
        """Link to a case's page from a page whose root is ``root``; None where it has none."""
        return root + url_of(case_path(wiki, case_id)) if (wiki, case_id) in self._cases else None

    def page_url(self, page: PageId, root: str) -> str | None:
        """Link to a source page from a page whose root is ``root``."""
        return root + url_of(page_path(page)) if page in self.titles else None

    def file_url(self, page: PageId, name: str, root: str) -> str | None:
        """Link to an attached file."""
        return root + url_of(file_path(page, name)) if (page, name) in self._files else None

    def newest_first(self) -> list[Card]:
        """All cards by date, those without one last."""
        return sorted(self.cards, key=lambda c: (c.date or "", c.id), reverse=True)

    def on_page(self) -> dict[PageId, list[Card]]:
        """Cards by the page that they stand on, in its order."""
        found: dict[PageId, list[Card]] = {}
        for card in sorted(self.cards, key=lambda c: c.first_line):
            found.setdefault(card.page, []).append(card)
        return found


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A source page in the list of all."""

    url: str
    title: str
    reference: str
    locale: str
    cases: int


def card_of(case: Case) -> Card:
    """What a list shows of a case."""
    return Card(
        wiki=case.source.wiki,
        id=case.id,
        url=url_of(case_path(case.source.wiki, case.id)),
        title=short(case.problem) or case.id,
        language=case.language,
        status=case.status,
        date=case.date,
        station=case.station,
        people=case.engineers,
        page=PageId(case.source.wiki, case.source.page, case.source.locale),
        first_line=case.source.lines[0],
    )


def page_rows(catalogue: Catalogue) -> Iterator[Row]:
    """All source pages by reference."""
    here = catalogue.on_page()
    for page, title in sorted(catalogue.titles.items()):
        yield Row(
            url=url_of(page_path(page)), title=title, reference=page.page, locale=page.locale,
            cases=len(here.get(page, ())),
        )  # fmt: skip


def current_files(page: PageView) -> Iterable[tuple[str, str]]:
    """Name and sha256 of the newest version of each attachment whose bytes are held."""
    newest = {file.name: file.sha256 for file in page.attachments}
    return ((name, sha256) for name, sha256 in newest.items() if sha256)
