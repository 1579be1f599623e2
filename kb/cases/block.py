"""Reading a case's lines: each is taken for one thing, and nothing is dropped."""

from __future__ import annotations

from collections.abc import Sequence

from kb.cases.bare import bare_speakers
from kb.cases.draft import Draft, DraftText, Heading, Kind, Place
from kb.cases.ending import Ending, Tools
from kb.cases.files import find_files
from kb.cases.headings import heading_line
from kb.cases.labels import (
    Hit,
    cells_of,
    is_plain,
    known_labels,
    label_alone,
    may_be_field,
)
from kb.cases.open import after_mark
from kb.cases.parts import part_at, round_at, section_at
from kb.cases.rules import Label
from kb.cases.shown import Shown
from kb.cases.speakers import Mark, may_follow
from kb.cases.status import Option, joint


class BlockReader(Ending):
    """One case's lines on their way to a draft."""

    def __init__(
        self, lines: Sequence[str], opaque: Sequence[bool], heading: Heading, tools: Tools
    ) -> None:
        """``lines`` begin with the heading, unless the page itself is the case."""
        super().__init__(lines, opaque, heading, tools)
        self._explicit = heading.rule.body == "resolution"
        """True where a mark opened the zone, not merely what stands in it."""
        self._columns: list[str] = []
        """Labels at the head of the table that the line before is a row of."""
        self._bare: frozenset[str] | None = None
        self._tracking_at: int | None = None

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
            self._option, self._engineer_below, self._part, self._status_line, self._engineer,
            self._round_mark, self._section, self._term, self._speaker,
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

    def _sub_heading(self, number: int, line: Shown) -> None:
        """A heading within the case: a part, a round, a label of what follows, or a section."""
        if self._part(number, line, heading=True) or self._round_mark(number, line):
            return
        hit = self._label(line)
        if hit and hit.meaning and line.text[hit.start : hit.end].strip():
            self._meant(number, line, hit, hit.meaning)
            return
        self._close()
        self._is(Kind.MARK, number)
        alone = label_alone(line, self._rules)
        if alone and alone.meaning and self._fits_below(alone.meaning, number):
            self._meant(number, line, alone, alone.meaning)
            return
        opening = section_at(line, self._rules, heading=True)
        label = opening.label if opening else line.cut(0, len(line.text.rstrip(" :")))
        self._start(Kind.SECTION, label, number, "")
        self._is(Kind.SECTION, number)

    def _fits_below(self, meaning: Label, number: int) -> bool:
        """True where what stands below a label may be its value: a field has a line alone."""
        if meaning.role != "field":
            return True
        below = [line.strip() for line in self._lines[number + 1 : number + 4]]
        text = [n for n, line in enumerate(below) if line]
        return bool(text) and (text[0] + 1 >= len(below) or _is_end(below[text[0] + 1]))

    def _meant(self, number: int, line: Shown, hit: Hit, meaning: Label) -> None:
        """Take a labelled line for what its label means."""
        if meaning.role == "status":
            self._open_status(number, hit, Option(line, hit.start, hit.end))
        elif meaning.role == "engineer":
            self._open_people(number, line, hit, meaning)
        else:
            self._labelled(number, line, hit)

    def _term(self, number: int, line: Shown) -> bool:
        """A label with no colon, its value below as its definition: `; label`, `: value`."""
        below = self._lines[number + 1].lstrip() if number + 1 < len(self._lines) else ""
        if not below.startswith((":", "：")):
            return False
        hit = label_alone(line, self._rules)
        if hit is None or hit.meaning is None or self._in_turn():
            return False
        if hit.meaning.role in ("field", "problem", "station") and self._zone != "head":
            return False
        self._meant(number, line, hit, hit.meaning)
        return True

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
        self._text(number, self._below_label(line))
        if self._open and self._open.kind in (Kind.FIELD, Kind.STATION):
            self._close()

    def _below_label(self, line: Shown) -> str:
        """The line's source; where it is the value of a label above it, without its mark."""
        open_ = self._open
        if open_ is None or not open_.is_empty or open_.kind is Kind.UNCLASSIFIED:
            return line.raw
        if open_.kind in (Kind.FIELD, Kind.STATION):
            return line.cut(len(line.text) - len(line.text.lstrip(" :")), len(line.text))
        raw = line.raw.lstrip()
        return raw[1:].lstrip() if raw.startswith((":", "：")) else line.raw

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


def _is_end(line: str) -> bool:
    """True for a line after which something else begins: blank, or a heading."""
    return not line or line.startswith("=")
