"""Anomalies of a case: identifiers against their kinds' vocabulary, times, status, people.

docs/anomalies.md lists the codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from kb.cases.lines.display import fold
from kb.cases.lines.status import StatusReading
from kb.cases.lines.vocabulary import IdentifierKind, Vocabulary
from kb.cases.reader.draft import Draft, DraftAnomaly, DraftIdentifier, LineSpan

_CLOCK = re.compile(r"(?<!\d)(?<!\d:)(\d{1,2}):(\d{2}):(\d{2})(?![\d:])\s*(?P<what>[^。;\n]{0,60})")
_MAY_HAVE_CLOCK = re.compile(r"\d[:：][0-5０-５]\d[:：]\d")
_WORD = re.compile(r"[A-Za-z]{2,}|[\u3400-\u9fff]+")
_CLAUSE = re.compile(r"[,，。;；]")
_VIN = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "12345678123457923456789"), strict=True))
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_MOST_TIMES = 200
_SAME_EVENT_SECONDS = 60
_ALIKE = 0.75


def find_anomalies(
    draft: Draft, raws: Sequence[str], readings: Iterable[StatusReading], vocabulary: Vocabulary
) -> None:
    """Add to the draft all that a person should look at."""
    draft.anomalies += [
        *_dates(draft), *_identifiers(draft, vocabulary), *_values(draft),
        *_order(draft, vocabulary), *_clocks(draft, raws), *_status(draft, readings),
    ]  # fmt: skip


def _dates(draft: Draft) -> Iterator[DraftAnomaly]:
    if draft.heading.bad_date:
        message = f"the heading's date {draft.heading.bad_date} is no day of the calendar"
        yield DraftAnomaly("date-invalid", message, LineSpan(0, 0))


def _identifiers(draft: Draft, vocabulary: Vocabulary) -> Iterator[DraftAnomaly]:
    kinds = {kind.rule.kind: kind for kind in reversed(vocabulary.kinds)}
    first: dict[tuple[str, str], DraftIdentifier] = {}
    for found in draft.identifiers:
        first.setdefault((found.kind, found.normal), found)
    bad: list[DraftIdentifier] = []
    good: list[DraftIdentifier] = []
    for found in first.values():
        trouble = _trouble(found, kinds[found.kind])
        if trouble is None:
            good.append(found)
            continue
        bad.append(found)
        yield DraftAnomaly(*trouble, LineSpan(found.line, found.line))
    near_by = {key: found for found in good for key in _deletions(found)} if bad else {}
    for found in bad:
        near = next((near_by[key] for key in _deletions(found) if key in near_by), None)
        if near and _one_edit(found.normal, near.normal):
            message = f"{found.kind} {found.value} is one character away from {near.value}"
            yield DraftAnomaly("identifier-near", message, LineSpan(found.line, found.line))


def _trouble(found: DraftIdentifier, kind: IdentifierKind) -> tuple[str, str] | None:
    """Return code and message where an identifier breaks its kind's rule."""
    text, rule = found.normal, kind.rule
    if any(pattern.fullmatch(text) for pattern in kind.also):
        return None
    if rule.lengths and len(text) not in rule.lengths:
        right = " or ".join(map(str, rule.lengths))
        message = f"{found.kind} {found.value} has {len(text)} characters, not {right}"
        return "identifier-length", message
    if not kind.form.match(text):
        return "identifier-check", f"{found.kind} {found.value} does not have the form of one"
    if rule.check == "vin" and len(text) == 17 and not _vin_holds(text.upper()):
        return "identifier-check", f"{found.kind} {found.value}: its check digit is wrong"
    return None


def _vin_holds(vin: str) -> bool:
    """Check a VIN's ninth character, modulo 11, as ISO 3779 and GB 16735 have it."""
    if any(c not in _VIN and not c.isdigit() for c in vin):
        return False
    total = sum(
        weight * (int(c) if c.isdigit() else _VIN[c])
        for c, weight in zip(vin, _VIN_WEIGHTS, strict=True)
    )
    return vin[8] == "0123456789X"[total % 11]


def _deletions(found: DraftIdentifier) -> set[tuple[str, str]]:
    """Return keys that near identifiers share: the whole, and it without one character each."""
    text = found.normal[:64]
    return {(found.kind, text), *((found.kind, text[:i] + text[i + 1 :]) for i in range(len(text)))}


