"""How well a profile fits pages: what it took, what it did not know, what looks malformed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kb.archive.views import PageView
from kb.cases.reader.draft import LineKind
from kb.cases.reader.normalise import cases_of, drafts_of
from kb.cases.reader.profile_selection import Grammar
from kb.cases.record import Case


class Doubt(NamedTuple):
    """Something that a person should look at: first line, last line, what."""

    first: int
    last: int
    what: str


class TakenLine(NamedTuple):
    """What became of a line of a case."""

    line: int
    """Its number on the page, from 1."""
    rule: str
    """The rule of the reader's table that took it (`kb.cases.reader.rules.RULES`), `heading`, or
    what the case is, where it is no heading: `row`, `task`, `object`."""
    kind: LineKind


class PageCoverage(NamedTuple):
    """One page: its cases, how many of their lines were taken, and doubts."""

    page: str
    cases: int
    lines: int
    """Lines of its cases that are not blank."""
    taken: int
    doubts: list[Doubt]

    @property
    def share(self) -> float:
        """Share of the lines that a rule took, 0 to 1; 1 where there are none."""
        return self.taken / self.lines if self.lines else 1.0


def coverage(pages: Iterable[PageView], grammar: Grammar) -> Iterator[PageCoverage]:
    """Yield how the profiles of ``grammar`` fit each page."""
    for page in pages:
        cases = cases_of(page, grammar)
        lines = taken = 0
        doubts: list[Doubt] = []
        for case in cases:
            kinds = case.x["lines"] if isinstance(case.x, dict) else {}
            sizes = {kind: sum(b - a + 1 for a, b in runs) for kind, runs in kinds.items()}
            lines += sum(sizes.values())
            taken += sum(sizes.values()) - sizes.get("unclassified", 0)
            doubts += _doubts(case, grammar)
        yield PageCoverage(page.id.page, len(cases), lines, taken, sorted(doubts))


def taken_lines(page: PageView, grammar: Grammar) -> Iterator[TakenLine]:
    """Yield which rule took each line of the page's cases, those that are blank left out."""
    for first, draft in drafts_of(page, grammar):
        for number, (rule, kind) in enumerate(
            zip(draft.rules, draft.kinds, strict=True), first + 1
        ):
            if kind is not LineKind.BLANK:
                yield TakenLine(number, rule or kind.value, kind)


def taken_share(found: Iterable[PageCoverage]) -> float:
    """Return the share of the cases' lines on all pages that a rule took."""
    pairs = [(page.taken, page.lines) for page in found]
    lines = sum(total for _, total in pairs)
    return sum(taken for taken, _ in pairs) / lines if lines else 0.0


def _doubts(case: Case, grammar: Grammar) -> Iterator[Doubt]:
    for stretch in case.unclassified:
        first = " ".join(stretch.text.split())[:60]
        yield Doubt(*stretch.origin.lines, f"no rule took: {first}")
    for field in case.fields:
        if grammar.vocabulary.meaning(field.label) is None:
            yield Doubt(*field.origin.lines, f"unknown label: {field.label}")
    for what in _missing(case):
        yield Doubt(*case.origins["/id"].lines, f"{case.id} {what}")


def _missing(case: Case) -> Iterator[str]:
    if not case.problem:
        yield "states no problem"
    if "/status" not in case.origins:
        yield "has no status line"
    if not (case.turns or case.sections or case.resolution):
        yield "has neither turns nor a resolution"
