"""Which names speak with no brackets, or with no colon: what the case itself shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from kb.cases.lines.display import Shown
from kb.cases.lines.headings import heading_line
from kb.cases.lines.labels import label_at
from kb.cases.lines.parts import part_at, round_at
from kb.cases.lines.people import names_in
from kb.cases.lines.speakers import Marks, is_weak
from kb.cases.lines.vocabulary import Rules


def bare_speakers(lines: Iterable[Shown | None], rules: Rules, marks: Marks) -> frozenset[str]:
    """Names that are speakers of this case wherever they open a line.

    Those in brackets with a colon, and the engineers. Where no one is in brackets: every name
    before a colon, if one of them opens the tracking part or a round, or comes twice; and where
    brackets go without a colon throughout, every name in brackets.
    """
    found = _Evidence()
    for line in lines:
        if line and line.raw.strip():
            found.take(line, rules, marks)
    return found.names()


class _Evidence:
    """What a case's lines show of who speaks and how."""

    def __init__(self) -> None:
        self._signed: set[str] = set()
        self._unsigned: set[str] = set()
        self._engineers: set[str] = set()
        self._bare: Counter[str] = Counter()
        self._opening = self._weak_opening = False
        self._after_mark = False
        self._tracking = False

    def take(self, line: Shown, rules: Rules, marks: Marks) -> None:
        heading = heading_line(line.raw) if line.raw.lstrip().startswith("=") else None
        line = heading.line if heading else line
        part, round_ = part_at(line, rules), round_at(line, rules)
        if round_ or part:
            self._tracking = bool(round_) or bool(part and part[0] == "tracking")
            self._after_mark = self._tracking
            return
        hit = label_at(line, rules)
        if hit and hit.meaning and hit.meaning.role == "engineer":
            rule = rules.profiles[hit.meaning.profile].engineers
            self._engineers.update(names_in(line.cut(hit.start, hit.end), rule, rules.nobody))
        mark = marks.opening(line)
        if mark and mark.colon:
            self._signed.add(mark.name)
        elif mark and self._tracking:
            self._unsigned.add(mark.name)
        bare = marks.bare(line) if self._tracking and not mark else None
        if bare:
            self._bare[bare.name] += 1
            self._opening = self._opening or (self._after_mark and not is_weak(bare.name))
            self._weak_opening = self._weak_opening or self._after_mark
        self._after_mark = False

    def names(self) -> frozenset[str]:
        bare = set(self._bare)
        if self._signed:
            return frozenset(self._signed | (self._engineers & bare))
        if self._unsigned:
            return frozenset(self._unsigned | (self._engineers & bare))
        several = len(bare) > 1 or any(not is_weak(name) for name in bare)
        if self._opening or (self._weak_opening and several) or self._twice():
            return frozenset(bare)
        return frozenset(self._engineers & bare)

    def _twice(self) -> bool:
        return max(self._bare.values(), default=0) > 1
