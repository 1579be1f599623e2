"""The draft of a case: what its own lines say, before their place on a page is known."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import msgspec

from kb.cases.lines.headings import CaseHeading
from kb.cases.profile.profile import FieldType
from kb.cases.record import Status


class LineKind(StrEnum):
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


class LineSpan(NamedTuple):
    """First and last line, counted from 0 at the case's first line."""

    first: int
    last: int


class DraftField(NamedTuple):
    """A labelled value."""

    name: str
    label: str
    value: str
    parsed: str | int | float | None
    type: FieldType
    span: LineSpan


class DraftTurn(NamedTuple):
    """What one speaker said."""

    round: int | None
    speaker: str | None
    text: str
    span: LineSpan


class DraftText(NamedTuple):
    """A section, the resolution, a stretch of unclassified lines."""

    label: str
    text: str
    span: LineSpan


class DraftName(NamedTuple):
    """A name on a line: engineer, attachment (with its kind)."""

    name: str
    span: LineSpan
    kind: str = ""


class DraftIdentifier(NamedTuple):
    """An identifier: as written, and the form that two spellings of it share."""

    kind: str
    value: str
    normal: str
    line: int


class DraftAnomaly(NamedTuple):
    """An anomaly by its code and message."""

    code: str
    message: str
    span: LineSpan


class Draft(msgspec.Struct, kw_only=True):
    """A case by the lines of its block; filled while they are read."""

    heading: CaseHeading
    length: int
    """Lines of the block."""
    station: DraftText | None = None
    problem: DraftText | None = None
    fields: list[DraftField] = []
    turns: list[DraftTurn] = []
    sections: list[DraftText] = []
    resolution: DraftText | None = None
    status: Status = "unset"
    status_span: LineSpan | None = None
    engineers: list[DraftName] = []
    attachments: list[DraftName] = []
    identifiers: list[DraftIdentifier] = []
    mentions: dict[str, None] = {}
    """Ids of other cases in the text, each once, in order."""
    anomalies: list[DraftAnomaly] = []
    unclassified: list[DraftText] = []
    kinds: list[LineKind] = []
    """What each line was taken for."""
    rules: list[str] = []
    """Name of the rule that took each line; empty for the heading and for blank lines."""
    language: str = "und"
