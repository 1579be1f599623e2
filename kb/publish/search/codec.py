"""Postings as printable text: what a script can hold unescaped and gzip packs well.

A posting is a document's number and a weight 0 to 3. The documents of each weight make a
segment, the highest weight first: a sign that tells the weight and k, the number of documents,
and their gaps as Rice codes with k low bits, six bits to a sign of base64. A gap is what lies
between two documents, the first one's what lies before it.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import islice
from typing import TypeAlias
from zlib import crc32

SIGNS = "".join(chr(c) for c in range(33, 127) if chr(c) not in "`\\$")
"""Signs of heads and numbers."""
LAST = 58
MORE = 30
_LONGEST = 12
"""Ones that say: the gap stands behind them, in 24 bits."""
_HIGH = ["1" * ones + "0" for ones in range(_LONGEST)]
_ESCAPE = "1" * _LONGEST


def number(value: int) -> str:
    """A number from 0 up: 58 signs are a last digit, 30 one with more to follow, lowest first."""
    done = []
    while value >= LAST:
        value -= LAST
        done.append(SIGNS[LAST + value % MORE])
        value //= MORE
    return "".join(done) + SIGNS[value]


Documents: TypeAlias = tuple[list[int], list[int], list[int], list[int]]
"""By weight, 0 to 3; ascending."""


def by_weight(postings: Iterable[int]) -> Documents:
    """Postings as `document * 4 + weight`, ascending, by their weights."""
    found: Documents = ([], [], [], [])
    for posting in postings:
        found[posting & 3].append(posting >> 2)
    return found


def encode(documents: Documents) -> str:
    """All segments."""
    return "".join(
        _segment(weight, some) if len(some) > 1 else _single(weight, some[0])
        for weight, some in zip((3, 2, 1, 0), reversed(documents), strict=True)
        if some
    )


def best_of(documents: Documents, count: int) -> Documents:
    """So many of them: the weightiest, of these the newest."""
    found: Documents = ([], [], [], [])
    for weight in (3, 2, 1, 0):
        some = documents[weight]
        found[weight][:] = some[max(0, len(some) - count) :] if count > 0 else []
        count -= len(found[weight])
    return found


@lru_cache(maxsize=1 << 16)
def _single(weight: int, document: int) -> str:
    return _segment(weight, [document])


def _segment(weight: int, documents: list[int]) -> str:
    k = max(0, int((documents[-1] + 1) / len(documents) * 0.7).bit_length() - 1)
    low, mask, before = _low(k), (1 << k) - 1, -1
    bits = []
    for document in documents:
        gap = document - before - 1
        before = document
        high = gap >> k
        bits.append(_HIGH[high] + low[gap & mask] if high < _LONGEST else f"{_ESCAPE}{gap:024b}")
    return SIGNS[k * 4 + weight] + number(len(documents)) + _packed("".join(bits))


@cache
def _low(k: int) -> list[str]:
    return [f"{value:0{k}b}" for value in range(1 << k)] if k else [""]


def _packed(bits: str) -> str:
    filled = bits + "0" * (-len(bits) % 24)
    data = int(filled, 2).to_bytes(len(filled) // 8, "big")
    return b64encode(data)[: -(-len(bits) // 6)].decode("ascii")


def decode(text: str) -> list[int]:
    """The postings that ``encode`` wrote."""
    found: list[int] = []
    at = 0
    while at < len(text):
        head = SIGNS.index(text[at])
        count, at = number_at(text, at + 1)
        gaps, length = _gaps(text, at, count, head >> 2)
        at += length
        document, weight = -1, head & 3
        for gap in gaps:
            document += gap + 1
            found.append(document << 2 | weight)
    return sorted(found)


def number_at(text: str, at: int) -> tuple[int, int]:
    """The number that stands there, and where it ends."""
    value, factor = 0, 1
    while True:
        digit = SIGNS.index(text[at])
        at += 1
        value += digit * factor
        if digit < LAST:
            return value, at
        factor *= MORE


def _gaps(text: str, at: int, count: int, k: int) -> tuple[list[int], int]:
    """So many gaps, and how many signs they take."""
    most = -(-count * (_LONGEST + 24 + k) // 6)
    signs = text[at : at + most]
    data = b64decode(_only_base64(signs) + "A" * (-len(signs) % 4))
    bits = f"{int.from_bytes(data, 'big'):0{len(data) * 8}b}"
    gaps: list[int] = []
    end = 0
    for match in islice(_gap(k).finditer(bits), count):
        raw, ones, low = match.groups()
        gaps.append(int(raw, 2) if raw else len(ones) << k | int(low or "0", 2))
        end = match.end()
    return gaps, -(-end // 6)


@cache
def _gap(k: int) -> re.Pattern[str]:
    return re.compile(f"1{{{_LONGEST}}}([01]{{24}})|(1{{0,{_LONGEST - 1}}})0([01]{{{k}}})")


_OTHER = re.compile("[^A-Za-z0-9+/]")


def _only_base64(signs: str) -> str:
    """What is read too far may hold other signs."""
    return _OTHER.sub("A", signs)


def hash_of(key: str) -> int:
    """CRC-32 of its UTF-8."""
    return crc32(key.encode("utf-8", "surrogatepass"))


def shard_of(key: str, shards: int) -> int:
    """Which of so many (a power of two) holds a key: the hash's first bits."""
    return hash_of(key) >> (33 - shards.bit_length())
