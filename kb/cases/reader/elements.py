"""The elements of a case while its lines come in: what is open, what is done."""

from __future__ import annotations

from typing import Literal, TypeAlias

from kb.cases.lines.display import Shown
from kb.cases.lines.labels import Hit
from kb.cases.lines.values import parsed
from kb.cases.lines.vocabulary import Rules
from kb.cases.profile.profile import FieldType
from kb.cases.reader.draft import Draft, DraftField, DraftText, DraftTurn, Heading, Kind, Place
from kb.cases.reader.open_block import Open

Zone: TypeAlias = Literal["head", "tracking", "resolution"]


class Elements:
    """A draft that grows line by line."""

    def __init__(self, length: int, heading: Heading, rules: Rules) -> None:
        self._rules = rules
        self._zone: Zone = heading.rule.body
        self._round: int | None = None
        self._open: Open | None = None
        self._problem: list[Open] = []
        self._resolution: list[tuple[int, str]] = []
        self.draft = Draft(heading=heading, length=length)
        self.draft.kinds = [Kind.BLANK] * length
        if heading.rule.heading_is == "problem":
            self._problem.append(Open(Kind.PROBLEM, "", 0, heading.text))

    def _is(self, kind: Kind, number: int) -> bool:
        """Say what the line was taken for; always True."""
        self.draft.kinds[number] = kind
        return True

    def _blank(self, number: int) -> None:
        if self._open:
            self._open.add(number, "")
        if self._resolution:
            self._resolution.append((number, ""))

    def _labelled(self, number: int, line: Shown, hit: Hit) -> None:
        self._close()
        value = line.cut(hit.start, hit.end)
        role = hit.meaning.role if hit.meaning else "field"
        place = Place(number, number)
        if role == "problem":
            self._start(Kind.PROBLEM, hit.label, number, value)
        elif role == "station" and self.draft.station is None:
            self._is(Kind.STATION, number)
            if value:
                self.draft.station = DraftText(hit.label, value, place)
            else:
                self._start(Kind.STATION, hit.label, number, "")
        else:
            name = hit.meaning.name if hit.meaning else hit.label
            kind: FieldType = hit.meaning.type if hit.meaning else "text"
            done = parsed(value, kind, self._rules)
            self.draft.fields.append(DraftField(name, hit.label, value, done, kind, place))
            self._is(Kind.FIELD, number)
            if not value:
                self._start(Kind.FIELD, hit.label, number, "")

    def _text(self, number: int, raw: str) -> None:
        """Text goes on with what is open, or opens what its place is for."""
        if self._open:
            self._open.add(number, raw)
            self._is(self._open.kind, number)
        elif self._zone == "tracking":
            self._start(Kind.TURN, None, number, raw)
        elif self._zone == "resolution":
            self._resolution.append((number, raw))
            self._is(Kind.RESOLUTION, number)
        else:
            self._start(Kind.UNCLASSIFIED, "", number, raw)

    def _start(self, kind: Kind, label: str | None, number: int, text: str) -> None:
        self._open = Open(kind, label, number, text)
        self._is(kind, number)

    def _close(self) -> None:
        done, self._open = self._open, None
        if done is None:
            return
        text, place = done.text(), done.place
        match done.kind:
            case Kind.TURN:
                self.draft.turns.append(DraftTurn(self._round, done.label, text, place))
            case Kind.SECTION:
                self.draft.sections.append(DraftText(done.label or "", text, place))
            case Kind.PROBLEM:
                self._problem.append(done)
            case Kind.UNCLASSIFIED:
                self.draft.unclassified.append(DraftText("", text, place))
            case Kind.STATION if text:
                self.draft.station = DraftText(done.label or "", text, place)
            case Kind.FIELD if text:
                last = self.draft.fields[-1]
                value = parsed(text, last.type, self._rules)
                self.draft.fields[-1] = last._replace(value=text, parsed=value, place=place)

    def _finish(self) -> None:
        draft = self.draft
        if self._problem:
            places = [part.place for part in self._problem]
            text = "\n".join(filter(None, (part.text() for part in self._problem)))
            draft.problem = DraftText("", text, Place(places[0].first, places[-1].last))
        lines = [number for number, raw in self._resolution if raw.strip()]
        if lines:
            text = "\n".join(raw for _, raw in self._resolution).strip()
            draft.resolution = DraftText("", text, Place(lines[0], lines[-1]))
