r"""Read the rows of a dump and put them together to the lines of the page.

A row has version, author and text of a source line, told by its number. Two shapes are met: plain,
`Author 1.2 7 source` with `8 source` for the lines that share author and version; and Markdown
tables, `1.2 | 7 | source |` or `| 8 | source | ||`, with or without a leading `|`, the avatar in a
cell or on a row of its own. A row is read for the number that its line must have, which is the last
one's plus one: the source itself may begin with digits and hold any number of `|`, so a row is cut
by position and never split.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

import msgspec

from kb.errors import Problem
from kb.model import LineOrigin

_VERSION = r"\d{1,9}\.\d{1,9}|\?\.\?"
_SPACE = " \t\u00a0"
_TABLE = re.compile(
    rf"\|?[{_SPACE}]*+(?:(?P<author>!\[[^\]]*+\]\([^)]*+\)|[^|]{{0,300}}+)[{_SPACE}]*+\|[{_SPACE}]*+)?"
    rf"(?P<version>{_VERSION})[{_SPACE}]*+\|[{_SPACE}]*+(?P<number>\d{{1,7}})[{_SPACE}]*+\|(?P<rest>.*+)"
)
_TABLE_NEXT = re.compile(
    rf"(?:\|?[{_SPACE}]*+){{0,3}}(?P<number>\d{{1,7}})[{_SPACE}]*+\|(?P<rest>.*+)"
)
_PLAIN = re.compile(
    rf"(?<![^{_SPACE}])(?P<version>{_VERSION})[{_SPACE}](?P<number>\d{{1,7}})(?![^ ])"
)
_PLAIN_NEXT = re.compile(r"(?P<number>\d{1,7})(?: (?P<text>.*))?")
_AVATAR = re.compile(r"!\[(?P<name>[^\]]*+)\]\((?P<source>[^)]*+)\)")
_EMPTY = (" |||", " ||", " |", "|||", "||", "|", " | ||")
_TAILS = (" | ||", " ||", " |")
_RULE = re.compile(r"(?=[|\s:]*+-)[|\s:-]++|\|?\s*+author\s*+\|\s*+version\s*+\|.*+")
_UNKNOWN = "?.?"
_LARGEST_GAP = 100_000
"""Lines that may be missing from a dump, in all."""
_LONGEST_AUTHOR = 300
"""Characters before the version of a row: what stands further on is text."""


class DumpRow(msgspec.Struct, frozen=True):
    """A row of the dump: a line of the source."""

    number: int
    text: str
    version: str | None = None
    """None: the same as the line before."""
    author: str | None = None
    """None: not shown, or the same as the line before."""
    cut: bool = False
    """True where the row's end is not there."""


RowShape: TypeAlias = Callable[[str], Iterator[DumpRow]]
"""Yields the rows that a line of the dump can be read as."""


def table_rows(line: str) -> Iterator[DumpRow]:
    """Yield what a line of a Markdown table can be read as: at most one row."""
    if match := _TABLE.fullmatch(line):
        text, cut = _cell(match["rest"])
        yield DumpRow(int(match["number"]), text, match["version"], author_of(match["author"]), cut)
    elif match := _TABLE_NEXT.fullmatch(line):
        text, cut = _cell(match["rest"])
        yield DumpRow(int(match["number"]), text, cut=cut)


def plain_rows(line: str) -> Iterator[DumpRow]:
    """Yield what a line of a plain dump can be read as; its number decides between the readings."""
    if match := _PLAIN_NEXT.fullmatch(line):
        yield DumpRow(int(match["number"]), match["text"] or "")
    for match in _PLAIN.finditer(line):
        if match.start() > _LONGEST_AUTHOR:
            return
        author = line[: match.start()].strip(_SPACE) or None
        yield DumpRow(
            int(match["number"]), line[match.end() + 1 :], match["version"], author_of(author)
        )


def avatar_of(line: str) -> str | None:
    """Return the name in a row that holds only an avatar, empty if lost; None for other rows."""
    match = _AVATAR.fullmatch(line.strip("|" + _SPACE))
    return match["name"] if match else None


def author_of(cell: str | None) -> str | None:
    """Return the author that a cell shows: an avatar's text, or plain words."""
    if not cell:
        return None
    match = _AVATAR.search(cell)
    name = match["name"] if match else cell
    return name.strip(_SPACE) or None


