"""What a text is found by in the browser's index: keys, and the codes that stand for them.

Keys are terms of kb.search.analysis: char, pair; word and part, an English one by its stem; grams
of numbers of four digits or more, whose weight tells where in the number they stand; shorter
numbers whole. A run of three characters or more is a key where both the run without its last and
the run without its first are in many cases (`kb.publish.browser_index.postings.longer_postings`).

A code is 28 bits of a hash and two that tell the kind, the same in site/search/codes.js. Keys whose
codes are equal are one to the index: it then gives a case too many now and then, which its text
tells, and never one too few.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from kb.publish.browser_index.codec import U32
from kb.search.analysis import fold_text, stem
from kb.search.analysis.scripts import ENGLISH, IN_RUN, TOKEN
from kb.search.analysis.tokens import GRAM, is_number, parts_of, pieces_of
from kb.search.analysis.tokens import LONGEST as LONGEST_TOKEN
from kb.text.fold import one_for_one

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


INNER, HEAD, TAIL, WHOLE = range(4)
"""Weights of a gram: where in its number it stands."""

_HUMPED = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]*(?:[a-z][A-Z]|[A-Z]{2}[a-z])[A-Za-z0-9]*")


@dataclass(frozen=True, slots=True)
class TextKeys:
    """What a text is found by: runs of characters, words as they are written, weights of grams."""

    runs: list[str]
    words: list[str]
    grams: dict[str, int]

    @property
    def keys(self) -> list[str]:
        """The key of each word, as often as the text has it."""
        return list(map(key_of, self.words))


def keys_of(text: str) -> TextKeys:
    """Take apart a text into what it is found by."""
    found = TextKeys([], [], {})
    grams = found.grams
    for token in TOKEN.findall(fold_text(text, mapped)):
        if IN_RUN.match(token):
            found.runs.append(token)
            continue
        words, marked = _word(token)
        found.words.extend(words)
        for gram, weight in marked:
            if grams.get(gram, -1) < weight:
                grams[gram] = weight
    for written in _HUMPED.findall(text) if text != text.lower() else ():
        parts = parts_of(written.lower(), written)
        found.words.extend(part for _, part in parts if not is_number(part))
    return found


def mapped(text: str) -> str:
    """Return what `str.translate` makes of a text by `one_for_one`, in a fifth of the time."""
    signs = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return _table()[signs].tobytes().decode("utf-32-le", "surrogatepass")


@cache
def _table() -> U32:
    table = np.arange(sys.maxunicode + 1, dtype=np.uint32)
    for code, sign in one_for_one().items():
        table[code] = ord(sign)
    return table


@lru_cache(maxsize=1 << 16)
def key_of(word: str) -> str:
    """The key that a word is found by."""
    return stem(word) if ENGLISH.fullmatch(word) else word


@lru_cache(maxsize=1 << 16)
def _word(token: str) -> tuple[tuple[str, ...], tuple[tuple[str, int], ...]]:
    """Words and short numbers of a token, grams of its long numbers."""
    # Most tokens that are met but once are such numbers.
    if GRAM <= len(token) <= LONGEST_TOKEN and is_number(token):
        return (), tuple(_grams(token))
    words: list[str] = []
    marked: list[tuple[str, int]] = []
    for _, piece in pieces_of(token):
        for part in dict.fromkeys((piece, *(part for _, part in parts_of(piece, piece)))):
            if is_number(part) and len(part) >= GRAM:
                marked += _grams(part)
            else:
                words.append(part)
    return tuple(words), tuple(marked)


def _grams(digits: str) -> list[tuple[str, int]]:
    last = len(digits) - GRAM
    if not last:
        return [(digits, WHOLE)]
    inner = [(digits[i : i + GRAM], INNER) for i in range(1, last)]
    return [(digits[:GRAM], HEAD), *inner, (digits[last:], TAIL)]
