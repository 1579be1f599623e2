"""What a case's end says: its status and who is responsible; on one line, or listed below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kb.cases.lines.display import Shown, shown
from kb.cases.lines.labels import Hit, label_at, status_without_colon
from kb.cases.lines.people import names_in
from kb.cases.lines.speakers import Marks
from kb.cases.lines.status import Option, Reading, StatusWords
from kb.cases.lines.vocabulary import Label, Rules
from kb.cases.profile.profile import EngineerRule
from kb.cases.reader.draft import Heading, Kind, Named, Place
from kb.cases.reader.elements import Elements


class Tools(NamedTuple):
    """What reads a case's lines by some profiles."""

    rules: Rules
    marks: Marks
    status: StatusWords


class _StatusLine(NamedTuple):
    legend: str
    options: list[Option]
    bare: bool
    """True where the line itself names no state, so that list items below may."""


class Ending(Elements):
    """A draft that grows line by line, by its status lines and people's lines here."""

    def __init__(
        self, lines: Sequence[str], opaque: Sequence[bool], heading: Heading, tools: Tools
    ) -> None:
        """``lines`` begin with the heading, unless the page itself is the case."""
        super().__init__(len(lines), heading, tools.rules)
        self._lines = lines
        self._marks, self._status = tools.marks, tools.status
        pairs = zip(lines, opaque, strict=True)
        self.shown = [None if hidden else shown(raw) for raw, hidden in pairs]
        """What each line shows; None for code and verbatim."""
        self._status_lines: list[_StatusLine] = []
        self._below_status = False
        self._engineers: set[str] = set()
        self._below_engineer: EngineerRule | None = None
        """How names are separated, right below a label that has none on its line."""
        self._labelled_line: Shown | None = None
        self._label_hit: Hit | None = None

    def _is(self, kind: Kind, number: int) -> bool:
        super()._is(kind, number)
        if kind is not Kind.STATUS:
            self._below_status = False
        if kind is not Kind.ENGINEER:
            self._below_engineer = None
        return True

    def _label(self, line: Shown) -> Hit | None:
        """The label that the line begins with, looked for once."""
        if line is not self._labelled_line:
            self._labelled_line, self._label_hit = line, label_at(line, self._rules)
        return self._label_hit

    def _stands_alone(self, number: int) -> bool:
        return number <= 1 or not self._lines[number - 1].strip()

    def _status_line(self, number: int, line: Shown) -> bool:
        hit = self._label(line)
        if hit is None or hit.meaning is None:
            hit = status_without_colon(line, self._rules)
            if hit is None or not self._status.looks_marked(Option(line, hit.start, hit.end)):
                return False
        if hit.meaning is None or hit.meaning.role != "status":
            return False
        option = Option(line, hit.start, hit.end)
        empty = not line.text[hit.start : hit.end].strip()
        if self._in_turn() and not (hit.legend or self._status.looks_marked(option)):
            below = self.shown[number + 1] if number + 1 < len(self._lines) else None
            if not (empty and below and self._status.is_option(below, bare=False)):
                return False
        return self._open_status(number, hit, option)

    def _open_status(self, number: int, hit: Hit, option: Option) -> bool:
        """Take the line for one that states the status."""
        self._close()
        if self._zone == "tracking":
            self._zone, self._explicit = "resolution", False
        empty = not option.line.text[hit.start : hit.end].strip()
        bare = not self._status.names_a_state(option)
        self._status_lines.append(_StatusLine(hit.legend, [] if empty else [option], bare))
        self._status_at(number)
        self._below_status = True
        return self._is(Kind.STATUS, number)

    def _status_at(self, number: int) -> None:
        place = self.draft.status_place
        self.draft.status_place = Place(place.first if place else number, number)

    def _option(self, number: int, line: Shown) -> bool:
        """An option of the status line, listed right below it."""
        if not self._below_status:
            return False
        hit = self._label(line)
        if hit and hit.meaning:
            return False
        status = self._status_lines[-1]
        if not self._status.is_option(line, bare=status.bare):
            return False
        status.options.append(Option(line, 0, len(line.text)))
        self._status_at(number)
        return self._is(Kind.STATUS, number)

    def _in_turn(self) -> bool:
        return self._zone == "tracking" and self._open is not None

    def _engineer(self, number: int, line: Shown) -> bool:
        hit = self._label(line)
        if hit is None or hit.meaning is None:
            return self._engineer_spaced(number, line)
        if hit.meaning.role != "engineer":
            return False
        if self._in_turn() and not self._status_follows(number):
            return False
        return self._open_people(number, line, hit, hit.meaning)

    def _engineer_spaced(self, number: int, line: Shown) -> bool:
        """A label with no colon, right below a status line, with names after it."""
        if self.draft.kinds[number - 1] is not Kind.STATUS:
            return False
        label, _, value = line.text.strip().partition(" ")
        meaning = self._rules.meaning(label)
        if meaning is None or meaning.role != "engineer":
            return False
        names = names_in(value, self._rules.profiles[meaning.profile].engineers, set())
        if not names or not all(self._marks.may_be_name(name) for name in names):
            return False
        start = len(line.text) - len(line.text.lstrip()) + len(label)
        hit = Hit(meaning, label, "", start, len(line.text), row=False)
        return self._open_people(number, line, hit, meaning)

    def _open_people(self, number: int, line: Shown, hit: Hit, meaning: Label) -> bool:
        """Take the line for one that names who is responsible."""
        self._close()
        rule = self._rules.profiles[meaning.profile].engineers
        value = line.raw[line.raw_end(hit.start) :].strip().strip("|")
        self._name(number, names_in(value, rule, self._rules.nobody))
        self._is(Kind.ENGINEER, number)
        self._below_engineer = None if value.strip() else rule
        return True

    def _name(self, number: int, names: list[str]) -> None:
        for name in names:
            if name not in self._engineers:
                self._engineers.add(name)
                self.draft.engineers.append(Named(name, Place(number, number)))

    def _engineer_below(self, number: int, line: Shown) -> bool:
        """Names right below a label that has none on its own line."""
        rule = self._below_engineer
        if rule is None:
            return False
        value = line.cut(len(line.text) - len(line.text.lstrip(" :|")), len(line.text))
        names = names_in(value, rule, self._rules.nobody)
        if not names or not all(self._marks.may_be_name(name) for name in names):
            return False
        self._name(number, names)
        self._is(Kind.ENGINEER, number)
        self._below_engineer = rule if line.listed else None
        return True

    def _status_follows(self, number: int) -> bool:
        """True where the next line that is not blank is a status line, or there is none."""
        for line in self.shown[number + 1 : number + 4]:
            if line and line.raw.strip():
                hit = label_at(line, self._rules)
                return bool(hit and hit.meaning and hit.meaning.role == "status")
        return self._stands_alone(number)

    def _status_near(self, number: int) -> bool:
        """True where a status line with marks or options is among the next few lines."""
        for line in self.shown[number + 1 : number + 5]:
            hit = label_at(line, self._rules) if line else None
            if line and hit and hit.meaning and hit.meaning.role == "status":
                return bool(hit.legend) or self._status.looks_marked(
                    Option(line, hit.start, hit.end)
                )
        return False

    def readings(self) -> list[Reading]:
        """What each status line says."""
        return [self._status.read(line.options, line.legend) for line in self._status_lines]