def _cell(rest: str) -> tuple[str, bool]:
    """Return the last cell's text, and whether its end is missing; ``rest`` follows the number."""
    if rest in _EMPTY:
        return "", False
    for tail in _TAILS:
        if rest.endswith(tail):
            return rest[1 : -len(tail)], False
    return rest[1:], True


class DumpAssembly(msgspec.Struct):
    """The lines of the page, as far as the dump gives them."""

    dump: list[str]
    """The dump's own lines."""
    shape: RowShape
    where: str
    texts: list[str] = []
    origins: list[LineOrigin] = []
    missing: list[int] = []
    problems: list[Problem] = []
    rows: int = 0
    first: int = 0
    """Index of the dump's line that holds the first row."""
    avatar: str | None = None
    unnumbered: list[int] = []
    """Indexes of the lines since the last row that are no row."""

    @property
    def blamed(self) -> bool:
        """Tell whether any line shows the version that it came with."""
        return any(origin.version for origin in self.origins)

    def read(self) -> None:
        """Read the dump's lines; skip those before the first row."""
        for at, line in enumerate(self.dump):
            row = self._next(at)
            if row is not None:
                self._report_unnumbered()
                self._take(row, at)
            elif (name := avatar_of(line)) is not None:
                self.avatar = name
            elif self.rows and line.strip() and not _RULE.fullmatch(line):
                self._note_unnumbered(at)
        self._report_unnumbered()

    def _next(self, at: int) -> DumpRow | None:
        """Return the row with the due number, else one further on that later rows confirm."""
        due = len(self.texts) + 1
        rows = list(self.shape(self.dump[at]))
        for row in rows:
            if row.number == due:
                return row
        for row in rows:
            if due < row.number <= due + _LARGEST_GAP - len(self.missing) and self._goes_on(
                row, at
            ):
                return row
        return None

    def _goes_on(self, row: DumpRow, at: int) -> bool:
        """Tell whether the rows after ``row`` have the numbers after its own.

        Inside a dump the next one has to, if any row follows; a dump that begins late, without its
        first lines, has to show two.
        """
        following = self.dump[at + 1 : at + 6]
        found = (list(self.shape(line)) for line in following if avatar_of(line) is None)
        ahead = [rows for rows in found if rows][: 1 if self.rows else 2]
        if not self.rows and len(ahead) < 2:
            return False
        return all(
            any(other.number == row.number + step for other in rows)
            for step, rows in enumerate(ahead, 1)
        )

    def _take(self, row: DumpRow, at: int) -> None:
        """Append a row that stands in line ``at`` (from 0) of the dump."""
        if not self.rows:
            self.first = at
        self._fill_gap(row.number, at)
        self.rows += 1
        self.texts.append(row.text)
        self.origins.append(self._origin(row))
        self.avatar = None
        if row.cut:
            self._complain(at, "row-cut", f"line {row.number} has no end: the dump may be cut")

    def _complain(self, at: int, code: str, detail: str) -> None:
        """Note a Problem at line ``at`` (from 0) of the dump."""
        self.problems.append(Problem(where=f"{self.where}:{at + 1}", code=code, detail=detail))

    def _origin(self, row: DumpRow) -> LineOrigin:
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
        self._complain(at, "line-gap", f"{lines} missing from the dump: copy the page again")
        self.missing += gap
        self.texts += [""] * len(gap)
        self.origins += [LineOrigin(None)] * len(gap)

    def _note_unnumbered(self, at: int) -> None:
        """Note a line that is no due row: a repeated one, or text that is not of the dump."""
        rows = self.shape(self.dump[at])
        row = next((row for row in rows if 0 < row.number <= len(self.texts)), None)
        if row is None:
            self.unnumbered.append(at)
            return
        same = self.texts[row.number - 1] == row.text
        how = "again, with the same text" if same else "again, with another text: the first is kept"
        self._complain(at, "line-repeated", f"line {row.number} stands here {how}")

    def _report_unnumbered(self) -> None:
        if self.unnumbered:
            start = self.dump[self.unnumbered[0]].strip()[:40]
            what = (
                f"{len(self.unnumbered)} line(s) without a line number left out, from {start!r} on"
            )
            self._complain(self.unnumbered[0], "no-line-number", what)
            self.unnumbered.clear()


def assemble(lines: list[str], shape: RowShape, where: str) -> DumpAssembly:
    """Read ``lines`` as rows of that shape."""
    found = DumpAssembly(lines, shape, where)
    found.read()
    return found
