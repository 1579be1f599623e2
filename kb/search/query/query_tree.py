"""What a query says, as a tree, before any engine is asked."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec


class Word(msgspec.Struct, frozen=True):
    """Something typed without spaces; ``field`` where it must stand in one."""

    text: str
    field: str | None = None
    star: Literal["", "begins", "ends"] = ""
    """`1341*` begins, `*6730` ends."""
    fuzzy: bool = False
    """`refnd~`: English words a letter or two away count too."""


class Quoted(msgspec.Struct, frozen=True):
    """Words in quotes: side by side and as written."""

    text: str
    field: str | None = None


class Name(msgspec.Struct, frozen=True):
    """A whole name: `speaker:令`, `status:resolved`; ``star`` for a beginning."""

    field: str
    value: str
    star: bool = False


class Between(msgspec.Struct, frozen=True):
    """A number or date (as yyyymmdd) from ``low`` to ``high``, both included, None is open."""

    field: str
    low: float | None
    high: float | None


class Not(msgspec.Struct, frozen=True):
    """What must not be there."""

    node: Node


class And(msgspec.Struct, frozen=True):
    """All of these."""

    nodes: tuple[Node, ...]


class Or(msgspec.Struct, frozen=True):
    """At least one of these."""

    nodes: tuple[Node, ...]


Node: TypeAlias = Word | Quoted | Name | Between | Not | And | Or


class QueryNote(msgspec.Struct, frozen=True):
    """Something the asker should know about how the query was understood."""

    code: str
    """Stable: `unclosed-quote`, `any-of-the-words`, …"""
    detail: str

    def __str__(self) -> str:
        return self.detail


class Query(msgspec.Struct, frozen=True):
    """A query as understood. ``node`` is None where nothing is asked: everything fits."""

    text: str
    node: Node | None
    notes: tuple[QueryNote, ...] = ()
