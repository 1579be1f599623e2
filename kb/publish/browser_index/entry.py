"""A case as the browser's search has it: its texts, its card, its names."""

from __future__ import annotations

import json
import re
from functools import cache

import msgspec

from kb.cases.record import Case
from kb.publish.names import case_path, url_of
from kb.search.analysis import browser_table, simplified
from kb.search.documents.case_documents import case_document
from kb.search.documents.document import HEAD

FACETS = ("status", "station", "engineer", "speaker", "year", "lang", "kind")


class Entry(msgspec.Struct, frozen=True):
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
    def order(self) -> tuple[str, str, str]:
        """Documents are numbered by this: a new case mostly comes last and moves none."""
        return self.day, self.wiki, self.id

    @property
    def head(self) -> str:
        """What the case is about."""
        return "\n".join([self.id, *(text for name, _, text in self.texts if name in HEAD)])

    @property
    def body(self) -> str:
        """All else; of the labels only who speaks, for a field's says nothing of this case."""
        parts = (
            f"{label}\n{text}" if name == "turn" else text
            for name, label, text in self.texts
            if name not in HEAD
        )
        return "\n".join(parts)


def entry_of(case: Case) -> Entry:
    """The case's entry."""
    document = case_document(case, case.id, b"")
    texts = [(t.name, t.label, t.text) for t in document.texts if t.name != "id"]
    if case.engineers:
        texts.append(("engineer", "", " ".join(case.engineers)))
    return Entry(
        case.source.wiki, case.id, url_of(case_path(case.source.wiki, case.id)), case.date or "",
        (case.status, case.station, case.language, case.engineers), tuple(texts),
    )  # fmt: skip


def facets_of(case: Case) -> tuple[tuple[str, str], ...]:
    """What the case can be filtered by: facet and value, each once."""
    found = [pair for pair in case_document(case, "", b"").names if pair[0] in FACETS]
    found += [("kind", identifier.kind) for identifier in case.identifiers]
    if case.date:
        found.append(("year", case.date[:4]))
    return tuple(dict.fromkeys(found))


def entry_in(script: bytes) -> Entry:
    """The entry that a fragment was made of; its wiki is not in it."""
    _, row, *_ = json.loads(b"[" + script.strip()[4:-1] + b"]")
    case_id, url, day, status, station, language, engineers, flat = row
    texts = tuple(zip(flat[::3], flat[1::3], flat[2::3], strict=True))
    return Entry("", case_id, url, day, (status, station, language, tuple(engineers)), texts)


def fragment(number: int, entry: Entry) -> bytes:
    """The script that gives a document's card and texts, and how its characters are folded."""
    flat = [part for text in entry.texts for part in text]
    status, station, language, engineers = entry.card
    row = [entry.id, entry.url, entry.day, status, station, language, engineers, flat]
    fold = _folding("".join(flat))
    arguments = ",".join(
        to_json(part) for part in ([number, row, *fold] if fold else [number, row])
    )
    return f"kbD({arguments})\n".encode("utf-8", "replace")


@cache
def _inside() -> re.Pattern[str]:
    return re.compile(f"[{inside()}]")


def _folding(text: str) -> tuple[str, str] | None:
    """The traditional characters of a text and what they are folded to; None where it has none."""
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        signs = set(text)
    else:
        signs = set(_inside().findall(text))  # the usual text: all that it can have
    found = "".join(sorted(_traditional() & signs))
    return (found, simplified(found)) if found else None


@cache
def _traditional() -> frozenset[str]:
    return frozenset(browser_table()[0])


@cache
def inside() -> str:
    """Traditional characters that GB 2312 has too."""
    return "".join(c for c in browser_table()[0] if c.encode("gb2312", "ignore"))


def to_json(value: object) -> str:
    """Compact JSON, which is a script too."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
