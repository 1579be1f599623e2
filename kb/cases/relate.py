"""Ties between cases: identifiers they share, ids that one's text names, problems told alike."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from kb.cases.record import Related
from kb.cases.similar import LEAST, likeness, shared_words

MOST_PER_KEY = 100
"""An identifier that more cases share ties a case to the first of them only."""

MOST_ALIKE = 10
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


_ALIKE = """
SELECT DISTINCT other.id, other.problem FROM band AS mine
JOIN band AS theirs ON theirs.band = mine.band AND theirs.case_key != mine.case_key
JOIN kase AS other ON other.key = theirs.case_key
JOIN kase AS own ON own.key = mine.case_key
WHERE mine.case_key = ? AND other.wiki = own.wiki ORDER BY other.place LIMIT ?
"""


class Alike(NamedTuple):
    """A case whose problem is told in nearly the same words."""

    id: str
    likeness: float
    words: list[str]


def alike(db: sqlite3.Connection, case: int) -> list[Alike]:
    """Cases with a problem like this one's, the most alike first."""
    (problem,) = db.execute("SELECT problem FROM kase WHERE key = ?", (case,)).fetchone()
    found = []
    for other, text in db.execute(_ALIKE, (case, MOST_PER_KEY)):
        share = likeness(problem, text)
        if share >= LEAST:
            found.append(Alike(other, share, shared_words(problem, text)))
    return sorted(found, key=lambda one: (-one.likeness, one.id))[:MOST_ALIKE]


def related_to(db: sqlite3.Connection, case: int, similar: Iterable[Alike]) -> tuple[Related, ...]:
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
    for one in similar:
        ties.setdefault(one.id, []).append(f"similar:{one.likeness:.2f}")
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
    "SELECT DISTINCT theirs.case_key FROM band AS mine JOIN band AS theirs"
    " ON theirs.band = mine.band WHERE mine.case_key = ?",
    "SELECT other.key FROM mention JOIN kase AS other ON other.base_id = mention.named"
    " WHERE mention.case_key = ?",
    "SELECT mention.case_key FROM kase AS own JOIN mention ON mention.named = own.base_id"
    " WHERE own.key = ?",
)
