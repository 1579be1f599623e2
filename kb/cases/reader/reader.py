"""Reading a case's lines: each is taken for one thing, and nothing is dropped."""

from __future__ import annotations

from collections.abc import Sequence

from kb.cases.lines.display import Shown
from kb.cases.lines.headings import heading_line
from kb.cases.lines.labels import (
    label_alone,
)
from kb.cases.lines.parts import part_at, round_at, section_at
from kb.cases.lines.prefix import BULLETS
from kb.cases.lines.speakers import Mark, may_follow
from kb.cases.lines.status import joint
from kb.cases.profile.profile import PartName
from kb.cases.reader.draft import Draft, Heading, Kind
from kb.cases.reader.ending import Tools
from kb.cases.reader.files import find_files
from kb.cases.reader.head import Head
from kb.cases.reader.open_block import after_mark
from kb.cases.reader.unmarked import bare_speakers


class BlockReader(Head):
    """One case's lines on their way to a draft."""

    def __init__(
        self, lines: Sequence[str], opaque: Sequence[bool], heading: Heading, tools: Tools
    ) -> None:
        """``lines`` begin with the heading, unless the page itself is the case."""
        super().__init__(lines, opaque, heading, tools)
        self._explicit = heading.rule.body == "resolution"
        """True where a mark opened the zone, not merely what stands in it."""
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

    def _part(self, number: int, line: Shown, *, heading: bool = False) -> bool:
        found = part_at(line, self._rules)
        if found is None:
            return False
        name, opening = found
        rest = line.text[opening.rest :].strip(" -=*】]")
        if not (heading or opening.sure or self._opens(name, number, rest=bool(rest))):
            return False
        self._close()
        self._zone, self._explicit = name, True
        self._is(Kind.MARK, number)
        if rest:
            self._text(number, after_mark(line, opening.rest))
        return True

    def _opens(self, name: PartName, number: int, *, rest: bool) -> bool:
        """True where the place of a part's bare label bears it out: nothing else is open here."""
        if rest and self._open is None:
            return True
        if name == "resolution" and self._status_near(number):
            return True
        return not rest and (self._stands_alone(number) or self._zone == "head")

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
        if marks[0].start > 0 and line.text[: marks[0].start].strip(f"{BULLETS} "):
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
