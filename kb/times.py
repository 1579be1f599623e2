"""Moments: ISO 8601 no more precise than known; read, compared, and as points in time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = 17
"""Characters of a number of milliseconds that no calendar holds."""
_DAY = 10
"""Characters of a day; what is longer has a time."""
_LOOSE = {4: 366, 7: 31}
"""Days within which a year or a month lies, by its length."""
_ZONES = timedelta(hours=26)
"""How far apart two zones' clocks can be."""
_MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?"
    r"(Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)


def now() -> str:
    """Return the present moment in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_epoch(milliseconds: int | None) -> str | None:
    """Return milliseconds since 1970 as a moment in UTC; None for what no calendar holds."""
    if milliseconds is None:
        return None
    try:
        moment = _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None
    text = moment.isoformat(timespec="milliseconds") if milliseconds % 1000 else moment.isoformat()
    return f"{text[:-6]}Z"


def from_epoch_text(text: str | None) -> str | None:
    """Read milliseconds since 1970 from a text; None where it is no such number."""
    digits = (text or "").strip()
    number = digits.removeprefix("-")
    if not (number.isascii() and number.isdigit()) or len(digits) >= _LONGEST:
        return None
    return from_epoch(int(digits))


def from_local(local: str | None, zone: str | None) -> str | None:
    """Convert local time in ISO 8601 to UTC; without a ``zone`` (an IANA name) leave it local.

    None where it is no date. Where clocks show it twice, the first time counts.
    """
    if local is None:
        return None
    try:
        moment = datetime.fromisoformat(local)
    except ValueError:
        return None
    if zone is None:
        return local
    there = moment.replace(tzinfo=ZoneInfo(zone))
    try:
        return there.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return local


def from_http(header: str | None) -> str | None:
    """Read a moment in UTC from an HTTP date header; None where it is none."""
    if not header:
        return None
    try:
        moment = parsedate_to_datetime(header).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return f"{moment.isoformat(timespec='seconds')[:-6]}Z"


def to_epoch(moment: str) -> int:
    """Return the milliseconds since 1970 of a moment in ISO 8601. ValueError without a zone."""
    parsed = datetime.fromisoformat(moment)
    if parsed.tzinfo is None:
        raise ValueError(f"{moment}: no zone")
    return round((parsed - _EPOCH) / timedelta(milliseconds=1))


def same_moment(one: str, other: str) -> bool:
    """Whether two moments can be the same, as precisely as the less precise one is.

    Times without a zone, and days, may be those of any zone.
    """
    try:
        a, b = (datetime.fromisoformat(_padded(moment)) for moment in (one, other))
    except ValueError:
        return True
    if a.tzinfo and b.tzinfo and min(len(one), len(other)) > _DAY:
        return abs(a - b) < timedelta(minutes=1)
    loose = timedelta(days=_LOOSE.get(min(len(one), len(other)), 1)) + _ZONES
    return abs(_utc(a) - _utc(b)) < loose


def later(one: str | None, other: str | None) -> bool:
    """Whether the first moment is surely after the second."""
    if one is None or other is None:
        return False
    try:
        a, b = (_utc(datetime.fromisoformat(_padded(moment))) for moment in (one, other))
    except ValueError:
        return False
    return a > b and not same_moment(one, other)


def _padded(moment: str) -> str:
    return moment + {4: "-01-01", 7: "-01"}.get(len(moment), "")


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


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


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of an IANA name such as `Asia/Shanghai`; None where it is the name of none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _zone(text: str | None) -> timezone:
    if text in (None, "Z"):
        return UTC
    digits = text.replace(":", "")
    minutes = int(digits[1:3]) * 60 + int(digits[3:5])
    if minutes >= 24 * 60:
        return UTC
    return timezone(timedelta(minutes=-minutes if digits[0] == "-" else minutes))
