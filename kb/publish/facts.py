"""What the site's lists and links need of each case and page: kept from build to build."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from typing import Any, TypeVar

import msgspec

from kb.archive import PageView
from kb.cases.record import Case
from kb.model import PageId
from kb.publish.browser_index.entry import facets_of
from kb.publish.composed import takes_others
from kb.publish.durations import days_to_resolve
from kb.publish.names import case_path, page_path, url_of
from kb.publish.render import short

T = TypeVar("T", bound=Hashable)


def digest_of(*parts: object) -> bytes:
    """Digest of values that msgspec can encode."""
    return hashlib.blake2b(msgspec.msgpack.encode(parts), digest_size=16).digest()


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
    """Of the record that this was made of."""
    mark: bytes
    """Of what lists show: it stays where only a text changed."""
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
    """From its day to the mark that it is resolved."""

    @property
    def order(self) -> tuple[str, str, str]:
        """By date, then name: as the search index numbers documents."""
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
    """Whether what it shows may depend on other pages."""


class Shared:
    """Values that many cases have, each once: a wiki's facts take half the memory."""

    def __init__(self) -> None:
        self._seen: dict[Hashable, Any] = {}

    def __call__(self, value: T) -> T:
        """The first value that equals this one and was given before; else this one."""
        found: T = self._seen.setdefault(value, value)
        return found


def case_facts(case: Case, digest: bytes, shared: Shared | None = None) -> CaseFacts:
    """What is kept of a case."""
    share = shared or Shared()
    dates = [event.date for event in case.timeline if event.date]
    card = card_of(case, share)
    return CaseFacts(
        digest=digest, mark=digest_of(card), card=card, facets=tuple(map(share, facets_of(case))),
        identifiers=tuple(dict.fromkeys((share(i.kind), i.value) for i in case.identifiers)),
        anomalies=tuple(share((a.code, a.message)) for a in case.anomalies),
        related=tuple(other.id for other in case.related),
        updated=max(dates, default=None), url=case.source.url, days=days_to_resolve(case),
    )  # fmt: skip


def card_of(case: Case, share: Shared) -> Card:
    """What a list shows of a case."""
    source = case.source
    return Card(
        wiki=share(source.wiki), id=case.id, url=url_of(case_path(source.wiki, case.id)),
        title=short(case.problem) or case.id, language=share(case.language),
        status=share(case.status), date=share(case.date), station=share(case.station),
        people=share(case.engineers), first_line=source.lines[0],
        page=share(PageId(source.wiki, source.page, source.locale)),
    )  # fmt: skip


def page_facts(page: PageView, digest: bytes) -> PageFacts:
    """What is kept of a source page."""
    newest = {file.name: file.sha256 for file in page.attachments}
    return PageFacts(
        digest=digest, id=page.id, url=url_of(page_path(page.id)), title=page.title or page.id.page,
        syntax=page.syntax, files={name: sha for name, sha in newest.items() if sha},
        tags=page.tags, modified=page.modified, original=page.url,
        composed=takes_others(page.source),
    )  # fmt: skip
