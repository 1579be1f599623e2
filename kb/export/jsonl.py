"""One case a line, as JSON in UTF-8."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from heapq import merge
from pathlib import Path

from kb.archive import Archive
from kb.cases.record import Case, to_json
from kb.config import Home
from kb.export.account import Fates, told
from kb.export.formats import Cases, Options
from kb.export.ledger import Ledger
from kb.files import new_file

FATES = Fates(
    page=("changed", "its cases are records; what belongs to no case is in the other formats"),
    gone=("dropped", "gone from the wiki; --removed writes its cases"),
    revision=("changed", "their changes are in the timelines; their texts in kb export git"),
    file=("changed", "named with their digests; the bytes are in kb export markdown, git and xar"),
    older=("dropped", "in kb export git and xar"),
    comment=("dropped", "in kb export markdown, sqlite and xar"),
    object=("dropped", "in kb export markdown, sqlite and xar"),
    link=("changed", "stand in the text of their case, as the wiki wrote them"),
)


def export(home: Home, archive: Archive, store: Cases, dest: str, options: Options) -> Ledger:
    """Write all cases to the file ``dest``, whole or not at all, or to stdout."""
    records = _with_removed(archive, store) if options.removed else _records(store)
    if dest == "-":
        for record in records:
            sys.stdout.buffer.write(record + b"\n")
        sys.stdout.buffer.flush()
    else:
        with new_file(Path(dest)) as part, part.open("wb") as file:
            file.writelines(record + b"\n" for record in records)
    return told("jsonl", archive, FATES, wanted=options.report is not None)


def _records(store: Cases) -> Iterator[bytes]:
    return (record for _, record in store.records())


def _with_removed(archive: Archive, store: Cases) -> Iterator[bytes]:
    """All records, those of removed cases at their page's place."""
    removed = sorted(store.removed(archive), key=_place)
    return map(to_json, merge(store.cases(), removed, key=_place))


def _place(case: Case) -> tuple[str, str, str, int]:
    source = case.source
    return source.wiki, source.page, source.locale, source.lines[0]
