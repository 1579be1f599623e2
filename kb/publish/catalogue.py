"""What the site holds, known before any page is written, so that links are true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from kb.model import PageId
from kb.publish.facts import Card, CaseFacts, PageFacts
from kb.publish.names import case_path, file_path, url_of


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A source page in the list of all."""

    url: str
    title: str
    wiki: str
    reference: str
    locale: str
    cases: int


class Catalogue:
    """All cases, pages and files that the site will hold."""

    def __init__(self, cases: Iterable[CaseFacts], pages: Iterable[PageFacts]) -> None:
        self.cases = sorted(cases, key=lambda case: case.order)
        self.pages = {page.id: page for page in pages}
        self._ids = {(case.card.wiki, case.card.id) for case in self.cases}
        self.shared = _shared(self.cases)
        """Identifiers (kind, value) that several cases name, each with these."""
        self._on_page: dict[PageId, list[Card]] = {}
        for case in sorted(self.cases, key=lambda c: c.card.first_line):
            self._on_page.setdefault(case.card.page, []).append(case.card)

    @property
    def cards(self) -> list[Card]:
        """Cards of all cases, newest first, those without a date last."""
        return [case.card for case in reversed(self.cases)]

    def is_shared(self, identifier: tuple[str, str]) -> bool:
        """Whether several cases name it, so that it has a page of its own."""
        return identifier in self.shared

    def has_case(self, wiki: str, case_id: str) -> bool:
        """Whether the site has that case."""
        return (wiki, case_id) in self._ids

    def case_url(self, wiki: str, case_id: str, root: str) -> str | None:
        """Link to a case's page from a page whose root is ``root``; None where it has none."""
        return root + url_of(case_path(wiki, case_id)) if (wiki, case_id) in self._ids else None

    def page_url(self, page: PageId, root: str) -> str | None:
        """Link to a source page."""
        found = self.pages.get(page)
        return root + found.url if found else None

    def file_url(self, page: PageId, name: str, root: str) -> str | None:
        """Link to an attached file."""
        found = self.pages.get(page)
        return root + url_of(file_path(page, name)) if found and name in found.files else None

    def syntax_of(self, page: PageId) -> str | None:
        """Markup of a page's source, where known."""
        found = self.pages.get(page)
        return found.syntax if found else None

    def cards_on(self, page: PageId) -> list[Card]:
        """Cards of the cases that stand on a page, in its order."""
        return self._on_page.get(page, [])

    def rows(self) -> Iterator[Row]:
        """All source pages by reference."""
        for page, facts in sorted(self.pages.items()):
            yield Row(
                url=facts.url, title=facts.title, wiki=page.wiki, reference=page.page,
                locale=page.locale, cases=len(self.cards_on(page)),
            )  # fmt: skip


def _shared(cases: Iterable[CaseFacts]) -> dict[tuple[str, str], list[CaseFacts]]:
    found: defaultdict[tuple[str, str], list[CaseFacts]] = defaultdict(list)
    for case in cases:
        for identifier in case.identifiers:
            found[identifier].append(case)
    return {key: some for key, some in found.items() if len(some) > 1}
