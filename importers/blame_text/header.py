"""What stands above the first line of a dump: title, who changed the page last, and when."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

_TITLE = re.compile(r"(?:Wiki source code of|Wiki 源代码[::]?|Code source wiki de)\s*(?P<title>.+)")
_DATE = re.compile(r"(?P<day>\d{4}[/-]\d{2}[/-]\d{2})(?:[ T](?P<time>\d{2}:\d{2}(?::\d{2})?))?\s*$")


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """Facts of the lines above the first row; None where they say nothing."""

    title: str | None = None
    modified: str | None = None


def read_header(lines: list[str], zone: str | None) -> Header:
    """Read the lines above the first row, in any UI language as far as they have a date.

    ``zone`` is the IANA name of the wiki's time zone: times are printed without one.
    """
    title = modified = None
    for line in lines:
        if found := _TITLE.fullmatch(line.strip().lstrip("# ")):
            title = found["title"]
        elif found := _DATE.search(line.strip()):
            modified = moment(found["day"], found["time"], zone)
    return Header(title=title, modified=modified)


def moment(day: str, time: str | None, zone: str | None) -> str | None:
    """ISO 8601, no more precise than written; None for a day that does not exist."""
    iso = day.replace("/", "-") + (f"T{time}" if time else "")
    try:
        parsed = datetime.fromisoformat(iso)
    except ValueError:
        return None
    if not time or not zone:
        return iso
    return iso + parsed.replace(tzinfo=ZoneInfo(zone)).isoformat()[-6:]
