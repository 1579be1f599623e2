"""Lists of cases: by month, status, station, engineer, speaker, tag, anomaly, identifier.

A long list is divided by year, a long year by month, so that a new or changed case touches one
page of it; what is still long, by number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from heapq import nlargest
from operator import attrgetter

import msgspec

from kb.publish.pages.front_pages import STATES
from kb.publish.paths import identifier_path, list_path, url_of
from kb.publish.renderer import Output, Renderer, Unit, digest_of
from kb.publish.site_catalogue import CaseFacts, Catalogue
from kb.text.interface import WORDS

LISTS = ("month", "status", "station", "engineer", "speaker", "tag", "anomaly")
_FROM_FACETS = frozenset(LISTS) - {"month", "tag", "anomaly"}
_LONG = 200
"""Cases that one page shows."""
_UNDATED = "0000"
_FREQUENT = 40
"""Values of a kind, or identifiers, that are shown before a reader asks for all."""


class ListedValue(msgspec.Struct, frozen=True):
    """A value in the list of a kind's values."""

    value: str
    url: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOverview:
    """The values of a kind on the page of all lists: in groups, only frequent ones of very many."""

    name: str
    groups: tuple[tuple[str, tuple[ListedValue, ...]], ...]
    """By year, or under no name."""
    rest: tuple[ListedValue, ...] = ()
    """All values, where the groups hold the frequent ones only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseList:
    """Which list of cases a page shows, or which part of it."""

    kind: str
    value: str
    path: str
    of: str = "list"
    """`kind` where the list is that of an identifier: by it the interface's texts are found."""
    part: str = ""
    """Year, month, or first and last number."""
    above: tuple[tuple[str, str], ...] = ()
    """Part and URL of each list that this one is a part of."""

    def within(self, name: str, part: str) -> CaseList:
        """A part of the list, in a file of that name."""
        stem = self.path.removesuffix(".html")
        above = (*self.above, (self.part, url_of(self.path)))
        return replace(self, path=f"{stem}/{name}.html", part=part, above=above)

    @property
    def title(self) -> str:
        """For the browser's tab, in both languages where the interface has texts for it."""
        words = WORDS.get(f"{self.kind}_{self.value}") if self.of == "list" else None
        return " · ".join(filter(None, (" ".join(words) if words else self.value, self.part)))


def values_of(case: CaseFacts, catalogue: Catalogue) -> list[tuple[str, str]]:
    """Return the lists that a case belongs to: kind and value, each once."""
    found = [pair for pair in case.facets if pair[0] in _FROM_FACETS]
    if case.card.date:
        found.append(("month", case.card.date[:7]))
    page = catalogue.pages.get(case.card.page)
    if page and page.tags:
        found += (("tag", tag) for tag in page.tags)
    if case.anomalies:
        found += (("anomaly", code) for code in {code: None for code, _ in case.anomalies})
    return found


def case_list_units(catalogue: Catalogue, renderer: Renderer) -> Iterator[Unit]:
    """All lists, and the page that leads to them."""
    kinds: dict[str, defaultdict[str, list[CaseFacts]]] = {
        kind: defaultdict(list) for kind in LISTS
    }
    for case in catalogue.cases:
        for kind, value in values_of(case, catalogue):
            kinds[kind][value].append(case)
    for kind, values in kinds.items():
        for value, cases in values.items():
            place = CaseList(kind=kind, value=value, path=list_path(kind, value))
            yield _list(place, cases, renderer)
    for (kind, value), cases in catalogue.shared.items():
        place = CaseList(kind=kind, value=value, path=identifier_path(kind, value), of="kind")
        yield _list(place, cases, renderer)
    yield _overview(kinds, catalogue, renderer)


