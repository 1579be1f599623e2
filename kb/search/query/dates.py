"""Dates as people type them: a year, a month or a day, as a span of days."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

_DATE = re.compile(
    r"([0-9]{4})(?:[-/.年]([0-9]{1,2})(?:[-/.月]([0-9]{1,2})日?|月?)?|年)?"
    r"|([0-9]{4})([0-9]{2})([0-9]{2})|([0-9]{4})([0-9]{2})"
)


def span(text: str) -> tuple[int, int] | None:
    """First and last day that ``text`` names, as yyyymmdd; None where it is no date.

    `2020`, `2020-04`, `2020-4-7`, `2020/04/07`, `2020年4月7日`, `20200407`, `202004`.
    """
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = (
        next((int(g) for g in groups if g), 0)
        for groups in (match.group(1, 4, 7), match.group(2, 5, 8), match.group(3, 6))
    )
    return _days(year, month, day)


def _days(year: int, month: int, day: int) -> tuple[int, int] | None:
    if not 1 <= year <= 9999 or month > 12:
        return None
    if not month:
        return year * 10000 + 101, year * 10000 + 1231
    last = monthrange(year, month)[1]
    if day > last:
        return None
    base = year * 10000 + month * 100
    return (base + day, base + day) if day else (base + 1, base + last)


def as_number(iso: str | None) -> int | None:
    """The day of an ISO date or date-time as yyyymmdd; None where it is not given or impossible."""
    try:
        return int(date.fromisoformat((iso or "")[:10]).strftime("%Y%m%d"))
    except ValueError:
        return None
