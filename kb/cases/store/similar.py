"""Problems told in nearly the same words: shingles, and minhash to find who has them.

A. Broder, "On the resemblance and containment of documents", 1997; bands of minima as in
Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", 3.4.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b
from random import Random

from kb.cases.lines.display import fold

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
