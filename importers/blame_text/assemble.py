"""From the lines of a dump to those of the page, by the rule that numbers go up by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec

from importers.blame_text.rows import Row, avatar_of
from kb.errors import Problem
from kb.model import LineOrigin

_RULE = re.compile(r"[|\s:-]*-[|\s:-]*|\|?\s*author\s*\|\s*version\s*\|.*")
_UNKNOWN = "?.?"
_LARGEST_GAP = 100_000


class Assembly(msgspec.Struct):
    """The page's lines as far as a dump gives them."""

    where: str
    texts: list[str] = []
    origins: list[LineOrigin] = []
    missing: list[int] = []
    problems: list[Problem] = []
    rows: int = 0
    first: int = 0
    """Index of the dump's line that holds the first row."""
    avatar: str | None = None

    @property
    def blamed(self) -> bool:
        """True where any line shows the version that it came with."""
        return any(origin.version for origin in self.origins)

    def take(self, row: Row, at: int) -> None:
        """Append a row that stands in line ``at`` (from 0) of the dump."""
        if not self.rows:
            self.first = at
        self._fill_gap(row.number, at)
        self.rows += 1
        self.texts.append(row.text)
        self.origins.append(self._origin(row))
        self.avatar = None
        if row.cut:
            self.complain(at, "row-cut", f"line {row.number} has no end: the dump may be cut")

    def complain(self, at: int, code: str, detail: str) -> None:
        """Note a defect at line ``at`` (from 0) of the dump."""
        self.problems.append(Problem(where=f"{self.where}:{at + 1}", code=code, detail=detail))

    def _origin(self, row: Row) -> LineOrigin:
        if row.version is None:
            after_gap = bool(self.missing) and self.missing[-1] == len(self.origins)
            return LineOrigin(None) if after_gap or not self.origins else self.origins[-1]
        version = None if row.version == _UNKNOWN else row.version
        return LineOrigin(version, row.author or self.avatar or None)

    def _fill_gap(self, number: int, at: int) -> None:
        gap = range(len(self.texts) + 1, number)
        if not gap:
            return
        lines = f"line {gap[0]} is" if len(gap) == 1 else f"lines {gap[0]} to {gap[-1]} are"
        self.complain(at, "line-gap", f"{lines} missing from the dump: copy the page again")
        for missing in gap:
            self.missing.append(missing)
            self.texts.append("")
            self.origins.append(LineOrigin(None))


def assemble(lines: list[str], shape: Callable[[str], Iterator[Row]], where: str) -> Assembly:
    """Read ``lines`` as rows of that shape. Lines before the first row are left to the header."""
    found = Assembly(where)
    strange: list[int] = []
    for at, line in enumerate(lines):
        row = _next(found, line, lines, at, shape)
        if row is not None:
            _complain_of_strange(found, strange, lines)
            found.take(row, at)
        elif (name := avatar_of(line)) is not None:
            found.avatar = name
        elif found.rows and line.strip() and not _RULE.fullmatch(line):
            _note_strange(found, strange, line, at, shape)
    _complain_of_strange(found, strange, lines)
    return found


def _next(
    found: Assembly, line: str, lines: list[str], at: int, shape: Callable[[str], Iterator[Row]]
) -> Row | None:
    """The row with the number that is due; else one further on that the next row confirms."""
    due = len(found.texts) + 1
    rows = list(shape(line))
    for row in rows:
        if row.number == due:
            return row
    for row in rows:
        if due < row.number <= due + _LARGEST_GAP and _goes_on(found, row, lines, at, shape):
            return row
    return None


def _goes_on(
    found: Assembly, row: Row, lines: list[str], at: int, shape: Callable[[str], Iterator[Row]]
) -> bool:
    """True where the rows after ``row`` have the numbers after its own.

    Inside a dump the next one has to, if any row follows; a dump that begins late, without its
    first lines, has to show two.
    """
    following = (list(shape(line)) for line in lines[at + 1 : at + 6] if avatar_of(line) is None)
    ahead = [rows for rows in following if rows][: 1 if found.rows else 2]
    if not found.rows and len(ahead) < 2:
        return False
    return all(
        any(other.number == row.number + step for other in rows)
        for step, rows in enumerate(ahead, 1)
    )


def _note_strange(
    found: Assembly,
    strange: list[int],
    line: str,
    at: int,
    shape: Callable[[str], Iterator[Row]],
) -> None:
    """A line that is no due row: one said before, or text that is not of the dump."""
    said = [row for row in shape(line) if 0 < row.number <= len(found.texts)]
    if said:
        row = said[0]
        same = found.texts[row.number - 1] == row.text
        how = "again, with the same text" if same else "again, with another text: the first is kept"
        found.complain(at, "line-repeated", f"line {row.number} stands here {how}")
    else:
        strange.append(at)


def _complain_of_strange(found: Assembly, strange: list[int], lines: list[str]) -> None:
    if strange:
        start = lines[strange[0]].strip()[:40]
        what = f"{len(strange)} line(s) without a line number left out, from {start!r} on"
        found.complain(strange[0], "no-line-number", what)
        strange.clear()
