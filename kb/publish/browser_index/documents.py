"""Cases as the browser's search has them: texts, facets, and how their characters are folded.

Each file is a script that calls a function of the search's own (site/search/): `kbD` for one case,
`kbA` for a facet's values with their cases, `kbF` for a piece of the folding table.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache

import msgspec

from kb.cases.record import Case
from kb.publish.browser_index.index_layout import document_path, facet_path, fold_path, span
from kb.publish.data_scripts import arguments_in, data_script
from kb.publish.paths import case_path, url_of
from kb.search.analysis import browser_table, simplified
from kb.search.documents.case_documents import case_document
from kb.search.documents.search_document import HEAD

FACETS = ("status", "station", "engineer", "speaker", "year", "lang", "kind")
_FOLD_PIECES = 16
"""Pieces of the folding table, by the last four bits of a character's number."""


class IndexedCase(msgspec.Struct, frozen=True):
    """One document of the browser's index."""

    wiki: str
    id: str
    url: str
    day: str
    """Date of the case, or empty."""
    card: tuple[str, str | None, str, tuple[str, ...]]
    """Status, station, language, engineers."""
    texts: tuple[tuple[str, str, str], ...]
    """Name, label and text of each part, in reading order."""

    @property
    def head(self) -> str:
        """What the case is about."""
        return "\n".join([self.id, *(text for name, _, text in self.texts if name in HEAD)])

    @property
    def body(self) -> str:
        """All other texts; of the labels only speakers, as a field's says nothing of this case."""
        parts = (
            f"{label}\n{text}" if name == "turn" else text
            for name, label, text in self.texts
            if name not in HEAD
        )
        return "\n".join(parts)


def indexed_case(case: Case) -> IndexedCase:
    """Take what the index needs from a case."""
    document = case_document(case, case.id, b"")
    texts = [(t.name, t.label, t.text) for t in document.texts if t.name != "id"]
    if case.engineers:
        texts.append(("engineer", "", " ".join(case.engineers)))
    return IndexedCase(
        case.source.wiki, case.id, url_of(case_path(case.source.wiki, case.id)), case.date or "",
        (case.status, case.station, case.language, case.engineers), tuple(texts),
    )  # fmt: skip


def document_file(number: int, case: IndexedCase) -> tuple[str, bytes]:
    """Path and script of a document: its card, its texts, how its characters are folded."""
    flat = [part for text in case.texts for part in text]
    status, station, language, engineers = case.card
    row = [case.id, case.url, case.day, status, station, language, engineers, flat]
    fold = _folding("".join(flat))
    arguments = to_json([number, row, *(fold or ())])[1:-1]
    return document_path(number), data_script("kbD", arguments)


def case_in(script: bytes) -> IndexedCase:
    """Read a document's script again; the name of its wiki is not in it."""
    _, row, *_ = json.loads(b"[" + arguments_in(script) + b"]")
    case_id, url, day, status, station, language, engineers, flat = row
    texts = tuple(zip(flat[::3], flat[1::3], flat[2::3], strict=True))
    return IndexedCase("", case_id, url, day, (status, station, language, tuple(engineers)), texts)


def facets_of(case: Case) -> tuple[tuple[str, str], ...]:
    """What the case can be filtered by: facet and value, each once."""
    found = [pair for pair in case_document(case, "", b"").names if pair[0] in FACETS]
    found += [("kind", identifier.kind) for identifier in case.identifiers]
    if case.date:
        found.append(("year", case.date[:4]))
    return tuple(dict.fromkeys(found))


def facet_files(
    cases: Sequence[tuple[str | None, tuple[tuple[str, str], ...]]],
) -> Iterator[tuple[str, bytes]]:
    """Each facet's values with the numbers of their cases, and how many cases each day has.

    ``cases`` are the date and the facets of each document, in the order of their numbers.
    """
    from kb.publish.browser_index.codec import encode_list

    found: dict[str, defaultdict[str, list[int]]] = {name: defaultdict(list) for name in FACETS}
    for number, (_, facets) in enumerate(cases):
        for name, value in facets:
            found[name][value].append(number)
    for name, values in found.items():
        rows = {
            value: encode_list(some, span(len(cases))) for value, some in sorted(values.items())
        }
        yield _facet_file(name, rows)
    yield _facet_file("day", dict(sorted(Counter(date or "" for date, _ in cases).items())))


def _facet_file(name: str, rows: object) -> tuple[str, bytes]:
    return facet_path(name), data_script("kbA", f'"{name}",{to_json(rows)}')


def fold_files() -> Iterator[tuple[str, bytes]]:
    """The table of `kb.search.analysis` by which the browser folds characters, in pieces."""
    pieces: list[dict[str, str]] = [{} for _ in range(_FOLD_PIECES)]
    for source, target in zip(*browser_table(), strict=True):
        pieces[ord(source) % _FOLD_PIECES][source] = target
    for number, piece in enumerate(pieces):
        row = [number, "".join(piece), "".join(piece.values())]
        yield fold_path(number), data_script("kbF", to_json(row)[1:-1])


def _folding(text: str) -> tuple[str, str] | None:
    """The traditional characters of a text and what they are folded to; None where it has none."""
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        signs = set(text)
    else:
        signs = set(_inside().findall(text))  # most texts: they can have no others
    found = "".join(sorted(_traditional() & signs))
    return (found, simplified(found)) if found else None


@cache
def _traditional() -> frozenset[str]:
    return frozenset(browser_table()[0])


@cache
def _inside() -> re.Pattern[str]:
    return re.compile(f"[{inside_gb2312()}]")


@cache
def inside_gb2312() -> str:
    """Traditional characters that GB 2312 has too."""
    return "".join(c for c in browser_table()[0] if c.encode("gb2312", "ignore"))


def to_json(value: object) -> str:
    """Compact JSON, which is a script too."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
