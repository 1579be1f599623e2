"""What is remembered of each page between runs, so that a sync asks only for changes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from importers.web.request import Validator
from importers.xwiki.rest_model import HistoryRow
from kb.model import FetchState, Known

PAGE = "page/"
"""Prefix of the keys of page states, before wiki and reference."""


class HistoryDigest(msgspec.Struct, array_like=True, frozen=True):
    """A history when it was read: number of versions, the newest one, a digest of them all."""

    count: int
    version: str
    digest: str


class PageState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The state of a page when it was read."""

    rows: HistoryDigest
    locales: dict[str, HistoryDigest] = {}
    scope: str = "ha"
    """What was read: h for the history, a for the attachments."""
    way: str = "rest"
    """How it was read: `rest`, `viewer`, or `none` where it was refused."""
    whole: bool = True
    """False where something is missing that another run may get."""
    gone: bool = False
    refused_to: str | None = None
    """User to whom the page was refused; None where it was not."""
    asked: int = 0
    """When it was refused, in seconds since 1970."""
    validator: Validator | None = msgspec.field(default=None, name="mark")
    """Validators of the page's view, where the server sends them."""
    lacking: tuple[str, ...] = ()
    """Versions of the history that could not be fetched, as `LOCALE VERSION`."""
    untold: int = 0
    """Number of translations that the wiki's list counts and that were not found."""

    @property
    def documents(self) -> int:
        """Return the rows of the page in the wiki's list: itself and its translations."""
        return 1 + len(self.locales) + self.untold


def digest_of(history: Sequence[HistoryRow], count: int | None = None) -> HistoryDigest:
    """Return the digest of the oldest ``count`` versions of a history, oldest first."""
    some = history if count is None else history[:count]
    digest = hashlib.sha256()
    for row in some:
        digest.update(f"{row.version}|{row.modified}|{row.modifier}\n".encode())
    return HistoryDigest(len(some), some[-1].version if some else "", digest.hexdigest()[:24])


def same_past(before: HistoryDigest, history: Sequence[HistoryRow]) -> bool:
    """Tell whether a history begins with all versions that it had before."""
    return digest_of(history, before.count).digest == before.digest


def load_states(known: Known, wiki: str) -> dict[str, PageState]:
    """Load the states of all pages of a wiki, by reference."""
    prefix = f"{PAGE}{wiki}:"
    decode = msgspec.json.Decoder(PageState).decode
    return {key[len(prefix) :]: decode(value) for key, value in known.fetch_states(prefix)}


def saved(wiki: str, reference: str, state: PageState) -> FetchState:
    """Return the record that makes the archive remember a page's state."""
    value = msgspec.json.encode(state).decode()
    return FetchState(key=f"{PAGE}{wiki}:{reference}", value=value)
