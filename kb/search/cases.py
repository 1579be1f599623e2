"""A case as a document: every word of it that a reader sees, under the name that it has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from kb.cases.record import Case
from kb.search.document import Document, Text
from kb.search.files import FileText
from kb.search.query.dates import as_number

_ESCAPE = re.compile(r"~(.)", re.DOTALL)
_PARAMETERS = re.compile(r"\|\|[^\]\n]{0,500}(?=\]\])")


def readable(source: str) -> str:
    """Wiki source without its escapes and without the parameters of links and images."""
    return _ESCAPE.sub(r"\1", _PARAMETERS.sub("", source))


Attached: TypeAlias = Callable[[str, str], FileText]
"""The text of a file, by name and sha256; empty where it has none."""
UNREADABLE = "unreadable-file"
"""The anomaly of what has a file whose text should be there and could not be read."""


def no_files(name: str, sha256: str) -> FileText:
    """An `Attached` where no file is at hand."""
    return FileText("")


def case_document(case: Case, key: str, digest: bytes, attached: Attached = no_files) -> Document:
    """What is found of a case. ``digest`` must change whenever the case does."""
    found = [Text(n, label, readable(t)) for n, label, t in _texts(case)]
    files = [
        (file.name, attached(file.name, file.sha256))
        for file in case.attachments
        if isinstance(file.sha256, str)
    ]
    found += [Text("text", name, file.text) for name, file in files]
    broken = [("anomaly", UNREADABLE) for _, file in files if file.unreadable]
    texts = tuple(text for text in found if text.text.strip())
    return Document(
        key=key,
        digest=digest,
        kind="case",
        id=case.id,
        title=case.id,
        texts=texts,
        names=tuple(dict.fromkeys((*_names(case), *broken))),
        day=as_number(case.date),
        number=case.number if case.number is not None and case.number >= 0 else None,
    )


def _texts(case: Case) -> Iterator[tuple[str, str, str]]:
    yield "id", "", case.id
    heading = case.x.get("heading") if isinstance(case.x, dict) else None
    if isinstance(heading, str) and heading.strip() != case.id:
        yield "title", "", heading
    yield "problem", "", case.problem
    yield "station", "", case.station or ""
    for field in case.fields:
        yield field.name, field.label, field.value
    for turn in case.turns:
        yield "turn", turn.speaker or "", turn.text
    for section in case.sections:
        yield "section", section.label, section.text
    if case.resolution is not None:
        yield "resolution", "", case.resolution.text
    for rest in case.unclassified:
        yield "text", "", rest.text
    for attachment in case.attachments:
        yield "file", "", attachment.name
    yield "page", "", case.source.page


def _names(case: Case) -> Iterator[tuple[str, str]]:
    yield "status", case.status
    yield "lang", case.language
    yield "wiki", case.source.wiki
    if case.station:
        yield "station", case.station
    for engineer in case.engineers:
        yield "engineer", engineer
    for turn in case.turns:
        if turn.speaker:
            yield "speaker", turn.speaker
    for anomaly in case.anomalies:
        yield "anomaly", anomaly.code
