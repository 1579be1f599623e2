"""What is indexed, whatever it was made of: a case, a page, lines that a page no longer has."""

from __future__ import annotations

from datetime import date
from typing import Literal, TypeAlias

import msgspec

DocumentKind: TypeAlias = Literal["case", "page", "old"]
SortOrder: TypeAlias = Literal["relevance", "newest", "oldest", "number"]
"""By score; by day, latest or earliest first; by number, least first. Without one: last."""


class NamedText(msgspec.Struct, frozen=True, array_like=True):
    """A stretch of text under a name; several may share one."""

    name: str
    """A field that a query can name: `problem`, `turn`, `bill`, …"""
    label: str
    """What people see it called: a field's label, a turn's speaker; else empty."""
    text: str


class SearchDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of an index. Engines store it whole and give it back with each hit."""

    key: str
    """Unlike any other's in the index."""
    digest: bytes
    """Changes when anything about the document does."""
    kind: DocumentKind = "case"
    """case, page, or old: lines that a page no longer has."""
    id: str
    """What people call it: a case's id, a page's reference."""
    title: str = ""
    url: str | None = None
    """Where its page stands in the wiki, if that is known."""
    texts: tuple[NamedText, ...] = ()
    """In reading order; these are searched and highlighted."""
    names: tuple[tuple[str, str], ...] = ()
    """Whole names, (field, value): speaker, engineer, status, …"""
    day: int | None = None
    """Date as yyyymmdd."""
    number: int | None = None


encoded = msgspec.msgpack.Encoder().encode
decoded = msgspec.msgpack.Decoder(SearchDocument).decode
"""A document as bytes, for engines to store, and back."""

HEAD = frozenset({"id", "title", "problem"})
"""Names of texts that tell what the document is about: they weigh more."""
SCOPED = frozenset({"turn", "section", "text", "old"})
"""Names of texts that a query cannot ask for by themselves: the body."""


def day_number(iso: str | None) -> int | None:
    """The day of an ISO date or date-time as yyyymmdd; None where it is not given or impossible."""
    try:
        return int(date.fromisoformat((iso or "")[:10]).strftime("%Y%m%d"))
    except ValueError:
        return None
