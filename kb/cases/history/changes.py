"""What changed in a case from one version of its page to the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import NamedTuple

from kb.cases.reader.draft import Draft, DraftName, DraftTurn, LineKind
from kb.cases.record import EventKind

_MOST_TURNS = 400
"""Beyond so many changed turns they are told apart by position only."""
_UNCOVERED = {
    LineKind.HEADING, LineKind.STATION, LineKind.SECTION, LineKind.RESOLUTION,
    LineKind.UNCLASSIFIED,
}  # fmt: skip
"""A round's or part's mark says nothing that its turns do not."""


class CaseVersion(NamedTuple):
    """A case in one version: its draft, and its lines."""

    draft: Draft
    lines: Sequence[str]


class CaseChange(NamedTuple):
    """One change: what, of which name, from and to."""

    change: EventKind
    name: str | None = None
    old: str | None = None
    new: str | None = None


def changes(old: CaseVersion, new: CaseVersion, *, renamed: bool = False) -> list[CaseChange]:
    """Return every change of content; spacing is none, `edited` is what no other covers."""
    if old.draft is new.draft:
        return []
    a, b = old.draft, new.draft
    found = [
        *_fields(a, b), *_problem(a, b), *_turns(a.turns, b.turns), *_status(a, b),
        *_names("engineer", a.engineers, b.engineers),
        *_names("attachment", a.attachments, b.attachments),
    ]  # fmt: skip
    kinds = _UNCOVERED | ({LineKind.STATUS} if a.status == b.status else set())
    kinds -= {LineKind.HEADING} if renamed else set()
    rest = _lines(old, kinds) != _lines(new, kinds)
    if rest or (not found and not renamed and _lines(old) != _lines(new)):
        found.append(CaseChange("edited"))
    return found


def _problem(a: Draft, b: Draft) -> Iterator[CaseChange]:
    old = a.problem.text if a.problem else None
    new = b.problem.text if b.problem else None
    if (old or "") != (new or ""):
        yield CaseChange("problem", None, old, new)


def _fields(a: Draft, b: Draft) -> Iterator[CaseChange]:
    names = dict.fromkeys(field.name for field in (*a.fields, *b.fields))
    for name in names:
        old = [field.value for field in a.fields if field.name == name]
        new = [field.value for field in b.fields if field.name == name]
        if old != new:
            for gone, come in zip_longest(_without(old, new), _without(new, old)):
                yield CaseChange("field", name, gone, come)


def _without(values: Sequence[str], less: Sequence[str]) -> list[str]:
    """Return the values, in order, without one for each equal one in ``less``."""
    others, rest = Counter(less), []
    for value in values:
        if others[value]:
            others[value] -= 1
        else:
            rest.append(value)
    return rest


def _status(a: Draft, b: Draft) -> Iterator[CaseChange]:
    if a.status != b.status:
        yield CaseChange("status", None, a.status, b.status)


def _names(change: EventKind, a: list[DraftName], b: list[DraftName]) -> Iterator[CaseChange]:
    old, new = [named.name for named in a], [named.name for named in b]
    yield from (CaseChange(change, None, name, None) for name in old if name not in new)
    yield from (CaseChange(change, None, None, name) for name in new if name not in old)


def _turns(old: list[DraftTurn], new: list[DraftTurn]) -> Iterator[CaseChange]:
    """Yield turns said, withdrawn, reworded: by what stands between turns that stayed."""
    first = [(turn.speaker, turn.text) for turn in old]
    second = [(turn.speaker, turn.text) for turn in new]
    start = 0
    while start < min(len(first), len(second)) and first[start] == second[start]:
        start += 1
    end = 0
    while end < min(len(first), len(second)) - start and first[-1 - end] == second[-1 - end]:
        end += 1
    a, b = first[start : len(first) - end], second[start : len(second) - end]
    if max(len(a), len(b)) > _MOST_TURNS:
        yield from _paired(a, b)
        return
    for tag, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from _paired(a[i:j], b[k:m])


_Said = tuple[str | None, str]


def _paired(old: list[_Said], new: list[_Said]) -> Iterator[CaseChange]:
    """Pair what a speaker said with what he says now in its place, in a stretch that differs."""
    rest = list(old)
    steps = []
    for speaker, text in new:
        before = next((said for said in rest if said[0] == speaker), None)
        if before is not None:
            rest.remove(before)
        if before is None or before[1] != text:
            steps.append(CaseChange("turn", speaker, before[1] if before else None, text))
    yield from (CaseChange("turn", speaker, text, None) for speaker, text in rest)
    yield from steps


def _lines(case: CaseVersion, kinds: Collection[LineKind] = frozenset(LineKind)) -> list[str]:
    """Return the lines of these kinds, stripped, without blank ones."""
    pairs = zip(case.lines, case.draft.kinds, strict=True)
    return [line.strip() for line, kind in pairs if kind in kinds and line.strip()]
