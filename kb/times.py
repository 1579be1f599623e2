"""Moments as sources write them, as ISO 8601 no more precise than known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def from_epoch(milliseconds: int | None) -> str | None:
    """A moment in UTC from milliseconds since 1970; None for None or what no calendar holds."""
    if milliseconds is None:
        return None
    try:
        moment = _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None
    text = moment.isoformat(timespec="milliseconds") if milliseconds % 1000 else moment.isoformat()
    return f"{text[:-6]}Z"


def from_http(header: str | None) -> str | None:
    """A moment in UTC from an HTTP date header."""
    if not header:
        return None
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_epoch(moment: str) -> int:
    """Milliseconds since 1970 of an ISO 8601 moment with its zone. ValueError where it has none."""
    parsed = datetime.fromisoformat(moment)
    if parsed.tzinfo is None:
        raise ValueError(f"{moment}: no zone")
    return round((parsed - _EPOCH) / timedelta(milliseconds=1))
