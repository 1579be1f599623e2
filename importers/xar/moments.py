"""Moments as XAR files write them: milliseconds since 1970, or a date in the server's zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LIMIT = 253_402_300_800_000
_WRITTEN = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d{1,9})?")


def moment(text: str | None) -> str | None:
    """ISO 8601 of milliseconds since 1970; None where the text is no such number."""
    digits = (text or "").strip()
    if not digits.removeprefix("-").isascii() or not digits.removeprefix("-").isdigit():
        return None
    milliseconds = int(digits) if len(digits) < 17 else _LIMIT
    if abs(milliseconds) >= _LIMIT:
        return None
    try:
        when = _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None
    form = "milliseconds" if milliseconds % 1000 else "seconds"
    return when.isoformat(timespec=form).replace("+00:00", "Z")


def written_moment(text: str | None, zone: str | None) -> str | None:
    """ISO 8601 of a date property: a number of milliseconds, or local time as Java prints it."""
    given = (text or "").strip()
    match = _WRITTEN.fullmatch(given)
    return local_moment(f"{match[1]}T{match[2]}", zone) if match else moment(given)


def local_moment(local: str | None, zone: str | None) -> str | None:
    """Local time put to UTC where the server's zone is known, else left without a zone."""
    if local is None:
        return None
    try:
        when = datetime.fromisoformat(local)
    except ValueError:
        return None
    if zone is None:
        return local
    there = when.replace(tzinfo=ZoneInfo(zone))
    try:
        return there.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return local
