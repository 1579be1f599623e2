"""What changed in a case from one version of its page to the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from kb.cases.reader.draft import Draft, DraftTurn, LineKind
from kb.cases.record import EventKind

_MOST_TURNS = 400
"""Beyond so many changed turns they are told apart by position only."""
_UNCOVERED = {
    LineKind.HEADING,
    LineKind.STATION,
    LineKind.SECTION,
    LineKind.RESOLUTION,
    LineKind.UNCLASSIFIED,
}
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
        *_people(a, b), *_files(a, b),
    ]  # fmt: skip
    if _rest(old, renamed=renamed, status=a.status == b.status) != _rest(
        new, renamed=renamed, status=a.status == b.status
    ) or (not found and not renamed and _text(old) != _text(new)):
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
            gone, come = _differences(old, new)
            for n in range(max(len(gone), len(come))):
                yield CaseChange("field", name, _nth(gone, n), _nth(come, n))


def _differences(old: Sequence[str], new: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return what each has that the other has not, in order."""
    return _without(old, Counter(new)), _without(new, Counter(old))


def _without(values: Sequence[str], others: Counter[str]) -> list[str]:
    rest = []
    for value in values:
        if others[value]:
            others[value] -= 1
        else:
            rest.append(value)
    return rest


def _nth(values: Sequence[str], n: int) -> str | None:
    return values[n] if n < len(values) else None


def _status(a: Draft, b: Draft) -> Iterator[CaseChange]:
    if a.status != b.status:
        yield CaseChange("status", None, a.status, b.status)


def _people(a: Draft, b: Draft) -> Iterator[CaseChange]:
    old, new = [e.name for e in a.engineers], [e.name for e in b.engineers]
    yield from (CaseChange("engineer", None, name, None) for name in old if name not in new)
    yield from (CaseChange("engineer", None, None, name) for name in new if name not in old)


def _files(a: Draft, b: Draft) -> Iterator[CaseChange]:
    old, new = [f.name for f in a.attachments], [f.name for f in b.attachments]
    yield from (CaseChange("attachment", None, name, None) for name in old if name not in new)
    yield from (CaseChange("attachment", None, None, name) for name in new if name not in old)


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


def _rest(case: CaseVersion, *, renamed: bool, status: bool) -> list[str]:
    """Return the lines that no change of another kind covers, stripped."""
    kinds = _UNCOVERED | ({LineKind.STATUS} if status else set())
    if renamed:
        kinds = kinds - {LineKind.HEADING}
    return [
        line.strip()
        for line, kind in zip(case.lines, case.draft.kinds, strict=True)
        if kind in kinds and line.strip()
    ]


def _text(case: CaseVersion) -> list[str]:
    return [line.strip() for line in case.lines if line.strip()]
