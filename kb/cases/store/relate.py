"""Ties between cases: identifiers they share, ids that one's text names, problems told alike."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from kb.cases.record import Related
from kb.cases.store.similar import LEAST, likeness, shared_words

MOST_PER_KEY = 100
"""An identifier that more cases share ties a case to the first of them only."""

MOST_ALIKE = 10
_FIRST = """
SELECT other.key, other.place, other.id, other.problem FROM {0} AS shared
JOIN case_row AS other ON other.key = shared.case_key
WHERE shared.{1} = ? AND other.wiki = ? ORDER BY other.place LIMIT ?
"""
_NAMED = """
SELECT other.id FROM mention JOIN case_row AS other ON other.base_id = mention.named
JOIN case_row AS own ON own.key = mention.case_key
WHERE mention.case_key = ? AND other.key != own.key AND other.wiki = own.wiki
ORDER BY other.place
"""
_NAMING = """
SELECT DISTINCT other.id FROM case_row AS own
JOIN mention ON mention.named = own.base_id JOIN case_row AS other ON other.key = mention.case_key
WHERE own.key = ? AND other.key != own.key AND other.wiki = own.wiki ORDER BY other.place
"""


class Alike(NamedTuple):
    """A case whose problem is told in nearly the same words."""

    id: str
    likeness: float
    words: list[str]


class _Sharing(NamedTuple):
    """A case that has an identifier or a band."""

    key: int
    place: int
    id: str
    problem: str


class Ties:
    """What ties cases to others, each identifier and each band looked up once.

    Rows and their order must not change meanwhile.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._first: dict[tuple[str, str | bytes, str], list[_Sharing]] = {}

    def _sharing(self, table: str, value: str | bytes, wiki: str, case: int) -> list[_Sharing]:
        """Return the first cases of the wiki that have it too, in their order."""
        at = (table, value, wiki)
        if at not in self._first:
            column = "key" if table == "tie" else "band"
            rows = self._db.execute(_FIRST.format(table, column), (value, wiki, MOST_PER_KEY + 1))
            self._first[at] = [_Sharing(*row) for row in rows]
        return [one for one in self._first[at] if one.key != case][:MOST_PER_KEY]

    def alike(self, case: int) -> list[Alike]:
        """Return cases with a problem like this one's, the most alike first."""
        row = "SELECT problem, wiki FROM case_row WHERE key = ?"
        problem, wiki = self._db.execute(row, (case,)).fetchone()
        others: set[_Sharing] = set()
        for (band,) in self._db.execute("SELECT band FROM band WHERE case_key = ?", (case,)):
            others.update(self._sharing("band", band, wiki, case))
        first = sorted(others, key=lambda one: one.place)[:MOST_PER_KEY]
        shares = ((likeness(problem, one.problem), one) for one in first)
        found = sorted(
            ((share, one) for share, one in shares if share >= LEAST),
            key=lambda pair: (-pair[0], pair[1].id),
        )
        return [
            Alike(one.id, share, shared_words(problem, one.problem))
            for share, one in found[:MOST_ALIKE]
        ]

    def related(self, case: int, similar: Iterable[Alike]) -> tuple[Related, ...]:
        """Return what the case with that row is tied to, most ties first."""
        db = self._db
        ties: dict[str, list[str]] = {}
        own, wiki = db.execute("SELECT id, wiki FROM case_row WHERE key = ?", (case,)).fetchone()
        keys = "SELECT key FROM tie WHERE case_key = ? ORDER BY key"
        for (key,) in db.execute(keys, (case,)).fetchall():
            for other in self._sharing("tie", key, wiki, case):
                ties.setdefault(other.id, []).append(key)
        for (name,) in db.execute(_NAMED, (case,)):
            ties.setdefault(name, []).append(f"mention:{name}")
        for (name,) in db.execute(_NAMING, (case,)):
            ties.setdefault(name, []).append(f"mention:{own}")
        for one in similar:
            ties.setdefault(one.id, []).append(f"similar:{one.likeness:.2f}")
        found = [Related(id=other, via=tuple(dict.fromkeys(via))) for other, via in ties.items()]
        return tuple(sorted(found, key=lambda related: (-len(related.via), related.id)))


def affected_by(db: sqlite3.Connection, cases: Iterable[int]) -> set[int]:
    """Return these cases, and all whose ties to them may be other than they were.

    Each identifier and band is looked up once. Where more cases share one than are tied by it, a
    case behind the first of them changes nothing for the others.
    """
    own = set(cases)
    found = set(own)
    for table, column in (("tie", "key"), ("band", "band")):
        values = {
            value for case in own
            for (value,) in db.execute(f"SELECT {column} FROM {table} WHERE case_key = ?", (case,))
        }  # fmt: skip
        sql = (
            f"SELECT case_row.key FROM {table} JOIN case_row ON case_row.key = {table}.case_key"
            f" WHERE {table}.{column} = ? ORDER BY case_row.place"
        )
        for value in values:
            keys = [key for (key,) in db.execute(sql, (value,))]
            if not own.isdisjoint(keys[: MOST_PER_KEY + 1]):
                found.update(keys)
    for case in own:
        for sql in _NAMES:
            found.update(key for (key,) in db.execute(sql, (case,)))
    return found


_NAMES = (
    "SELECT other.key FROM mention JOIN case_row AS other ON other.base_id = mention.named"
    " WHERE mention.case_key = ?",
    "SELECT mention.case_key FROM case_row AS own JOIN mention ON mention.named = own.base_id"
    " WHERE own.key = ?",
)
