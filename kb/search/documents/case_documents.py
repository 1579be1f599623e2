"""Cases as documents: every word of one that a reader sees, under the name that it has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Protocol, TypeAlias

from kb.cases.record import Case, from_json
from kb.search.documents.file_text import FileText
from kb.search.documents.search_document import NamedText, SearchDocument, day_number

_ESCAPE = re.compile(r"~(.)", re.DOTALL)
_PARAMETERS = re.compile(r"\|\|[^\]\n]*+(\]\])?")


def readable(source: str) -> str:
    """Drop the escapes of wiki source, and the parameters of links and images."""
    return _ESCAPE.sub(r"\1", _PARAMETERS.sub(lambda m: m[1] or m[0], source))


Attached: TypeAlias = Callable[[str, str], FileText]
"""The text of a file, by name and sha256; empty where it has none."""
UNREADABLE = "unreadable-file"
"""The anomaly of what has a file whose text should be there and could not be read."""


def no_files(name: str, sha256: str) -> FileText:
    """An `Attached` where no file is at hand."""
    return FileText("")


def case_document(
    case: Case, key: str, digest: bytes, attached: Attached = no_files
) -> SearchDocument:
    """Make the document of a case. ``digest`` must change whenever the case does."""
    found = [NamedText(n, label, readable(t)) for n, label, t in _texts(case)]
    files = [
        (file.name, attached(file.name, file.sha256))
        for file in case.attachments
        if isinstance(file.sha256, str)
    ]
    found += [NamedText("text", name, file.text) for name, file in files]
    broken = [("anomaly", UNREADABLE) for _, file in files if file.unreadable]
    texts = tuple(text for text in found if text.text.strip())
    return SearchDocument(
        key=key, digest=digest, kind="case", id=case.id, title=case.id, url=case.source.url,
        texts=texts, names=tuple(dict.fromkeys((*_names(case), *broken))),
        day=day_number(case.date),
        number=case.number if case.number is not None and case.number >= 0 else None,
    )  # fmt: skip


def _texts(case: Case) -> Iterator[tuple[str, str, str]]:
    yield "id", "", case.id
    heading = case.x.get("heading") if isinstance(case.x, dict) else None
    if isinstance(heading, str) and heading.strip() != case.id:
        yield "title", "", heading
    yield "problem", "", case.problem
    yield "station", "", case.station or ""
    yield from ((field.name, field.label, field.value) for field in case.fields)
    yield from (("turn", turn.speaker or "", turn.text) for turn in case.turns)
    yield from (("section", section.label, section.text) for section in case.sections)
    if case.resolution is not None:
        yield "resolution", "", case.resolution.text
    yield from (("text", "", rest.text) for rest in case.unclassified)
    yield from (("file", "", attachment.name) for attachment in case.attachments)
    yield "page", "", case.source.page


def _names(case: Case) -> Iterator[tuple[str, str]]:
    yield "status", case.status
    yield "lang", case.language
    yield "wiki", case.source.wiki
    if case.station:
        yield "station", case.station
    yield from (("engineer", engineer) for engineer in case.engineers)
    yield from (("speaker", turn.speaker) for turn in case.turns if turn.speaker)
    yield from (("anomaly", anomaly.code) for anomaly in case.anomalies)


class CaseRecords(Protocol):
    """Where cases come from: kb.cases.store.store.CaseStore, or anything like it."""

    def digests(self) -> Iterable[tuple[str, bytes]]:
        """Id and digest of each case."""

    def records(self) -> Iterable[tuple[str, bytes]]:
        """Id and JSON of each case, in the same order."""


class CaseDocuments:
    """Cases as a source of documents, under their ids; another wiki's same id is told apart."""

    def __init__(self, store: CaseRecords, attached: Attached = no_files) -> None:
        self._store = store
        self._attached = attached

    @cached_property
    def _digests(self) -> dict[str, bytes]:
        return dict(_apart(self._store.digests()))

    def digests(self) -> Mapping[str, bytes]:
        """Key → digest of every case."""
        return self._digests

    def documents(self, keys: Collection[str]) -> Iterable[SearchDocument]:
        """The documents of the cases with these keys."""
        wanted = set(keys)
        if wanted:
            for key, record in _apart(self._store.records()):
                if key in wanted:
                    case = from_json(record)
                    yield case_document(case, key, self._digests[key], self._attached)


def _apart(rows: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """Make ids keys: the second row of one id gets a number behind a tab."""
    seen: Counter[str] = Counter()
    for name, value in rows:
        seen[name] += 1
        yield (name if seen[name] == 1 else f"{name}\t{seen[name]}"), value
