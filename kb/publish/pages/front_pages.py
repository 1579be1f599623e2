"""The pages that one begins at: home with the search, about the site, not found, and statistics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from urllib.parse import urlsplit

from kb.publish.browser_index.index_layout import IndexMeta
from kb.publish.paths import list_path, url_of
from kb.publish.renderer import Output, Renderer, Unit, digest_of
from kb.publish.site_catalogue import Catalogue

_NEWEST = 30
_OPEN = 12


def home_unit(catalogue: Catalogue, search: IndexMeta, renderer: Renderer) -> Unit:
    """The page with the search, the newest cases and those that are not resolved."""
    cards = catalogue.cards
    unsolved = [card for card in cards if card.status != "resolved"]
    shown = (cards[:_NEWEST], unsolved[:_OPEN], len(cards), len(unsolved), len(catalogue.pages))
    return renderer.unit(
        "home", digest_of(*shown, search.said), "index.html", renderer.site.title, "home.html",
        newest=shown[0], open_cases=shown[1], cases_total=shown[2], open_total=shown[3],
        pages_total=shown[4], search=search,
    )  # fmt: skip


def about_unit(catalogue: Catalogue, renderer: Renderer) -> Unit:
    """What this site is, of what it was made, how to search it."""
    dates = [page.modified for page in catalogue.pages.values() if page.modified]
    dates += [case.updated for case in catalogue.cases if case.updated]
    newest = max(dates, default=None)
    wikis = sorted({page.wiki for page in catalogue.pages} | {c.card.wiki for c in catalogue.cases})
    files = sum(len(page.files) for page in catalogue.pages.values())
    numbers = (len(catalogue.cases), len(catalogue.pages), files)
    return renderer.unit(
        "about", digest_of(newest, wikis, numbers), "about.html", "关于 About", newest=newest,
        wikis=wikis, numbers=numbers, version=version("wiki-casebook"),
    )  # fmt: skip


def not_found_unit(renderer: Renderer) -> Unit:
    """The page that a server shows in the place of any path that there is not.

    Its links begin at the server's root where that is known, as its own path may be any.
    """
    url = renderer.site.url
    root = {"root": urlsplit(url).path.rstrip("/") + "/"} if url else {}
    return renderer.unit("404", b"", "404.html", "404", **root)


BANDS = ((0, 1), (2, 3), (4, 7), (8, 30), (31, 90), (91, None))
"""Days to resolution from and to, both included: the groups of the plot."""
STATES = ("resolved", "in_progress", "shelved", "unset", "conflicting")
_MONTHS, _STATIONS = 36, 20
"""How many are shown at most."""
_FEW = 3
"""Cases that a station must have to be counted in public: fewer may single it out."""
_HEIGHT, _STEP, _BAR = 160, 24, 18
"""Sizes in the plot: of the highest bar, from bar to bar, a bar's width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BarPart:
    """A part of a bar."""

    status: str
    count: int
    y: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A month with its cases by status, drawn from below."""

    label: str
    url: str
    x: int
    total: int
    counts: tuple[int, ...]
    """In the order of STATES."""
    pieces: tuple[BarPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRow:
    """A value with its count, the width of its bar in percent, and the list of its cases if any."""

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
    least = _FEW if renderer.site.audience == "public" else 1
    shown = [(name, n) for name, n in stations.most_common(_STATIONS) if n >= least]
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


def band_of(days: int) -> int:
    """Return the number of the group that so many days belong to."""
    return next(n for n, (_, last) in enumerate(BANDS) if last is None or days <= last)


def _band(number: int) -> str:
    first, last = BANDS[number]
    return f"{first}–{last}" if last is not None else f"≥ {first}"


def _bars(months: dict[str, Counter[str]]) -> list[Bar]:
    """Draw the latest months that have cases; the highest bar has the whole height."""
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
                pieces.append(BarPart(status=status, count=counts[status], y=y, height=height))
        by_state = tuple(counts[status] for status in STATES)
        bars.append(Bar(
            label=month, url=url_of(list_path("month", month)), x=number * _STEP,
            total=counts.total(), counts=by_state, pieces=tuple(pieces),
        ))  # fmt: skip
    return bars


def _rows(counts: list[tuple[str, int]], kind: str | None = None) -> list[CountRow]:
    most = max((count for _, count in counts), default=1)
    return [
        CountRow(
            label=label, count=count, width=round(count * 100 / most, 2),
            url=url_of(list_path(kind, label)) if kind else None,
        )
        for label, count in counts
    ]  # fmt: skip
