"""What is indexed, whatever it was made of: a case, a page, a file."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

Kind: TypeAlias = Literal["case", "page", "old"]


class Text(msgspec.Struct, frozen=True, array_like=True):
    """A stretch of text under a name; several may share one."""

    name: str
    """A field that a query can name: `problem`, `turn`, `bill`, …"""
    label: str
    """What people see it called: a field's label, a turn's speaker; else empty."""
    text: str


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can be found: a case, a page, what a page no longer says."""

    key: str
    """Unlike any other's in the index."""
    digest: bytes
    """Changes when anything about the document does."""
    kind: Kind = "case"
    id: str
    """What people call it: a case's id, a page's reference, a file's name."""
    title: str = ""
    texts: tuple[Text, ...] = ()
    """In reading order; these are searched and highlighted."""
    names: tuple[tuple[str, str], ...] = ()
    """Whole names, (field, value): speaker, engineer, status, …"""
    day: int | None = None
    """Date as yyyymmdd."""
    number: int | None = None


HEAD = frozenset({"id", "title", "problem"})
"""Names of texts that tell what the document is about: they weigh more."""
SCOPED = frozenset({"turn", "section", "text", "old"})
"""Names of texts that a query cannot ask for by themselves: the body."""
