"""How long a case took: from the day it speaks of to the day that it was marked resolved."""

from __future__ import annotations

from datetime import date

from kb.cases.record import Case

BANDS = ((0, 1), (2, 3), (4, 7), (8, 30), (31, 90), (91, None))
"""Days from and to, both included: the groups of the plot."""


def resolved_on(case: Case) -> str | None:
    """The day of the last mark that it is resolved, where it still is and the day is known."""
    if case.status != "resolved":
        return None
    marks = (e for e in case.timeline if e.change == "status" and e.new == "resolved" and e.date)
    last = max((mark.date or "" for mark in marks), default="")
    return last[:10] if len(last) >= 10 else None


def days_to_resolve(case: Case) -> int | None:
    """Whole days; None where either end is unknown or they contradict each other."""
    opened = case.date or next((e.date for e in case.timeline if e.change == "created"), None)
    closed = resolved_on(case)
    if not opened or not closed or len(opened) < 10:
        return None
    try:
        days = (date.fromisoformat(closed) - date.fromisoformat(opened[:10])).days
    except ValueError:
        return None
    return days if days >= 0 else None


def band_of(days: int) -> int:
    """Number of the group that the days belong to."""
    return next(n for n, (_, last) in enumerate(BANDS) if last is None or days <= last)
