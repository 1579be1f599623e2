"""Which cases a caller means: by what they state, with globs, folded as the search folds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import get_args

from kb.cases.record import Case, Status
from kb.errors import UsageError
from kb.text.fold import fold_text


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """What a case must state; None asks nothing. Texts are globs, compared folded but for pages."""

    status: Status | None = None
    station: str | None = None
    engineer: str | None = None
    """One of the engineers."""
    speaker: str | None = None
    """One of those who speak."""
    page: str | None = None
    """Reference of the page that the case stands on: a glob in which letter case counts."""
    anomaly: str | None = None
    """Code of one of the anomalies."""
    after: str | None = None
    """From the first day of that year, month or day on."""
    before: str | None = None
    """Up to the day before it."""

    def __post_init__(self) -> None:
        if self.status is not None and self.status not in get_args(Status):
            known = ", ".join(get_args(Status))
            raise UsageError(f"there is no status {self.status!r}", hint=f"one of: {known}")
        _days("after", self.after)
        _days("before", self.before)

    def fits(self, case: Case) -> bool:
        """Whether the case states all that is asked."""
        return (
            self.status in (None, case.status)
            and _fits(self.station, [case.station])
            and _fits(self.engineer, case.engineers)
            and _fits(self.speaker, [turn.speaker for turn in case.turns])
            and (self.page is None or fnmatchcase(case.source.page, self.page))
            and _fits(self.anomaly, [anomaly.code for anomaly in case.anomalies])
            and self._in_time(case)
        )

    def _in_time(self, case: Case) -> bool:
        after, before = _days("after", self.after), _days("before", self.before)
        if after is None and before is None:
            return True
        digits = (case.date or "").replace("-", "")[:8]
        if not digits.isdecimal():
            return False
        day = int(digits)
        return (after is None or day >= after[0]) and (before is None or day < before[0])


def _days(name: str, text: str | None) -> tuple[int, int] | None:
    """First and last day of a year, month or day, as yyyymmdd. UsageError for what is none."""
    if text is None:
        return None
    from kb.search.query.fields import day_span  # which loads the query language

    days = day_span(text)
    if days is None:
        raise UsageError(f"{name}: {text!r} is no date", hint="2020, 2020-04, 2020-04-07")
    return days


def _fits(glob: str | None, values: Iterable[str | None]) -> bool:
    if glob is None:
        return True
    pattern = fold_text(glob)
    return any(fnmatchcase(fold_text(value), pattern) for value in values if value)
