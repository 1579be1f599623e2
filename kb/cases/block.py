"""Reading a case's lines: each is taken for one thing, and nothing is dropped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kb.cases.bare import bare_speakers
from kb.cases.draft import Draft, DraftText, Heading, Kind, Named, Place
from kb.cases.elements import Elements
from kb.cases.files import find_files
from kb.cases.headings import heading_line
from kb.cases.labels import (
    Hit,
    cells_of,
    is_plain,
    known_labels,
    label_at,
    may_be_field,
    status_without_colon,
)
from kb.cases.names import names_in
from kb.cases.open import after_mark
from kb.cases.parts import part_at, round_at, section_at
from kb.cases.rules import Rules
from kb.cases.shown import Shown, shown
from kb.cases.speakers import Mark, Marks, may_follow
from kb.cases.status import Option, Reading, StatusWords, joint


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


class BlockReader(Elements):
    """One case's lines on their way to a draft."""

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
        self._explicit = heading.rule.body == "resolution"
        """True where a mark opened the zone, not merely what stands in it."""
        self._status_lines: list[_StatusLine] = []
        self._below_status = False
        self._columns: list[str] = []
        """Labels at the head of the table that the line before is a row of."""
        self._bare: frozenset[str] | None = None
        self._tracking_at: int | None = None
        self._engineers: set[str] = set()
        self._labelled_line: Shown | None = None
        self._label_hit: Hit | None = None

    def read(self) -> Draft:
        """Take every line after the heading, in order."""
        headed = self.draft.heading.rule.begins != "page"
        if headed:
            self.draft.kinds[0] = Kind.HEADING
        for number in range(headed, len(self._lines)):
            self._take(number)
        self._close()
        self._finish()
        self.draft.status = joint(self.readings())
        find_files(self.draft, self.shown)
        return self.draft

    def _take(self, number: int) -> None:
        raw = self._lines[number]
        if not raw.strip():
            self._blank(number)
            self._below_status = self._below_status and not self._status_lines[-1].options
            return
        line = self.shown[number]
        if line is None:
            self._text(number, raw)
            return
        if not line.text.strip(" |"):
            self._shows_nothing(number, raw)
            return
        heading = heading_line(raw)
        if heading:
            self._sub_heading(number, heading.line)
            return
        for step in (
            self._option, self._part, self._status_line, self._engineer, self._round_mark,
            self._section, self._speaker,
        ):  # fmt: skip
            if step(number, line):
                return
        self._plain(number, line)

    def _shows_nothing(self, number: int, raw: str) -> None:
        """A line of markup alone: part of the text that is open, else a mark."""
        if self._open and self._open.kind is not Kind.PROBLEM:
            self._text(number, raw)
        else:
            self.draft.kinds[number] = Kind.MARK

    def _is(self, kind: Kind, number: int) -> bool:
        super()._is(kind, number)
        if kind is not Kind.STATUS:
            self._below_status = False
        return True

    def _sub_heading(self, number: int, line: Shown) -> None:
        """A heading within the case: a part, a round, a label of what follows, or a section."""
        if self._part(number, line, heading=True) or self._round_mark(number, line):
            return
        self._close()
        self._is(Kind.MARK, number)
        text = line.text.strip().rstrip(":").strip()
        meaning = self._rules.meaning(text)
        if meaning and meaning.role == "problem":
            self._start(Kind.PROBLEM, None, number, "")
            return
        opening = section_at(line, self._rules, heading=True)
        label = opening.label if opening else line.cut(0, len(line.text.rstrip(" :")))
        self._start(Kind.SECTION, label, number, "")
        self._is(Kind.SECTION, number)

    def _part(self, number: int, line: Shown, *, heading: bool = False) -> bool:
        found = part_at(line, self._rules)
        if found is None:
            return False
        name, opening = found
        rest = line.text[opening.rest :].strip(" -=*】]")
        alone = not rest and self._stands_alone(number)
        if not (heading or opening.sure or alone or (rest and self._open is None)):
            return False
        self._close()
        self._zone, self._explicit = name, True
        self._is(Kind.MARK, number)
        if rest:
            self._text(number, after_mark(line, opening.rest))
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
        self._close()
        if self._zone == "tracking":
            self._zone, self._explicit = "resolution", False
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
        if hit is None or hit.meaning is None or hit.meaning.role != "engineer":
            return False
        if self._in_turn() and not self._status_follows(number):
            return False
        self._close()
        rule = self._rules.profiles[hit.meaning.profile].engineers
        value = line.raw[line.raw_end(hit.start) :].strip().strip("|")
        for name in names_in(value, rule, self._rules.nobody):
            if name not in self._engineers:
                self._engineers.add(name)
                self.draft.engineers.append(Named(name, Place(number, number)))
        return self._is(Kind.ENGINEER, number)

    def _status_follows(self, number: int) -> bool:
        """True where the next line that is not blank is a status line, or there is none."""
        for line in self.shown[number + 1 : number + 4]:
            if line and line.raw.strip():
                hit = label_at(line, self._rules)
                return bool(hit and hit.meaning and hit.meaning.role == "status")
        return self._stands_alone(number)

    def _round_mark(self, number: int, line: Shown) -> bool:
        found = round_at(line, self._rules)
        if found is None or (self._zone == "resolution" and self._explicit):
            return False
        self._close()
        self._round, rest = found
        self._zone, self._explicit = "tracking", True
        self._is(Kind.MARK, number)
        if line.text[rest:].strip(" =*"):
            self._text(number, after_mark(line, rest))
        return True

    def _section(self, number: int, line: Shown) -> bool:
        opening = section_at(line, self._rules)
        if opening is None:
            return False
        self._close()
        self._start(Kind.SECTION, opening.label, number, after_mark(line, opening.rest))
        return self._is(Kind.SECTION, number)

    def _speaker(self, number: int, line: Shown) -> bool:
        if self._zone == "resolution" and self._explicit:
            return False
        first = self._marks.opening(line)
        if first is not None and self._zone == "head" and self._tracking_follows(number):
            return False
        if first is not None and not (first.colon or first.name in self._known_speakers()):
            first = None
        if first is None and self._zone != "head":
            first = self._bare_mark(line)
        if first is None:
            return self._later_speakers(number, line, [])
        return self._later_speakers(number, line, [first])

    def _tracking_follows(self, number: int) -> bool:
        """True where a mark opens the tracking part further on: the head has no speakers then."""
        if self._tracking_at is None:
            found = ((n, line and part_at(line, self._rules)) for n, line in enumerate(self.shown))
            marks = [n for n, part in found if part and part[0] == "tracking" and part[1].sure]
            self._tracking_at = max(marks, default=-1)
        return number < self._tracking_at

    def _bare_mark(self, line: Shown) -> Mark | None:
        mark = self._marks.bare(line) if self._rules.bare_speakers else None
        if mark is None or mark.name not in self._known_speakers():
            return None
        return mark._replace(name=mark.name.removeprefix("@"))

    def _known_speakers(self) -> frozenset[str]:
        if self._bare is None:
            self._bare = bare_speakers(self.shown[1:], self._rules, self._marks)
        return self._bare

    def _later_speakers(self, number: int, line: Shown, marks: list[Mark]) -> bool:
        """Turns that begin on the line: at its start, and further on."""
        start = marks[0].end if marks else 0
        if self._zone == "head" and not marks:
            return False
        for mark in self._marks.within(line, start):
            if (marks and may_follow(line, mark)) or mark.name in self._known_speakers():
                marks.append(mark)
        if not marks:
            return False
        if marks[0].start > 0 and line.text[: marks[0].start].strip():
            self._plain(number, line, line.raw[: line.raw_start(marks[0].start)])
        self._zone = "tracking"
        for mark, following in zip(marks, [*marks[1:], None], strict=True):
            self._close()
            end = line.raw_start(following.start) if following else len(line.raw)
            self._start(Kind.TURN, mark.name, number, after_mark(line, mark.end, end))
        return self._is(Kind.TURN, number)

    def _plain(self, number: int, line: Shown, raw: str | None = None) -> None:
        """A line that opens nothing."""
        if self._zone == "head":
            self._head(number, line)
        elif self._open is None and self._late_field(number, line):
            return
        else:
            self._text(number, line.raw if raw is None else raw)

    def _fields(self, number: int, line: Shown) -> bool:
        """Known labels of the line, taken as fields."""
        hit = self._label(line)
        if hit is None or hit.meaning is None:
            return False
        for one in known_labels(line, self._rules, hit):
            self._labelled(number, line, one)
        return True

    def _late_field(self, number: int, line: Shown) -> bool:
        """A field outside the head: a known label, with a value and no sentence after it."""
        if self._round is not None and self._zone == "tracking":
            return False
        hit = self._label(line)
        plain = hit and hit.meaning and hit.meaning.type != "text" and is_plain(hit, line)
        return bool(plain) and self._fields(number, line)

    def _head(self, number: int, line: Shown) -> None:
        if self._table_row(number, line) or self._fields(number, line):
            return
        hit = self._label(line)
        problem = self._open if self._open and self._open.kind is Kind.PROBLEM else None
        may_be = hit and may_be_field(hit, line, self._rules, in_problem=problem is not None)
        if hit and may_be and (problem is None or problem.one_line):
            self._labelled(number, line, hit)
            return
        if self._is_station(line):
            text = line.cut(0, len(line.text))
            self.draft.station = DraftText("", text, Place(number, number))
            self._is(Kind.STATION, number)
            return
        self._text(number, line.raw)
        if self._open and self._open.kind is Kind.FIELD:
            self._close()

    def _table_row(self, number: int, line: Shown) -> bool:
        """A row of headings, or one of values below headings that are labels."""
        cells = cells_of(line)
        if cells and all(cell.heading for cell in cells) and len(cells) > 1:
            self._close()
            self._columns = [line.cut(cell.start, cell.end) for cell in cells]
            known = sum(self._rules.meaning(label) is not None for label in self._columns)
            self._columns = self._columns if known > 1 else []
            return self._is(Kind.MARK, number)
        if not cells or len(cells) != len(self._columns):
            self._columns = []
            return False
        for label, cell in zip(self._columns, cells, strict=True):
            meaning = self._rules.meaning(label)
            self._labelled(number, line, Hit(meaning, label, "", cell.start, cell.end, row=True))
        self._close()
        return self._is(Kind.FIELD, number)

    def _is_station(self, line: Shown) -> bool:
        """True for a line with no label right below the heading that the profile takes so."""
        taken = set(self.draft.kinds) <= {Kind.HEADING, Kind.BLANK}
        text = line.text.strip()
        return taken and any(pattern.fullmatch(text) for pattern in self._rules.stations)

    def readings(self) -> list[Reading]:
        """What each status line says."""
        return [self._status.read(line.options, line.legend) for line in self._status_lines]
