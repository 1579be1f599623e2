"""The state of a reading: what of a case is open, what is done, where the reader stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, TypeAlias

from kb.cases.lines.display import DisplayLine, display_line
from kb.cases.lines.headings import CaseHeading
from kb.cases.lines.labels import LabelHit, label_at
from kb.cases.lines.status import StatusOption
from kb.cases.lines.values import parse_value
from kb.cases.profile.profile import EngineerRule, FieldType
from kb.cases.reader.draft import Draft, DraftField, DraftText, DraftTurn, LineKind, LineSpan
from kb.cases.reader.profile_selection import Grammar

Zone: TypeAlias = Literal["head", "tracking", "resolution"]


class OpenBlock:
    """A turn, section, problem, field or unclassified stretch while its lines come in."""

    def __init__(self, kind: LineKind, label: str | None, first: int, text: str) -> None:
        self.kind = kind
        self.label = label
        self.span = LineSpan(first, first)
        self._lines = [text]

    def add(self, number: int, text: str) -> None:
        """Add a line; a blank one counts once another follows."""
        self._lines.append(text)
        if text.strip():
            self.span = LineSpan(self.span.first, number)

    @property
    def is_empty(self) -> bool:
        """True while it has no text."""
        return not any(line.strip() for line in self._lines)

    @property
    def one_line(self) -> bool:
        """True while all its text stands on the line of its label."""
        return bool(self._lines[0]) and not any(line.strip() for line in self._lines[1:])

    def text(self) -> str:
        r"""Return all lines, stripped, without a leading `\\`."""
        whole = "\n".join(self._lines).strip()
        while whole.startswith("\\\\"):
            whole = whole[2:].lstrip()
        return whole


class StatusLine(NamedTuple):
    """A status line, and its options there and on the lines below."""

    legend: str
    options: list[StatusOption]
    states_below: bool
    """True where the line itself names no state, so that list items below may."""


class ReadingState:
    """One case while its lines are read; rules look at it and change it.

    ``lines`` begin with the heading, unless the page itself is the case; ``verbatim`` says of each
    whether it is code or verbatim text.
    """

    def __init__(
        self, lines: Sequence[str], verbatim: Sequence[bool], heading: CaseHeading, grammar: Grammar
    ) -> None:
        self.grammar = grammar
        self.vocabulary = grammar.vocabulary
        self.lines = lines
        pairs = zip(lines, verbatim, strict=True)
        self.displays = [None if hidden else display_line(raw) for raw, hidden in pairs]
        """What each line displays; None for verbatim lines."""
        self.draft = Draft(heading=heading, length=len(lines))
        self.draft.kinds = [LineKind.BLANK] * len(lines)
        self.draft.rules = [""] * len(lines)
        self.number = 0
        """The line that is read, from 0."""
        self.zone: Zone = heading.rule.body
        self.zone_marked = heading.rule.body == "resolution"
        """True where a mark opened the zone, not merely what stands in it."""
        self.round: int | None = None
        self.open: OpenBlock | None = None
        """What text goes on with."""
        self.problem: list[OpenBlock] = []
        self.resolution: list[tuple[int, str]] = []
        """Number and source of each line of the resolution's text."""
        self.is_fresh = True
        """True until a line is taken for something."""
        self.columns: list[str] = []
        """Labels at the head of the table that the line before is a row of."""
        self.status_lines: list[StatusLine] = []
        self.below_status = False
        """True where the line may be an option of the status line above."""
        self.engineers: set[str] = set()
        self.names_below: EngineerRule | None = None
        """How names are separated, right below a label that has none on its line."""
        self.unmarked: frozenset[str] | None = None
        """Names that speak without a mark in this case, once they were looked for."""
        self.tracking_mark: int | None = None
        """The last line that marks a tracking part, -1 for none, once it was looked for."""
        self._labelled: tuple[DisplayLine | None, LabelHit | None] = None, None
        if heading.rule.heading_is == "problem":
            self.problem.append(OpenBlock(LineKind.PROBLEM, "", 0, heading.text))

    def note(self, kind: LineKind) -> bool:
        """Note what the line is; always True, as a rule returns that takes a line."""
        self.draft.kinds[self.number] = kind
        self.is_fresh = False
        return True

    def take(self, kind: LineKind) -> bool:
        """Note what the line is, and that it ends what may be listed below a label; True."""
        self.below_status = self.below_status and kind is LineKind.STATUS
        self.names_below = self.names_below if kind is LineKind.ENGINEER else None
        return self.note(kind)

    @property
    def here(self) -> LineSpan:
        """The line that is read, as a span."""
        return LineSpan(self.number, self.number)

    def label(self, line: DisplayLine) -> LabelHit | None:
        """Return the label that the line begins with; it is looked for once."""
        if line is not self._labelled[0]:
            self._labelled = line, label_at(line, self.vocabulary)
        return self._labelled[1]

    @property
    def in_turn(self) -> bool:
        """True where text would go on with a turn."""
        return self.zone == "tracking" and self.open is not None

    @property
    def stands_alone(self) -> bool:
        """True where the line follows a blank one, or the heading."""
        return self.number <= 1 or not self.lines[self.number - 1].strip()

    def add_blank(self) -> None:
        """Go on to the next line: a blank one ends nothing but the options of a status line."""
        if self.open:
            self.open.add(self.number, "")
        if self.resolution:
            self.resolution.append((self.number, ""))
        self.below_status = self.below_status and not self.status_lines[-1].options

    def add_text(self, raw: str) -> bool:
        """Go on with the block that is open, or open the one that the zone is for."""
        if self.open:
            self.open.add(self.number, raw)
            return self.take(self.open.kind)
        if self.zone == "tracking":
            return self.start(LineKind.TURN, None, raw)
        if self.zone == "resolution":
            self.resolution.append((self.number, raw))
            return self.take(LineKind.RESOLUTION)
        return self.start(LineKind.UNCLASSIFIED, "", raw)

    def add_labelled(self, line: DisplayLine, hit: LabelHit) -> bool:
        """Take a labelled value: a problem, the station, or a field."""
        self.close()
        value = line.cut(hit.start, hit.end)
        role = hit.role
        if role == "problem":
            return self.start(LineKind.PROBLEM, hit.label, value)
        if role == "station" and self.draft.station is None:
            if not value:
                return self.start(LineKind.STATION, hit.label, "")
            self.draft.station = DraftText(hit.label, value, self.here)
            return self.take(LineKind.STATION)
        name = hit.meaning.name if hit.meaning else hit.label
        kind: FieldType = hit.meaning.type if hit.meaning else "text"
        done = parse_value(value, kind, self.vocabulary)
        self.draft.fields.append(DraftField(name, hit.label, value, done, kind, self.here))
        return self.take(LineKind.FIELD) if value else self.start(LineKind.FIELD, hit.label, "")

    def start(self, kind: LineKind, label: str | None, text: str) -> bool:
        """Open a block at the line."""
        self.open = OpenBlock(kind, label, self.number, text)
        return self.take(kind)

    def close(self) -> None:
        """Put the open block into the draft."""
        done, self.open = self.open, None
        if done is None:
            return
        draft, text, span = self.draft, done.text(), done.span
        match done.kind:
            case LineKind.TURN:
                draft.turns.append(DraftTurn(self.round, done.label, text, span))
            case LineKind.SECTION:
                draft.sections.append(DraftText(done.label or "", text, span))
            case LineKind.PROBLEM:
                self.problem.append(done)
            case LineKind.UNCLASSIFIED:
                draft.unclassified.append(DraftText("", text, span))
            case LineKind.STATION if text:
                draft.station = DraftText(done.label or "", text, span)
            case LineKind.FIELD if text:
                last = draft.fields[-1]
                value = parse_value(text, last.type, self.vocabulary)
                draft.fields[-1] = last._replace(value=text, parsed=value, span=span)

    def finalise(self) -> Draft:
        """Close what is open and join the parts of the problem and of the resolution."""
        self.close()
        draft = self.draft
        if self.problem:
            spans = [part.span for part in self.problem]
            text = "\n".join(filter(None, (part.text() for part in self.problem)))
            draft.problem = DraftText("", text, LineSpan(spans[0].first, spans[-1].last))
        lines = [number for number, raw in self.resolution if raw.strip()]
        if lines:
            text = "\n".join(raw for _, raw in self.resolution).strip()
            draft.resolution = DraftText("", text, LineSpan(lines[0], lines[-1]))
        return draft


class LineRule(NamedTuple):
    """A rule of the reader's table."""

    name: str
    """What the rule takes, in a word or two; noted for each line that it took."""
    takes: Callable[[DisplayLine, ReadingState], bool]
    """Take the line of the state, of which this is displayed, or return False."""
