"""What cases can be filtered by: a script for each facet, its values with their cases."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from kb.publish.browser_index.entry import FACETS, to_json
from kb.publish.browser_index.meta import span
from kb.publish.facts import CaseFacts


def facet_files(cases: Sequence[CaseFacts]) -> Iterator[tuple[str, bytes]]:
    """All of them, and how many cases each day has."""
    from kb.publish.browser_index.codec import encode_list

    found: dict[str, defaultdict[str, list[int]]] = {name: defaultdict(list) for name in FACETS}
    for number, case in enumerate(cases):
        for name, value in case.facets:
            found[name][value].append(number)
    for name, values in found.items():
        rows = {
            value: encode_list(some, span(len(cases))) for value, some in sorted(values.items())
        }
        yield _file(name, rows)
    yield _file("day", dict(sorted(Counter(case.card.date or "" for case in cases).items())))


def _file(name: str, rows: object) -> tuple[str, bytes]:
    return f"search/a/{name}.js", f'kbA("{name}",{to_json(rows)})\n'.encode("utf-8", "replace")
