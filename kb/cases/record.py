"""The record of a case, field for field that of the published JSON Schema (case.schema.json).

`to_json(case)` is one line of `kb export jsonl`. Texts are as the page writes them; each value has
the lines that it stands on as its origin. Absent means unknown, never guessed. Dates are ISO 8601,
as precise as known.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

from kb.model import History

SCHEMA_VERSION = 1

Status: TypeAlias = Literal["unset", "resolved", "in_progress", "shelved", "conflicting"]
"""State of a case: `unset` where none is marked, `conflicting` where several are."""
EventKind: TypeAlias = Literal[
    "created", "renamed", "edited", "field", "problem", "turn", "status", "engineer",
    "attachment", "moved", "removed", "restored",
]  # fmt: skip
"""What an event tells; `edited` is a change that none of the others covers."""


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a value stands: lines of the page source, and who wrote them last."""

    lines: tuple[int, int]
    """First and last line, 1-based, inclusive."""
    version: str | None = None
    """The newest among the versions that wrote these lines; None where none is known."""
    author: str | None = None
    """Who wrote that version, as the wiki names people."""
    date: str | None = None
    """When it was written."""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A labelled value."""

    name: str
    """Canonical (`phone`, `bill`, …) or the label itself."""
    label: str
    """As written."""
    value: str
    """As written, formatting included."""
    parsed: str | int | float | None = None
    """By the field's type in the profile: an ISO date and time, a number; None where it is text,
    or does not parse whole."""
    origin: Origin
    """The lines of label and value."""


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """What one speaker said, up to the next speaker, round or section."""

    round: int | None
    """Number of the round of analysis; None outside rounds."""
    speaker: str | None
    """Name as signed; None where the text has no signature."""
    text: str
    """What was said, without the speaker's mark; may have several lines."""
    origin: Origin
    """Its lines, the one with the speaker's mark included."""


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """Another labelled part: PS, supplements and the like."""

    label: str
    """As written."""
    text: str
    """What is below the label, up to the next mark."""
    origin: Origin
    """Its lines, the label's included."""


class Resolution(msgspec.Struct, frozen=True, kw_only=True):
    """What the resolution part says beside status and engineers."""

    text: str
    """Its text, as written."""
    origin: Origin
    """From its first line to its last."""


class CaseAttachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file that the case names."""

    name: str
    """File name, without page and space."""
    kind: Literal["image", "file"] | msgspec.UnsetType = msgspec.UNSET
    """Whether the text shows it or links it."""
    sha256: str | msgspec.UnsetType | None = msgspec.UNSET
    """Hex digest of its bytes; None where it was not imported."""
    origin: Origin
    """The line that names it first."""


class Identifier(msgspec.Struct, frozen=True, kw_only=True):
    """One occurrence of a number or name that identifies something."""

    kind: str
    """`phone`, `bill`, … as the profile names kinds."""
    value: str
    """As written."""
    origin: Origin
    """Its line."""


class Anomaly(msgspec.Struct, frozen=True, kw_only=True):
    """Something about the case that a person should look at."""

    code: str
    """Stable; docs/anomalies.md lists all."""
    message: str
    """For people, in English."""
    origin: Origin
    """The lines that it is about."""


class Related(msgspec.Struct, frozen=True, kw_only=True):
    """Another case that is tied to this one."""

    id: str
    """Of the other case."""
    via: tuple[str, ...]
    """What ties them: `bill:2020…`, `mention:ID`, `similar:0.83`, `same:ID`."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One change in the life of a case."""

    version: str
    """The page's version that brought it."""
    author: str | None = None
    """Who wrote that version."""
    date: str | None = None
    """When it was written."""
    page: str | msgspec.UnsetType = msgspec.UNSET
    """Reference of the page, where the case was on several."""
    change: EventKind
    """What happened."""
    name: str | None = None
    """The field's name or the turn's speaker, where the change has one."""
    old: str | None = None
    """The value before; None where there was none, or where only lines are known."""
    new: str | None = None
    """The value after; None where there is none any more."""


class Unclassified(msgspec.Struct, frozen=True, kw_only=True):
    """Lines that no rule took: they are displayed and searched, never dropped."""

    text: str
    """As written; several lines where they stand together."""
    origin: Origin
    """Its lines."""


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """A value put right by hand, on top of what the page says."""

    path: str
    """JSON pointer into the record."""
    old: Any
    """What the page says; None where it says nothing."""
    new: Any
    """What was put in its place; None where the value was cleared."""
    by: str
    """Who corrected it."""
    why: str
    """The reason given."""
    date: str | None = None
    """The day on which it was corrected."""


class CaseSource(msgspec.Struct, frozen=True, kw_only=True):
    """The page that the case stands on."""

    wiki: str
    """Name of the wiki."""
    page: str
    """The page's reference."""
    locale: str
    """Locale of the translation; empty for the page itself."""
    version: str | None
    """The page's version that was read; None where it is not known."""
    lines: tuple[int, int]
    """First and last line of the case on the page, 1-based, inclusive."""
    history: History
    """How much of the page's history is known."""
    url: str | None = None
    """Where a browser finds the page."""


class Case(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """A case. The order of its attributes is that of the schema's keys."""

    schema_version: int = SCHEMA_VERSION
    """Version of case.schema.json that the record follows."""
    id: str
    """As the page writes it, or made from the page's reference and the heading; unique: a second
    case of an id has `~2` at its end."""
    number: int | None = None
    """The case's number, where its id has one."""
    date: str | None = None
    """The day that the heading names."""
    language: str
    """BCP 47, by the script of the case's text: `zh`, `en`, …, `und` where nothing tells it."""
    status: Status = "unset"
    """The state that is marked."""
    station: str | None = None
    """Where it happened, as written."""
    problem: str = ""
    """What the case is about, as written; empty where the page does not say."""
    fields: tuple[Field, ...] = ()
    """Labelled values in the order of the page."""
    turns: tuple[Turn, ...] = ()
    """What was said about it, in the order of the page."""
    sections: tuple[Section, ...] = ()
    """Other labelled parts, in the order of the page."""
    resolution: Resolution | None = None
    """The text of the resolution part, where it has any."""
    engineers: tuple[str, ...] = ()
    """Who is responsible, as written, each once."""
    attachments: tuple[CaseAttachment, ...] = ()
    """Files that the text names, each once."""
    identifiers: tuple[Identifier, ...] = ()
    """Every occurrence, malformed ones included, in the order of the page."""
    anomalies: tuple[Anomaly, ...] = ()
    """What a person should look at."""
    related: tuple[Related, ...] = ()
    """Other cases of the wiki, those with most ties first."""
    timeline: tuple[Event, ...] = ()
    """Its life, oldest event first."""
    unclassified: tuple[Unclassified, ...] = ()
    """What the profile has no rule for."""
    origins: dict[str, Origin] = {}
    """JSON pointer into this record → origin, for what carries none of its own."""
    corrections: tuple[Correction, ...] | msgspec.UnsetType = msgspec.UNSET
    """Values put right by hand; `UNSET` where there are none."""
    source: CaseSource
    """The page that the case stands on."""
    x: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    """Beyond the schema: `heading` (its text), `lines` (what each line was taken for),
    `durations`, `similar`, `withheld`, `same_as`, `removed`."""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Case)


def to_json(case: Case) -> bytes:
    """Encode the case as one line of JSON in UTF-8, without a newline."""
    return _encoder.encode(case)


def from_json(line: bytes | str) -> Case:
    """Decode a case. msgspec.ValidationError, with its path, where the line is no case."""
    return _decoder.decode(line)
