"""One case a line, as JSON in UTF-8."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from heapq import merge
from pathlib import Path

from kb.archive import Archive
from kb.cases.record import Case, to_json
from kb.config import Home
from kb.export.formats import Cases, Options


def export(home: Home, archive: Archive, store: Cases, dest: str, options: Options) -> None:
    """Write all cases to the file ``dest``, whole or not at all, or to stdout."""
    records = _with_removed(archive, store) if options.removed else _records(store)
    if dest == "-":
        for record in records:
            sys.stdout.buffer.write(record + b"\n")
        sys.stdout.buffer.flush()
        return
    path = Path(dest)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.writelines(record + b"\n" for record in records)
    part.replace(path)


def _records(store: Cases) -> Iterator[bytes]:
    return (record for _, record in store.records())


def _with_removed(archive: Archive, store: Cases) -> Iterator[bytes]:
    """All records, those of removed cases at their page's place."""
    removed = sorted(store.removed(archive), key=_place)
    return map(to_json, merge(store.cases(), removed, key=_place))


def _place(case: Case) -> tuple[str, str, str, int]:
    source = case.source
    return source.wiki, source.page, source.locale, source.lines[0]
