"""What is remembered of each page, so that the next run asks only for what changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from importers.web.calls import Validator
from importers.xwiki.rest_model import HistoryRow
from kb.model import FetchState, Known

PAGE = "page/"
"""Prefix of the keys of page states; wiki and reference follow."""


class HistoryDigest(msgspec.Struct, array_like=True, frozen=True):
    """A history as it was: how many versions, the newest, and a digest of them all."""

    count: int
    version: str
    digest: str


class PageState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a page stood when it was read."""

    rows: HistoryDigest
    locales: dict[str, HistoryDigest] = {}
    scope: str = "ha"
    """What was read: h for the history, a for the attachments."""
    way: str = "rest"
    """`rest`, `viewer`, or `none` where nothing of the page was shown."""
    whole: bool = True
    """False where something is missing that may come another time."""
    gone: bool = False
    refused_to: str | None = None
    """Who was refused the page; None where it was shown."""
    asked: int = 0
    """When it was refused, in seconds since 1970."""
    mark: Validator | None = None
    """Of the page's view, where the server tells one."""
    lacking: tuple[str, ...] = ()
    """Versions that the history names and that could not be had, each behind its locale."""
    untold: int = 0
    """Translations that the wiki's list counts and that nobody could find."""

    @property
    def documents(self) -> int:
        """Rows that the page has in the wiki's list: itself and its translations."""
        return 1 + len(self.locales) + self.untold


def rows_of(history: Sequence[HistoryRow], count: int | None = None) -> HistoryDigest:
    """The oldest ``count`` versions, oldest first, as HistoryDigest."""
    some = history if count is None else history[:count]
    digest = hashlib.sha256()
    for row in some:
        digest.update(f"{row.version}|{row.modified}|{row.modifier}\n".encode())
    return HistoryDigest(len(some), some[-1].version if some else "", digest.hexdigest()[:24])


def same_past(before: HistoryDigest, history: Sequence[HistoryRow]) -> bool:
    """True where the history goes on from what it was, and is not another one."""
    return rows_of(history, before.count).digest == before.digest


def key_of(wiki: str, reference: str) -> str:
    """Key of a page's state."""
    return f"{PAGE}{wiki}:{reference}"


def load_states(known: Known, wiki: str) -> dict[str, PageState]:
    """States of all pages of a wiki by reference."""
    prefix = f"{PAGE}{wiki}:"
    decode = msgspec.json.Decoder(PageState).decode
    return {key[len(prefix) :]: decode(value) for key, value in known.fetch_states(prefix)}


def saved(wiki: str, reference: str, state: PageState) -> FetchState:
    """The record that keeps a page's state."""
    value = msgspec.json.encode(state).decode()
    return FetchState(key=key_of(wiki, reference), value=value)


def documents(states: Iterable[PageState]) -> int:
    """Rows that the wiki's list has for pages that are there."""
    return sum(state.documents for state in states if not state.gone)
