"""Check what is derived of the archive: records and search indexes, as far as they say themselves.

Records have their digests, an index says how long its files are. Neither can lose anything: what is
damaged is made anew.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from kb.config import Home
from kb.search.index import read_state

_STATE = "state.json"


def derived_damage(home: Home) -> Iterator[str]:
    """Yield what is wrong with a home's records and indexes, a line each; none are none wrong."""
    if home.cases.exists():
        try:
            with closing(
                sqlite3.connect(f"{home.cases.absolute().as_uri()}?mode=ro", uri=True)
            ) as db:
                yield from (f"{home.cases.name}: {line}" for line in _records(db))
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            yield f"{home.cases.name}: {error}"
    for folder in sorted(home.index.glob("*/")):
        yield from (f"index/{folder.name}: {line}" for line in _index(folder))


def _records(db: sqlite3.Connection) -> Iterator[str]:
    yield from (line for (line,) in db.execute("PRAGMA integrity_check") if line != "ok")
    rows = db.execute("SELECT id, CAST(record AS BLOB), digest FROM case_row")
    for name, record, digest in rows:
        if record is None or hashlib.sha256(record).digest() != digest:
            yield f"case {name}: damaged: its record has another digest"


def _index(folder: Path) -> Iterator[str]:
    state = read_state(folder)
    if state is None:
        if (folder / _STATE).exists():
            yield f"damaged: {_STATE} cannot be read"
        return
    for name, size in state.sizes.items():
        file = folder / state.folder / name
        if not file.is_file() or file.stat().st_size != size:
            yield f"damaged: {name} is not as it was written"
