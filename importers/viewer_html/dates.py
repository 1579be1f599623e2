"""Dates as viewers print them: in the wiki's zone, to the minute, without a word about either."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_DATE = re.compile(
    r"(\d{4})[/.年-](\d{1,2})[/.月-](\d{1,2})日?(?:[ T,]{1,3}(\d{1,2}):(\d{2})(?::(\d{2}))?)?"
)


def read_date(text: str, zone: str | None) -> str | None:
    """ISO 8601 as precise as printed, in UTC where the wiki's zone is known.

    None for a date in another order than year, month, day. Local time stays local where the
    zone's clocks show it twice.
    """
    match = _DATE.search(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (
        int(part) if part else None for part in match.groups()
    )
    try:
        moment = datetime(year or 0, month or 0, day or 0, hour or 0, minute or 0, second or 0)
    except ValueError:
        return None
    if hour is None:
        return moment.date().isoformat()
    form = "minutes" if second is None else "seconds"
    if zone is None:
        return moment.isoformat(timespec=form)
    there = moment.replace(tzinfo=ZoneInfo(zone))
    if there.utcoffset() != there.replace(fold=1).utcoffset():
        return moment.isoformat(timespec=form)
    return there.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=form) + "Z"
