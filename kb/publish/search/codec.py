"""Postings as printable text: what a script can hold unescaped and gzip packs well.

A posting is a document's number and a weight 0 to 3. The gap to the number before (from -1, so
at least 1), less 1, is written in one or more of 88 signs: 58 say "the last digit", 30 "more
follow", lowest digits first. A weight above 0 stands before it as one of three signs more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

SIGNS = "".join(chr(c) for c in range(33, 127) if chr(c) not in "`\\$")
"""All signs in use: 58 last digits, 30 digits with more to follow, 3 weights."""
LAST = 58
MORE = 30
_WEIGHT = ("", *SIGNS[LAST + MORE :])


def number(value: int) -> str:
    """One number from 0 up."""
    done = []
    while value >= LAST:
        value -= LAST
        done.append(SIGNS[LAST + value % MORE])
        value //= MORE
    return "".join(done) + SIGNS[value]


@cache
def numbers(size: int) -> list[str]:
    """The texts of 0 to ``size`` - 1, for quick look-up."""
    return [number(value) for value in range(size)]


def encode(postings: Sequence[int], size: int) -> str:
    """Postings as `document * 4 + weight`, ascending; ``size`` is the number of documents."""
    table = numbers(size)
    done, before = [], -1
    for posting in postings:
        document = posting >> 2
        done.append(_WEIGHT[posting & 3] + table[document - before - 1])
        before = document
    return "".join(done)


def decode(text: str) -> list[int]:
    """The postings that ``encode`` wrote."""
    found, document, weight, value, factor = [], -1, 0, 0, 1
    for sign in text:
        digit = _VALUES[sign]
        if digit >= LAST + MORE:
            weight = digit - LAST - MORE + 1
        elif digit >= LAST:
            value += (digit - LAST) * factor + LAST * factor
            factor *= MORE
        else:
            document += value + digit * factor + 1
            found.append(document << 2 | weight)
            weight, value, factor = 0, 0, 1
    return found


_VALUES = {sign: value for value, sign in enumerate(SIGNS)}


def shard_of(key: str, shards: int) -> int:
    """Which shard holds a key: FNV-1a over UTF-16 code units, ``shards`` a power of two."""
    found = 0x811C9DC5
    for unit in _units(key):
        found = (found ^ unit) * 0x01000193 & 0xFFFFFFFF
    return (found ^ found >> 15) & (shards - 1)


def _units(key: str) -> Iterable[int]:
    if key.isascii():
        return key.encode("ascii")
    return memoryview(key.encode("utf-16-le", "surrogatepass")).cast("H")
