"""Ties between cases: identifiers they share, and ids that one's text names."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from kb.cases.record import Related

MOST_PER_KEY = 100
"""An identifier that more cases share ties a case to the first of them only."""

_SHARING = """
SELECT other.id, mine.key FROM tie AS mine
JOIN tie AS theirs ON theirs.key = mine.key AND theirs.case_key != mine.case_key
JOIN kase AS other ON other.key = theirs.case_key
JOIN kase AS own ON own.key = mine.case_key
WHERE mine.case_key = ? AND other.wiki = own.wiki AND mine.key = ?
ORDER BY other.place LIMIT ?
"""
_NAMED = """
SELECT other.id FROM mention JOIN kase AS other ON other.base_id = mention.named
JOIN kase AS own ON own.key = mention.case_key
WHERE mention.case_key = ? AND other.key != own.key AND other.wiki = own.wiki
ORDER BY other.place
"""
_NAMING = """
SELECT DISTINCT other.id FROM kase AS own
JOIN mention ON mention.named = own.base_id JOIN kase AS other ON other.key = mention.case_key
WHERE own.key = ? AND other.key != own.key AND other.wiki = own.wiki ORDER BY other.place
"""


def related_to(db: sqlite3.Connection, case: int) -> tuple[Related, ...]:
    """What the case with that row is tied to, most ties first."""
    ties: dict[str, list[str]] = {}
    keys = [
        k for (k,) in db.execute("SELECT key FROM tie WHERE case_key = ? ORDER BY key", (case,))
    ]
    for key in keys:
        for other, via in db.execute(_SHARING, (case, key, MOST_PER_KEY)):
            ties.setdefault(other, []).append(via)
    own = db.execute("SELECT id FROM kase WHERE key = ?", (case,)).fetchone()[0]
    for (other,) in db.execute(_NAMED, (case,)):
        ties.setdefault(other, []).append(f"mention:{other}")
    for (other,) in db.execute(_NAMING, (case,)):
        ties.setdefault(other, []).append(f"mention:{own}")
    found = [Related(id=other, via=tuple(dict.fromkeys(via))) for other, via in ties.items()]
    return tuple(sorted(found, key=lambda related: (-len(related.via), related.id)))


def affected_by(db: sqlite3.Connection, cases: Iterable[int]) -> set[int]:
    """The cases with these rows, and all whose ties to them may be other than they were."""
    found: set[int] = set()
    for case in cases:
        found.add(case)
        for sql in _TOUCHED:
            found.update(key for (key,) in db.execute(sql, (case,)))
    return found


_TOUCHED = (
    "SELECT DISTINCT theirs.case_key FROM tie AS mine JOIN tie AS theirs"
    " ON theirs.key = mine.key WHERE mine.case_key = ?",
    "SELECT other.key FROM mention JOIN kase AS other ON other.base_id = mention.named"
    " WHERE mention.case_key = ?",
    "SELECT mention.case_key FROM kase AS own JOIN mention ON mention.named = own.base_id"
    " WHERE own.key = ?",
)
