"""What the browser's search reads: the cases as text, in a script so that file:// works."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from kb.cases.record import Case
from kb.publish.catalogue import card_of
from kb.search.analysis import browser_table, fold_text


def search_script(cases: Iterable[Case]) -> bytes:
    """A call of `kbDocs` with all cases and the folding table's two strings."""
    rows = [_row(case) for case in cases]
    used = set(fold_text(json.dumps(rows, ensure_ascii=False)))
    parts = (rows, *browser_table(used))
    arguments = ",\n".join(json.dumps(part, ensure_ascii=False) for part in parts)
    return f"kbDocs({arguments});\n".encode("utf-8", "replace")


def _row(case: Case) -> dict[str, object]:
    card = card_of(case)
    return {
        "id": case.id, "url": card.url, "title": card.title, "status": case.status,
        "station": case.station, "date": case.date, "language": case.language,
        "engineers": case.engineers, "text": "\n".join(texts(case)),
        "speakers": list(dict.fromkeys(t.speaker for t in case.turns if t.speaker)),
    }  # fmt: skip


def texts(case: Case) -> Iterator[str]:
    """All that a case can be found by beside its id, in the order of its page."""
    yield case.problem
    if case.station:
        yield case.station
    for field in case.fields:
        yield f"{field.label} {field.value}"
    for turn in case.turns:
        yield f"{turn.speaker}: {turn.text}" if turn.speaker else turn.text
    for section in case.sections:
        yield f"{section.label}: {section.text}"
    if case.resolution:
        yield case.resolution.text
    yield from case.engineers
    for file in case.attachments:
        yield file.name
    for rest in case.unclassified:
        yield rest.text
