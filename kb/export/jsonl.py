"""One case a line, as JSON in UTF-8."""

from __future__ import annotations

import sys
from pathlib import Path

from kb.archive import Archive
from kb.cases.store import CaseStore
from kb.config import Home
from kb.export.formats import Options


def export(home: Home, archive: Archive, store: CaseStore, dest: str, options: Options) -> None:
    """Write all cases to the file ``dest``, whole or not at all, or to stdout."""
    if dest == "-":
        for _, record in store.records():
            sys.stdout.buffer.write(record + b"\n")
        sys.stdout.buffer.flush()
        return
    path = Path(dest)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.writelines(record + b"\n" for _, record in store.records())
    part.replace(path)
