"""The timeline of a case: one out of what several pages tell, and how long each status lasted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from kb.cases.record import Event

_APPEARS = ("created", "restored")


class Stay(NamedTuple):
    """A case's events on one page, oldest first."""

    page: str
    events: tuple[Event, ...]
    renamed_to: str | None = None
    """The page's new reference, where the page itself was renamed."""


def whole_life(now: Stay, before: Sequence[Stay]) -> tuple[Event, ...]:
    """Join the events of a case that is on the page ``now`` and was on those ``before``.

    Leaving one page and coming up on another, in either order, is one event: `moved`.
    """
    if not before:
        return now.events
    copied = [stay for stay in before if stay.renamed_to == now.page and _copied(stay, now)]
    stays = [*(stay for stay in before if stay not in copied), now]
    events = _joined(stays) if len(stays) > 1 else now.events
    for stay in copied:
        events = _renamed(events, stay, now)
    return events


def _copied(stay: Stay, now: Stay) -> bool:
    """Return True where the renamed page took its history along."""
    first, second = stay.events[:1], now.events[:1]
    return bool(first) and [(e.version, e.date) for e in first] == [
        (e.version, e.date) for e in second
    ]


def _renamed(events: tuple[Event, ...], stay: Stay, now: Stay) -> tuple[Event, ...]:
    """Put the page's renaming where the new page's own versions begin."""
    known = {event.version for event in stay.events}
    at = next((n for n, event in enumerate(events) if event.version not in known), len(events))
    near = events[at] if at < len(events) else events[-1]
    moved = Event(
        version=near.version, author=near.author, date=near.date, page=now.page, change="moved",
        old=stay.page, new=now.page,
    )  # fmt: skip
    return (*events[:at], moved, *events[at:])


def _joined(stays: Sequence[Stay]) -> tuple[Event, ...]:
    order = sorted(
        (event.date or "", number, place, msgspec.structs.replace(event, page=stay.page))
        for number, stay in enumerate(stays)
        for place, event in enumerate(stay.events)
    )
    joined = _EventJoin()
    for *_, event in order:
        joined.take(event)
    return tuple(event for event in joined.out if event is not None)


class _EventJoin:
    """Events of several pages in order of time, leaving and coming made one."""

    def __init__(self) -> None:
        self.out: list[Event | None] = []
        self._on: list[str] = []
        self._left: int | None = None
        """Where the case was removed from the last page that had it."""
        self._still_on: dict[str, int] = {}
        """Page that had the case when it came up on another → where that is told."""

    def take(self, event: Event) -> None:
        page = str(event.page)
        if event.change in _APPEARS:
            self.out.append(self._appearing(event, page))
            self._on.append(page)
        elif event.change == "removed":
            self._removed(event, page)
        else:
            self.out.append(event)

    def _appearing(self, event: Event, page: str) -> Event:
        if self._on:
            self._still_on[self._on[-1]] = len(self.out)
            return event
        last = None if self._left is None else self.out[self._left]
        if last is None or self._left is None or last.page == page:
            return event
        self.out[self._left], self._left = None, None
        return _moved(event, str(last.page))

    def _removed(self, event: Event, page: str) -> None:
        if page in self._on:
            self._on.remove(page)
        at = self._still_on.pop(page, None)
        come = None if at is None else self.out[at]
        if at is not None and come is not None:
            self.out[at] = _moved(come, page)
            return
        self._left = len(self.out)
        self.out.append(event)


def _moved(event: Event, old: str) -> Event:
    return msgspec.structs.replace(event, change="moved", old=old, new=str(event.page))


def durations(timeline: Sequence[Event]) -> dict[str, Any]:
    """Count the seconds from creation to the first `resolved`, and in each status that was left.

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
