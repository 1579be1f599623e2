"""Lists of cases: by month, status, station, engineer, speaker, tag, anomaly, identifier.

A long list is divided by year, so that a new or changed case touches one of its pages.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from operator import attrgetter

import msgspec

from kb.publish.catalogue import Catalogue
from kb.publish.facts import CaseFacts, digest_of
from kb.publish.names import encode, identifier_path, url_of
from kb.publish.render import Renderer
from kb.publish.units import Output, Unit

LISTS = ("month", "status", "station", "engineer", "speaker", "tag", "anomaly")
_FROM_FACETS = frozenset(LISTS) - {"month", "tag", "anomaly"}
_LONG = 200
"""Cases that one page shows; more are divided by year."""


class Entry(msgspec.Struct, frozen=True):
    """A value in the list of a kind's values."""

    value: str
    url: str
    count: int


def list_path(kind: str, value: str) -> str:
    """Page of the cases that have a value."""
    return f"list/{kind}/{encode(value)}.html"


def values_of(case: CaseFacts, catalogue: Catalogue) -> list[tuple[str, str]]:
    """Lists that a case stands in: kind and value, each once."""
    found = [pair for pair in case.facets if pair[0] in _FROM_FACETS]
    if case.card.date:
        found.append(("month", case.card.date[:7]))
    page = catalogue.pages.get(case.card.page)
    if page and page.tags:
        found += (("tag", tag) for tag in page.tags)
    if case.anomalies:
        found += (("anomaly", code) for code in {code: None for code, _ in case.anomalies})
    return found


def browse_units(catalogue: Catalogue, renderer: Renderer) -> Iterator[Unit]:
    """All lists, and the page that leads to them."""
    kinds: dict[str, defaultdict[str, list[CaseFacts]]] = {
        kind: defaultdict(list) for kind in LISTS
    }
    for case in catalogue.cases:
        for kind, value in values_of(case, catalogue):
            kinds[kind][value].append(case)
    for kind, values in kinds.items():
        for value, cases in values.items():
            yield from _list(kind, value, list_path(kind, value), cases, renderer)
    for (kind, value), cases in catalogue.shared.items():
        yield from _list("identifier", value, identifier_path(kind, value), cases, renderer)
    yield _browse(kinds, renderer)


def _browse(kinds: dict[str, defaultdict[str, list[CaseFacts]]], renderer: Renderer) -> Unit:
    rows = {
        kind: [
            Entry(value, url_of(list_path(kind, value)), len(cards))
            for value, cards in sorted(values.items(), reverse=kind == "month")
        ]
        for kind, values in kinds.items()
    }

    def make() -> Iterable[Output]:
        page = renderer.page("browse.html", "cases.html", "全部案例 All cases", kinds=rows)
        return [("cases.html", page)]

    return Unit("browse", digest_of(rows), make)


def _list(
    kind: str, value: str, path: str, cases: list[CaseFacts], renderer: Renderer
) -> Iterator[Unit]:
    """One page; or one for each year, and one that leads to these."""
    if len(cases) <= _LONG or kind == "month":
        yield _unit(path, cases, partial(_page, kind, value, path, cases, [], renderer))
        return
    years = dict(_by_year(cases))
    stem = path.removesuffix(".html")
    entries = [
        Entry(year, url_of(f"{stem}/{year}.html"), len(some))
        for year, some in sorted(years.items(), reverse=True)
    ]
    make = partial(_page, kind, value, path, [], entries, renderer)
    yield Unit(f"list:{path}", digest_of(entries), make)
    for year, some in years.items():
        inner = f"{stem}/{year}.html"
        name = f"{value} · {year}"
        yield _unit(inner, some, partial(_page, kind, name, inner, some, [], renderer))


def _by_year(cases: list[CaseFacts]) -> Iterator[tuple[str, list[CaseFacts]]]:
    """The cases of each year; they come by date, those without one first."""
    at = 0
    while at < len(cases):
        year = _year(cases[at])
        end = bisect_right(cases, year, lo=at, key=_year)
        yield year, cases[at:end]
        at = end


def _year(case: CaseFacts) -> str:
    return (case.card.date or "0000")[:4]


def _unit(path: str, cases: list[CaseFacts], make: Callable[[], Iterable[Output]]) -> Unit:
    return Unit(f"list:{path}", digest_of(b"".join(map(_MARK, cases))), make)


_MARK = attrgetter("mark")


def _page(
    kind: str,
    value: str,
    path: str,
    cases: list[CaseFacts],
    years: list[Entry],
    renderer: Renderer,
) -> Iterable[Output]:
    page = renderer.page(
        "list.html", path, value, kind=kind, value=value,
        cards=[case.card for case in reversed(cases)], years=years,
        count=len(cases) or sum(year.count for year in years),
    )  # fmt: skip
    return [(path, page)]
