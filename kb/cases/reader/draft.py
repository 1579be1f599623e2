"""A case read from its own lines alone, before it is known where on which page they stand."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import msgspec

from kb.cases.profile.profile import CaseRule, FieldType
from kb.cases.record import Status


class Kind(StrEnum):
    """What a line of a case was taken for: each line is exactly one."""

    HEADING = "heading"
    STATION = "station"
    FIELD = "field"
    PROBLEM = "problem"
    MARK = "mark"
    TURN = "turn"
    SECTION = "section"
    RESOLUTION = "resolution"
    STATUS = "status"
    ENGINEER = "engineer"
    UNCLASSIFIED = "unclassified"
    BLANK = "blank"


class Place(NamedTuple):
    """First and last line, counted from 0 at the case's first line."""

    first: int
    last: int


class Heading(NamedTuple):
    """How a case begins."""

    id: str
    """As written; empty where the page gives none."""
    number: int | None
    date: str | None
    bad_date: str
    """The date as written, where there is no such day."""
    text: str
    """The heading as written, without its marks."""
    rule: CaseRule = CaseRule()


class DraftField(NamedTuple):
    """A labelled value."""

    name: str
    label: str
    value: str
    parsed: str | int | float | None
    type: FieldType
    place: Place


class DraftTurn(NamedTuple):
    """What one speaker said."""

    round: int | None
    speaker: str | None
    text: str
    place: Place


class DraftText(NamedTuple):
    """A section, the resolution, a stretch of unclassified lines."""

    label: str
    text: str
    place: Place


class Named(NamedTuple):
    """A name on a line: engineer, attachment (with its kind)."""

    name: str
    place: Place
    kind: str = ""


class Found(NamedTuple):
    """An identifier: as written, and the form that two spellings of it share."""

    kind: str
    value: str
    normal: str
    line: int


class Oddity(NamedTuple):
    """An anomaly in the making."""

    code: str
    message: str
    place: Place


class Draft(msgspec.Struct, kw_only=True):
    """A case by the lines of its block."""

    heading: Heading
    length: int
    """Lines of the block."""
    station: DraftText | None = None
    problem: DraftText | None = None
    fields: list[DraftField] = []
    turns: list[DraftTurn] = []
    sections: list[DraftText] = []
    resolution: DraftText | None = None
    status: Status = "unset"
    status_place: Place | None = None
    engineers: list[Named] = []
    attachments: list[Named] = []
    identifiers: list[Found] = []
    mentions: dict[str, None] = {}
    """Ids of other cases in the text, each once, in order."""
    oddities: list[Oddity] = []
    unclassified: list[DraftText] = []
    kinds: list[Kind] = []
    """What each line is."""
    language: str = "und"
