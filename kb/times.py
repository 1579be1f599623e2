"""Read moments as sources write them; return ISO 8601, no more precise than known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = 17
"""Characters of a number of milliseconds that no calendar holds."""


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
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_epoch(moment: str) -> int:
    """Return the milliseconds since 1970 of a moment in ISO 8601. ValueError without a zone."""
    parsed = datetime.fromisoformat(moment)
    if parsed.tzinfo is None:
        raise ValueError(f"{moment}: no zone")
    return round((parsed - _EPOCH) / timedelta(milliseconds=1))