def _one_edit(a: str, b: str) -> bool:
    if abs(len(a) - len(b)) > 1 or a == b:
        return False
    pairs = enumerate(zip(a, b, strict=False))
    same = next((i for i, (x, y) in pairs if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[same:], b[same:]
    return rest_a[1:] == rest_b[1:] or rest_a[1:] == rest_b or rest_a == rest_b[1:]


def _values(draft: Draft) -> Iterator[DraftAnomaly]:
    for field in draft.fields:
        wrong = field.type in ("datetime", "integer", "number") and field.parsed is None
        if wrong and any(map(str.isdigit, field.value)) and field.type != "integer":
            message = f"{field.label} {field.value} is no {field.type} that can be read"
            yield DraftAnomaly("value-unreadable", message, field.span)


def _order(draft: Draft, vocabulary: Vocabulary) -> Iterator[DraftAnomaly]:
    started = next((f for f in draft.fields if f.name == "started" and f.parsed), None)
    ended = next((f for f in draft.fields if f.name == "ended" and f.parsed), None)
    if not started or not ended:
        return
    begin, end = (datetime.fromisoformat(str(field.parsed)) for field in (started, ended))
    span = LineSpan(*sorted((started.span.first, ended.span.first)))
    if len(str(started.parsed)) != len(str(ended.parsed)):
        begin, end = (moment.replace(second=0) for moment in (begin, end))
    hours = (end - begin).total_seconds() / 3600
    if end < begin:
        message = f"ended {ended.value} before it started {started.value}"
        yield DraftAnomaly("time-order", message, span)
    elif vocabulary.longest_hours and hours > vocabulary.longest_hours:
        message = f"{round(hours)} hours from {started.value} to {ended.value}"
        yield DraftAnomaly("duration", message, span)


def _clocks(draft: Draft, raws: Sequence[str]) -> Iterator[DraftAnomaly]:
    """Yield pairs of clock times, less than a minute apart, that are given for one event."""
    times: list[tuple[int, str, int, set[str]]] = []
    for number, raw in enumerate(raws[1:], 1):
        if len(times) >= _MOST_TIMES or not _MAY_HAVE_CLOCK.search(raw):
            continue
        for match in _CLOCK.finditer(fold(raw)):
            h, m, s = (int(match[n]) for n in (1, 2, 3))
            written = match[0][: match.start("what") - match.start()].strip()
            what = _CLAUSE.split(match["what"].strip())[0]
            times.append((h * 3600 + m * 60 + s, written, number, _pairs(what)))
    times.sort(key=lambda one: one[0])
    for i, (second, written, line, what) in enumerate(times[:_MOST_TIMES]):
        for other in times[i + 1 : _MOST_TIMES]:
            if other[0] - second >= _SAME_EVENT_SECONDS:
                break
            if other[0] != second and _alike(what, other[3]):
                span = LineSpan(min(line, other[2]), max(line, other[2]))
                message = f"{written} and {other[1]} are given for the same event"
                yield DraftAnomaly("time-conflict", message, span)


def _pairs(text: str) -> set[str]:
    """Return pairs of Han characters, and words."""
    found: set[str] = set()
    for run in _WORD.findall(text):
        found.update([run.casefold()] if run.isascii() else map("".join, pairwise(run)))
    return found


def _alike(a: set[str], b: set[str]) -> bool:
    least = min(len(a), len(b))
    return least >= 3 and len(a & b) / least >= _ALIKE


def _status(draft: Draft, readings: Iterable[StatusReading]) -> Iterator[DraftAnomaly]:
    span = draft.status_span or LineSpan(0, 0)
    for reading in readings:
        for word in reading.unknown:
            yield DraftAnomaly("status-unknown", f"{word} is marked, and is no known state", span)
        if reading.ambiguous:
            yield DraftAnomaly("status-ambiguous", "a mark stands between two states", span)
        if reading.unmarked:
            message = f"{reading.unmarked} is the only state named, and has no mark"
            yield DraftAnomaly("status-unmarked", message, span)
    if draft.status == "conflicting":
        yield DraftAnomaly("status-conflict", "more than one state is marked", span)
    if draft.status == "resolved" and not draft.engineers:
        yield DraftAnomaly("resolved-without-engineer", "resolved, and no engineer is named", span)
