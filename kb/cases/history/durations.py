"""How long a case was in each status, and how long until it was resolved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from kb.cases.record import Event


def durations(timeline: Sequence[Event]) -> dict[str, Any]:
    """Seconds from creation to the first `resolved`, and in each status that was left again.

    Empty where the timeline does not begin with the case's creation, or has no times of day.
    """
    if not timeline or timeline[0].change != "created":
        return {}
    begin = _moment(timeline[0])
    if begin is None:
        return {}
    found: dict[str, Any] = {}
    spent: dict[str, int] = {}
    since = begin
    for event in timeline:
        at = _moment(event)
        if event.change != "status" or at is None:
            continue
        before = event.old or "unset"
        spent[before] = spent.get(before, 0) + int((at - since).total_seconds())
        since = at
        if event.new == "resolved" and "to_resolution" not in found:
            found["to_resolution"] = int((at - begin).total_seconds())
    if spent:
        found["in_status"] = spent
    return found


def _moment(event: Event) -> datetime | None:
    if event.date is None or "T" not in event.date:
        return None
    moment = datetime.fromisoformat(event.date)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
