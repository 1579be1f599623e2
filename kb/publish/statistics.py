"""Numbers about the cases, drawn when the site is built; the same numbers stand in tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import partial

import msgspec

from kb.publish.catalogue import Catalogue
from kb.publish.durations import BANDS, band_of
from kb.publish.facts import digest_of
from kb.publish.names import list_path, url_of
from kb.publish.render import Renderer
from kb.publish.units import Output, Unit

STATES = ("resolved", "in_progress", "shelved", "unset", "conflicting")
_MONTHS = 36
_STATIONS = 20
_HEIGHT = 160
_STEP = 24
_BAR = 18


class Piece(msgspec.Struct, frozen=True):
    """A part of a bar."""

    status: str
    count: int
    y: float
    height: float


class Bar(msgspec.Struct, frozen=True):
    """A month, its cases by status, drawn from below."""

    label: str
    url: str
    x: int
    total: int
    counts: tuple[int, ...]
    """In the order of STATES."""
    pieces: tuple[Piece, ...]


class Row(msgspec.Struct, frozen=True):
    """A value with its count, the width of its bar, of 100, and the list of its cases if any."""

    label: str
    count: int
    width: float
    url: str | None


def statistics_unit(catalogue: Catalogue, renderer: Renderer) -> Unit:
    """The page of statistics."""
    digest = digest_of([(case.mark, case.days) for case in catalogue.cases])
    return Unit("statistics", digest, partial(_page, catalogue, renderer))


def _page(catalogue: Catalogue, renderer: Renderer) -> Iterable[Output]:
    months: dict[str, Counter[str]] = {}
    stations: Counter[str] = Counter()
    for case in catalogue.cases:
        card = case.card
        if card.date:
            months.setdefault(card.date[:7], Counter())[card.status] += 1
        if card.station:
            stations[card.station] += 1
    states = Counter(case.card.status for case in catalogue.cases)
    bars = _bars(months)
    shown = stations.most_common(_STATIONS)
    days = sorted(case.days for case in catalogue.cases if case.days is not None)
    bands = Counter(map(band_of, days))
    took = [(_band(n), bands[n]) for n in range(len(BANDS))] if days else []
    middle = days[len(days) // 2] if days else None
    page = renderer.page(
        "statistics.html", "statistics.html", "统计 Statistics", bars=bars, states=STATES,
        by_status=_rows([(s, states[s]) for s in STATES if states[s]], "status"),
        by_station=_rows(shown, "station"), by_days=_rows(took), middle=middle,
        measured=len(days), width=len(bars) * _STEP, height=_HEIGHT, bar=_BAR,
    )  # fmt: skip
    return [("statistics.html", page)]


def _band(number: int) -> str:
    first, last = BANDS[number]
    return f"{first}–{last}" if last is not None else f"≥ {first}"


def _bars(months: dict[str, Counter[str]]) -> list[Bar]:
    """The latest months that have cases; the highest bar has the whole height."""
    latest = sorted(months)[-_MONTHS:]
    most = max((months[month].total() for month in latest), default=1)
    bars = []
    for number, month in enumerate(latest):
        counts, y = months[month], float(_HEIGHT)
        pieces = []
        for status in STATES:
            height = round(counts[status] * _HEIGHT / most, 2)
            y = round(y - height, 2)
            if height:
                pieces.append(Piece(status, counts[status], y, height))
        by_state = tuple(counts[status] for status in STATES)
        url = url_of(list_path("month", month))
        bars.append(Bar(month, url, number * _STEP, counts.total(), by_state, tuple(pieces)))
    return bars


def _rows(counts: list[tuple[str, int]], kind: str | None = None) -> list[Row]:
    most = max((count for _, count in counts), default=1)
    return [
        Row(
            label, count, round(count * 100 / most, 2),
            url_of(list_path(kind, label)) if kind else None,
        )
        for label, count in counts
    ]  # fmt: skip
