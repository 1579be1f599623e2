"""Ties between cases: identifiers they share, ids that one's text names, problems told alike.

The last by shingles, and minhash to find who has them: A. Broder, "On the resemblance and
containment of documents", 1997; bands of minima as in Leskovec, Rajaraman, Ullman, "Mining of
Massive Datasets", 3.4.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from random import Random
from typing import NamedTuple

from kb.cases.lines.display import fold
from kb.cases.record import Related

BANDS = 16
ROWS = 3
LEAST = 0.6
"""Share of shingles from which two problems are called similar."""
_FEWEST = 4
"""Shingles that a problem must have to be compared."""
_PRIME = (1 << 61) - 1
_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z]{2,}")
_MOST = 2000


def _seeds() -> list[tuple[int, int]]:
    # Any fixed numbers do; these must stay, so that stores agree.
    draw = Random(20200410)  # noqa: S311
    return [(draw.randrange(1, _PRIME), draw.randrange(_PRIME)) for _ in range(BANDS * ROWS)]


_SEEDS = _seeds()


@lru_cache(maxsize=8192)
def shingles(text: str) -> frozenset[str]:
    """Return pairs of adjacent Han characters and pairs of words; no numbers, no marks."""
    found: set[str] = set()
    before = ""
    for run in _RUN.findall(fold(text[:_MOST]).casefold()):
        if run.isascii():
            found.add(f"{before} {run}")
            before = run
        else:
            found.update(run[i : i + 2] for i in range(len(run) - 1))
            before = ""
    return frozenset(found)


def bands(text: str) -> tuple[bytes, ...]:
    """Return keys of which two similar texts nearly always share at least one."""
    found = shingles(text)
    if len(found) < _FEWEST:
        return ()
    hashes = [
        int.from_bytes(blake2b(shingle.encode(), digest_size=7).digest()) for shingle in found
    ]
    minima = [min((a * h + b) % _PRIME for h in hashes) for a, b in _SEEDS]
    return tuple(
        blake2b(repr((n, minima[n * ROWS : (n + 1) * ROWS])).encode(), digest_size=8).digest()
        for n in range(BANDS)
    )


def likeness(a: str, b: str) -> float:
    """Return the share of the shingles of either that both have, 0 to 1."""
    first, second = shingles(a), shingles(b)
    if min(len(first), len(second)) < _FEWEST:
        return 0.0
    return len(first & second) / len(first | second)


def shared_words(a: str, b: str, most: int = 5) -> list[str]:
    """Return what both say, longest first: runs of Han characters, English words."""
    common = shingles(a) & shingles(b)
    found: list[str] = []
    for run in _RUN.findall(fold(a[:_MOST]).casefold()):
        if run.isascii():
            found += [run] if any(pair.split(" ")[-1] == run for pair in common) else []
        else:
            found += _runs(run, common)
    return sorted(dict.fromkeys(found), key=len, reverse=True)[:most]


def _runs(run: str, common: frozenset[str]) -> list[str]:
    """Return the longest stretches of ``run`` all of whose pairs are common."""
    found, start = [], 0
    for i in range(len(run)):
        if i + 1 == len(run) or run[i : i + 2] not in common:
            if i > start:
                found.append(run[start : i + 1])
            start = i + 1
    return found


MOST_PER_KEY = 100
"""An identifier that more cases share ties a case to the first of them only."""

MOST_ALIKE = 10
# CROSS JOIN and + keep SQLite to the tables' order here: it knows no sizes, and may begin with all.
_FIRST = """
SELECT other.key, other.place, other.id, other.problem FROM {0} AS shared
CROSS JOIN case_row AS other ON other.key = shared.case_key
WHERE shared.{1} = ? AND other.wiki = ? ORDER BY +other.place LIMIT ?
"""
_NAMED = """
SELECT other.id FROM mention CROSS JOIN case_row AS other ON other.base_id = mention.named
CROSS JOIN case_row AS own ON own.key = mention.case_key
WHERE mention.case_key = ? AND other.key != own.key AND other.wiki = own.wiki
ORDER BY +other.place
"""
_NAMING = """
SELECT DISTINCT other.id FROM case_row AS own
CROSS JOIN mention ON mention.named = own.base_id
CROSS JOIN case_row AS other ON other.key = mention.case_key
WHERE own.key = ? AND other.key != own.key AND other.wiki = own.wiki ORDER BY +other.place
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
