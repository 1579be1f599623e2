"""A case record, field for field that of the published JSON Schema (case.schema.json).

`to_json(case)` is one line of `kb export jsonl`. Texts are as the page writes them; what each
value stands on is in its origin. Absent means unknown, never guessed.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

from kb.model import History

SCHEMA_VERSION = 1

Status: TypeAlias = Literal["unset", "resolved", "in_progress", "shelved", "conflicting"]
EventKind: TypeAlias = Literal[
    "created", "renamed", "edited", "field", "problem", "turn", "status", "engineer",
    "attachment", "moved", "removed", "restored",
]  # fmt: skip


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a value stands: lines of the page source, and who wrote them last."""

    lines: tuple[int, int]
    """First and last line, 1-based, inclusive."""
    version: str | None = None
    """The newest among these lines."""
    author: str | None = None
    date: str | None = None


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A labelled value."""

    name: str
    """Canonical (`phone`, `bill`, …) or the label itself."""
    label: str
    value: str
    parsed: str | int | float | None = None
    origin: Origin


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """What one speaker said, up to the next speaker, round or section."""

    round: int | None
    speaker: str | None
    text: str
    origin: Origin


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """Another labelled part: PS, supplements and the like."""

    label: str
    text: str
    origin: Origin


class Resolution(msgspec.Struct, frozen=True, kw_only=True):
    """What the resolution part says beside status and engineers."""

    text: str
    origin: Origin


class CaseAttachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file that the case names; ``sha256`` is None where it was not imported."""

    name: str
    kind: Literal["image", "file"] | msgspec.UnsetType = msgspec.UNSET
    sha256: str | msgspec.UnsetType | None = msgspec.UNSET
    origin: Origin


class Identifier(msgspec.Struct, frozen=True, kw_only=True):
    """One occurrence of a number or name that identifies a thing, as written."""

    kind: str
    value: str
    origin: Origin


class Anomaly(msgspec.Struct, frozen=True, kw_only=True):
    """Something about the case that a person should look at."""

    code: str
    message: str
    origin: Origin


class Related(msgspec.Struct, frozen=True, kw_only=True):
    """Another case, and what ties it to this one: `bill:2020…`, `mention:ID`, `similar:0.83`."""

    id: str
    via: tuple[str, ...]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One change in the life of a case."""

    version: str
    author: str | None = None
    date: str | None = None
    page: str | msgspec.UnsetType = msgspec.UNSET
    change: EventKind
    name: str | None = None
    old: str | None = None
    new: str | None = None


class Unclassified(msgspec.Struct, frozen=True, kw_only=True):
    """Lines that no rule took: shown, searched, never dropped."""

    text: str
    origin: Origin


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """A value put right by hand, on top of what the page says."""

    path: str
    old: Any
    new: Any
    by: str
    why: str
    date: str | None = None


class CaseSource(msgspec.Struct, frozen=True, kw_only=True):
    """The page that the case stands on."""

    wiki: str
    page: str
    locale: str
    version: str | None
    lines: tuple[int, int]
    history: History
    url: str | None = None


class Case(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """A case. Key order is that of the schema."""

    schema_version: int = SCHEMA_VERSION
    id: str
    number: int | None = None
    date: str | None = None
    language: str
    status: Status = "unset"
    station: str | None = None
    problem: str = ""
    fields: tuple[Field, ...] = ()
    turns: tuple[Turn, ...] = ()
    sections: tuple[Section, ...] = ()
    resolution: Resolution | None = None
    engineers: tuple[str, ...] = ()
    attachments: tuple[CaseAttachment, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    anomalies: tuple[Anomaly, ...] = ()
    related: tuple[Related, ...] = ()
    timeline: tuple[Event, ...] = ()
    unclassified: tuple[Unclassified, ...] = ()
    origins: dict[str, Origin] = {}
    """JSON pointer into this record → origin, for what carries none of its own."""
    corrections: tuple[Correction, ...] | msgspec.UnsetType = msgspec.UNSET
    source: CaseSource
    x: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    """What a profile adds: `heading` (its text), `profile` (its name), …"""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Case)


def to_json(case: Case) -> bytes:
    """The case as one line of JSON in UTF-8, without a newline."""
    return _encoder.encode(case)


def from_json(line: bytes | str) -> Case:
    """The case again. msgspec.ValidationError, with its path, where the line is no case."""
    return _decoder.decode(line)
