"""What a case's head says: labelled values, on lines, in tables, below headings, as definitions."""

from __future__ import annotations

from collections.abc import Sequence

from kb.cases.lines.display import Shown
from kb.cases.lines.labels import (
    Cell,
    Hit,
    cells_of,
    is_plain,
    known_labels,
    label_alone,
    label_spaced,
    may_be_field,
)
from kb.cases.lines.status import Option
from kb.cases.lines.vocabulary import Label
from kb.cases.reader.draft import DraftText, Heading, Kind, Place
from kb.cases.reader.ending import Ending, Tools


class Head(Ending):
    """A draft that grows line by line, by the lines of its head here."""

    def __init__(
        self, lines: Sequence[str], opaque: Sequence[bool], heading: Heading, tools: Tools
    ) -> None:
        """``lines`` begin with the heading, unless the page itself is the case."""
        super().__init__(lines, opaque, heading, tools)
        self._columns: list[str] = []
        """Labels at the head of the table that the line before is a row of."""

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
        if self._pairs(number, line, cells):
            return True
        if not cells or len(cells) != len(self._columns):
            self._columns = []
            return False
        for label, cell in zip(self._columns, cells, strict=True):
            meaning = self._rules.meaning(label)
            self._labelled(number, line, Hit(meaning, label, "", cell.start, cell.end, row=True))
        self._close()
        return self._is(Kind.FIELD, number)

    def _pairs(self, number: int, line: Shown, cells: list[Cell]) -> bool:
        """A row where label and value take turns: `|=Phone|134|=Bill|2020`."""
        if len(cells) < 4 or len(cells) % 2:
            return False
        labels = [line.cut(cell.start, cell.end).rstrip(":：") for cell in cells[::2]]
        meanings = [self._rules.meaning(label) for label in labels]
        if not all(meaning and meaning.role == "field" for meaning in meanings):
            return False
        self._columns = []
        for label, meaning, cell in zip(labels, meanings, cells[1::2], strict=True):
            self._labelled(number, line, Hit(meaning, label, "", cell.start, cell.end, row=True))
        self._close()
        return self._is(Kind.FIELD, number)

    def _is_station(self, line: Shown) -> bool:
        """True for a line with no label right below the heading that the profile takes so."""
        taken = set(self.draft.kinds) <= {Kind.HEADING, Kind.BLANK}
        text = line.text.strip()
        return taken and any(pattern.fullmatch(text) for pattern in self._rules.stations)

    def _fields(self, number: int, line: Shown) -> bool:
        """Known labels of the line, taken as fields."""
        hit = self._label(line)
        if hit is None or hit.meaning is None:
            hit = label_spaced(line, self._rules) if self._zone == "head" else None
        if hit is None:
            return False
        for one in known_labels(line, self._rules, hit):
            self._labelled(number, line, one)
        return True

    def _late_field(self, number: int, line: Shown) -> bool:
        """A field outside the head: a known label, with a value and no sentence after it."""
        if self._round is not None and self._zone == "tracking":
            return False
        hit = self._label(line)
        if hit is None or hit.meaning is None:
            return False
        if hit.meaning.role == "problem":
            return not self._problem and self._fields(number, line)
        return hit.meaning.type != "text" and is_plain(hit, line) and self._fields(number, line)

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


def _is_end(line: str) -> bool:
    """True for a line after which something else begins: blank, or a heading."""
    return not line or line.startswith("=")
