"""Moments of the archive as points in time, and how much of them is known."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import msgspec

_MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?"
    r"(Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)


class Instant(msgspec.Struct, frozen=True):
    """Seconds since 1970 with the zone that the moment was told in."""

    seconds: int
    offset: int
    """Minutes east of Greenwich."""
    exact: bool
    """True where the moment says its second and zone; else zero and UTC fill what is unknown."""


def instant_of(moment: str | None) -> Instant | None:
    """The moment as an instant; None where there is none or it is no date."""
    match = _MOMENT.fullmatch(moment or "")
    if match is None:
        return None
    zone = _zone(match[7])
    year, month, day, hour, minute, second = (int(match[n] or 0) for n in range(1, 7))
    try:
        time = datetime(year, month, day, hour, minute, second, tzinfo=zone)
        offset = int(zone.utcoffset(None).total_seconds()) // 60
        return Instant(int(time.timestamp()), offset, bool(match[6] and match[7]))
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> timezone:
    if text in (None, "Z"):
        return UTC
    digits = text.replace(":", "")
    minutes = int(digits[1:3]) * 60 + int(digits[3:5])
    if minutes >= 24 * 60:
        return UTC
    return timezone(timedelta(minutes=-minutes if digits[0] == "-" else minutes))