def _overview(
    kinds: dict[str, defaultdict[str, list[CaseFacts]]], catalogue: Catalogue, renderer: Renderer
) -> Unit:
    counts = {
        kind: sorted((value, len(cases)) for value, cases in values.items())
        for kind, values in kinds.items() if values
    }  # fmt: skip
    shared = ((kind, value, len(cases)) for (kind, value), cases in catalogue.shared.items())
    frequent = nlargest(_FREQUENT, shared, key=lambda one: one[2])

    def make() -> Iterable[Output]:
        rows = [_kind(kind, some) for kind, some in counts.items()]
        numbers = [
            (kind, ListedValue(value, url_of(identifier_path(kind, value)), count))
            for kind, value, count in frequent
        ]
        page = renderer.page(
            "browse.html", "cases.html", "全部案例 All cases", kinds=rows, numbers=numbers,
            count=len(catalogue.cases), named_by_several=len(catalogue.shared),
        )  # fmt: skip
        return [("cases.html", page)]

    digest = digest_of(counts, frequent, len(catalogue.cases), len(catalogue.shared))
    return Unit("browse", digest, make)


def _kind(kind: str, counts: list[tuple[str, int]]) -> KindOverview:
    """Put months by year, statuses in their order, other values by name."""
    entries = [
        ListedValue(value, url_of(list_path(kind, value)), count)
        for value, count in sorted(counts, reverse=kind == "month")
    ]
    if kind == "month":
        years: defaultdict[str, list[ListedValue]] = defaultdict(list)
        for entry in entries:
            years[entry.value[:4]].append(entry)
        groups = tuple((year, tuple(some)) for year, some in years.items())
        return KindOverview(name=kind, groups=groups)
    if kind == "status":
        entries.sort(key=lambda entry: STATES.index(entry.value))
    if len(entries) <= _FREQUENT + _FREQUENT // 2:
        return KindOverview(name=kind, groups=(("", tuple(entries)),))
    first = tuple(nlargest(_FREQUENT, entries, key=lambda entry: entry.count))
    return KindOverview(name=kind, groups=(("", first),), rest=tuple(entries))


def _list(place: CaseList, cases: list[CaseFacts], renderer: Renderer) -> Unit:
    """The unit of a list: one page, or of a long list the parts that it is divided into."""
    digest = digest_of(b"".join(map(_MARK, cases)))
    if len(cases) <= _LONG:
        make = partial(_page, place, cases, (), len(cases), renderer)
        return Unit(f"list:{place.path}", digest, make)
    parts = partial(_divided, place, cases, renderer)
    return Unit(f"long:{place.path}", digest, tuple, parts=parts)


def _divided(place: CaseList, cases: list[CaseFacts], renderer: Renderer) -> Iterator[Unit]:
    """Yield a page that leads to the parts of a list, and these."""
    parts = list(_parts(place, cases))
    entries = tuple(ListedValue(part.part, url_of(part.path), len(some)) for part, some in parts)
    make = partial(_page, place, [], entries, len(cases), renderer)
    yield Unit(f"list:{place.path}", digest_of(entries), make)
    for part, some in parts:
        yield _list(part, some, renderer)


def _parts(place: CaseList, cases: list[CaseFacts]) -> Iterator[tuple[CaseList, list[CaseFacts]]]:
    """Divide a list by year, a year by month, what has neither by number; the newest first."""
    dates = [case.card.date or _UNDATED for case in cases]
    width = 0 if place.kind == "month" else 4 if not place.above else 7
    if width == 7 and len({date[:7] for date in dates}) == 1:
        width = 0
    if not width:
        for first in range((len(cases) - 1) // _LONG * _LONG, -1, -_LONG):
            some = cases[first : first + _LONG]
            yield place.within(str(first // _LONG + 1), f"{first + 1}–{first + len(some)}"), some
        return
    groups: defaultdict[str, list[CaseFacts]] = defaultdict(list)
    for date, case in zip(dates, cases, strict=True):
        groups[date[:width]].append(case)
    for name, some in sorted(groups.items(), reverse=True):
        yield place.within(name, "" if name == _UNDATED else name), some


_MARK = attrgetter("mark")


def _page(
    place: CaseList, cases: list[CaseFacts], parts: tuple[ListedValue, ...], count: int,
    renderer: Renderer,
) -> Iterable[Output]:  # fmt: skip
    page = renderer.page(
        "list.html", place.path, place.title, place=place, parts=parts, count=count,
        cards=[case.card for case in reversed(cases)],
    )  # fmt: skip
    return [(place.path, page)]
