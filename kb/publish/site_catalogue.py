"""What the site holds: facts of each case and page, kept from build to build, and the catalogue.

Links, lists and statistics are made of these facts, before any page is written and without reading
the records and texts again.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from datetime import date
from typing import Any, TypeVar, cast

import msgspec

from kb.archive import PageView
from kb.cases.record import Case
from kb.model import PageId
from kb.publish.browser_index.documents import facets_of
from kb.publish.paths import case_path, file_path, identifier_path, page_path, url_of
from kb.publish.renderer import digest_of, short

T = TypeVar("T", bound=Hashable)

_INCLUDING = re.compile(r"\{\{(?:include|display|children|documents|documentTree)\b")
"""Macros that show other pages."""


class Card(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
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


class CaseFacts(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A case as lists, links and search facets know it."""

    digest: bytes
    """Of the record."""
    mark: bytes
    """Digest of what lists show: the same where only a text changed."""
    card: Card
    facets: tuple[tuple[str, str], ...]
    identifiers: tuple[tuple[str, str], ...]
    """Kind and value, each once."""
    anomalies: tuple[tuple[str, str], ...]
    """Code and message."""
    related: tuple[str, ...]
    updated: str | None
    """The newest date that its timeline has."""
    url: str | None
    """Of its page on the old wiki."""
    days: int | None
    """From its date to the mark that it is resolved."""

    @property
    def order(self) -> tuple[str, str, str]:
        """Date, then name: the order in which the search index numbers documents."""
        return self.card.date or "", self.card.wiki, self.card.id


class PageFacts(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A source page as lists and links know it."""

    digest: bytes
    id: PageId
    url: str
    title: str
    syntax: str | None
    files: dict[str, str]
    """Name and sha256 of the newest version of each attachment whose bytes are held."""
    tags: tuple[str, ...]
    modified: str | None
    original: str | None
    """URL on the old wiki."""
    composed: bool
    """Whether it has macros that show other pages."""


class Interner:
    """Hold each value once that many cases have: so a wiki's facts take half the memory."""

    def __init__(self) -> None:
        self._seen: dict[Hashable, Any] = {}

    def __call__(self, value: T) -> T:
        """Return the first value given that equals this one."""
        return cast("T", self._seen.setdefault(value, value))


def case_facts(case: Case, digest: bytes, intern: Interner | None = None) -> CaseFacts:
    """Take the facts from a case; ``digest`` is that of its record."""
    share = intern or Interner()
    dates = [event.date for event in case.timeline if event.date]
    card = card_of(case, share)
    return CaseFacts(
        digest=digest, mark=digest_of(card), card=card, facets=tuple(map(share, facets_of(case))),
        identifiers=tuple(dict.fromkeys((share(i.kind), i.value) for i in case.identifiers)),
        anomalies=tuple(share((a.code, a.message)) for a in case.anomalies),
        related=tuple(other.id for other in case.related),
        updated=max(dates, default=None), url=case.source.url, days=days_to_resolve(case),
    )  # fmt: skip


def card_of(case: Case, share: Interner) -> Card:
    """Take what a list shows from a case."""
    source = case.source
    return Card(
        wiki=share(source.wiki), id=case.id, url=url_of(case_path(source.wiki, case.id)),
        title=short(case.problem) or case.id, language=share(case.language),
        status=share(case.status), date=share(case.date), station=share(case.station),
        people=share(case.engineers), first_line=source.lines[0],
        page=share(PageId(source.wiki, source.page, source.locale)),
    )  # fmt: skip


def page_facts(page: PageView, digest: bytes) -> PageFacts:
    """Take the facts from a source page."""
    newest = {file.name: file.sha256 for file in page.attachments}
    return PageFacts(
        digest=digest, id=page.id, url=url_of(page_path(page.id)), title=page.title or page.id.page,
        syntax=page.syntax, files={name: sha for name, sha in newest.items() if sha},
        tags=page.tags, modified=page.modified, original=page.url,
        composed=_INCLUDING.search(page.source) is not None,
    )  # fmt: skip


def resolved_on(case: Case) -> str | None:
    """The day of the last mark `resolved` of a case that still is; None where it is not known."""
    if case.status != "resolved":
        return None
    marks = (e for e in case.timeline if e.change == "status" and e.new == "resolved" and e.date)
    last = max((mark.date or "" for mark in marks), default="")
    return last[:10] if len(last) >= 10 else None


def days_to_resolve(case: Case) -> int | None:
    """Whole days from a case's date to `resolved_on`; None where unknown or negative."""
    opened = case.date or next((e.date for e in case.timeline if e.change == "created"), None)
    closed = resolved_on(case)
    if not opened or not closed or len(opened) < 10:
        return None
    try:
        days = (date.fromisoformat(closed) - date.fromisoformat(opened[:10])).days
    except ValueError:
        return None
    return days if days >= 0 else None


class ListedPage(msgspec.Struct, frozen=True, kw_only=True):
    """A source page in the list of all pages."""

    url: str
    title: str
    wiki: str
    reference: str
    locale: str
    cases: int


class Catalogue:
    """All cases, pages and attached files that the site will hold, so that links are true."""

    def __init__(self, cases: Iterable[CaseFacts], pages: Iterable[PageFacts]) -> None:
        self.cases = sorted(cases, key=lambda case: case.order)
        self.pages = {page.id: page for page in pages}
        self.ids = {(case.card.wiki, case.card.id) for case in self.cases}
        self.shared = _shared(self.cases)
        """By identifier (kind, value): the cases that name it, where there are several."""
        self._on_page: defaultdict[PageId, list[Card]] = defaultdict(list)
        for case in sorted(self.cases, key=lambda c: c.card.first_line):
            self._on_page[case.card.page].append(case.card)

    @property
    def cards(self) -> list[Card]:
        """Cards of all cases, newest first, those without a date last."""
        return [case.card for case in reversed(self.cases)]

    def case_url(self, wiki: str, case_id: str, root: str) -> str | None:
        """Link to a case's page from a page whose way to the site's root is ``root``."""
        return root + url_of(case_path(wiki, case_id)) if (wiki, case_id) in self.ids else None

    def identifier_url(self, kind: str, value: str, root: str) -> str | None:
        """Link to the list of the cases that name an identifier, where there are several."""
        return root + url_of(identifier_path(kind, value)) if (kind, value) in self.shared else None

    def page_url(self, page: PageId, root: str) -> str | None:
        """Link to a source page."""
        found = self.pages.get(page)
        return root + found.url if found else None

    def file_url(self, page: PageId, name: str, root: str) -> str | None:
        """Link to an attached file."""
        found = self.pages.get(page)
        return root + url_of(file_path(page, name)) if found and name in found.files else None

    def cards_on(self, page: PageId) -> list[Card]:
        """Cards of the cases on a source page, in its order."""
        return self._on_page.get(page, [])

    def rows(self) -> Iterator[ListedPage]:
        """Yield all source pages in the order of their references."""
        for page, facts in sorted(self.pages.items()):
            yield ListedPage(
                url=facts.url, title=facts.title, wiki=page.wiki, reference=page.page,
                locale=page.locale, cases=len(self.cards_on(page)),
            )  # fmt: skip


def _shared(cases: Iterable[CaseFacts]) -> dict[tuple[str, str], list[CaseFacts]]:
    found: defaultdict[tuple[str, str], list[CaseFacts]] = defaultdict(list)
    for case in cases:
        for identifier in case.identifiers:
            found[identifier].append(case)
    return {key: some for key, some in found.items() if len(some) > 1}
