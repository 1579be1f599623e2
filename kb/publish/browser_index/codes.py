"""Codes of keys: 28 bits of a hash and two that tell the kind, the same in site/search/codes.js.

Keys whose codes are equal are one to the index: it then gives a case too many now and then, which
its text tells, and never one too few.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

U32: TypeAlias = NDArray[np.uint32]
U64: TypeAlias = NDArray[np.uint64]
BITS = 30
SHORT = 2
"""Characters of a run that is a key wherever it stands; words are of the same kind."""
LONGEST = 5
"""Characters of the longest run that is a key: each length from 3 is a kind of its own."""
_SEED, _STEP, _LAST = 0x811C9DC5, 0x9E3779B1, 0x85EBCA6B
_ALL = 0xFFFFFFFF


@lru_cache(maxsize=1 << 16)
def code_of(key: str) -> int:
    """The code of a word, a gram of a number, or a run of at most ``SHORT`` characters."""
    found = _SEED
    for sign in key:
        found = (found ^ ord(sign)) * _STEP & _ALL
        found ^= found >> 15
    found = found * _LAST & _ALL
    return (found ^ found >> 13) >> 4 << 2


def codes_of(signs: U32, size: int) -> U32:
    """The code of each run of ``size`` characters: one shorter by ``size - 1`` than ``signs``."""
    count = max(0, len(signs) - size + 1)
    found = np.full(count, _SEED, np.uint32)
    for at in range(size):
        found = (found ^ signs[at : at + count]) * np.uint32(_STEP)
        found ^= found >> np.uint32(15)
    found *= np.uint32(_LAST)
    found ^= found >> np.uint32(13)
    return found >> np.uint32(4) << np.uint32(2) | np.uint32(max(0, size - SHORT))


def page_of(code: int, pages: int) -> int:
    """Which of so many files (a power of two) holds a code: its first bits."""
    return code >> (BITS + 1 - pages.bit_length())
