"""What the browser's index holds of a text: the terms of kb.search.analysis that a shard needs.

Of its kinds: char, pair; word and part, an English one by its stem; grams of numbers of four
digits or more, whose weight tells where in the number they stand; shorter numbers whole. Runs of
three characters and more are keys where both the run without its last and the run without its
first are in many cases (`kb.publish.browser_index.postings`).
"""

from __future__ import annotations

import re
import sys
from functools import cache, lru_cache

import msgspec
import numpy as np

from kb.publish.browser_index.codes import U32
from kb.search.analysis import fold_text, stem
from kb.search.analysis.scripts import ENGLISH, IN_RUN, TOKEN
from kb.search.analysis.tokens import GRAM, LONGEST, is_number, parts_of, pieces_of
from kb.text.fold import one_for_one

INNER, HEAD, TAIL, WHOLE = range(4)
"""Weights of a gram: where in its number it stands."""

_HUMPED = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]*(?:[a-z][A-Z]|[A-Z]{2}[a-z])[A-Za-z0-9]*")


class Found(msgspec.Struct):
    """What a text has: runs, words as they are written, weights of grams."""

    runs: list[str]
    words: list[str]
    grams: dict[str, int]

    @property
    def keys(self) -> list[str]:
        """The key of each word, as often as it stands there."""
        return list(map(key_of, self.words))


def keys_of(text: str) -> Found:
    """All that a text can be found by."""
    found = Found([], [], {})
    grams = found.grams
    for token in TOKEN.findall(fold_text(text, mapped)):
        if IN_RUN.match(token):
            found.runs.append(token)
            continue
        words, marked = _word(token)
        found.words += words
        for gram, weight in marked:
            if grams.get(gram, -1) < weight:
                grams[gram] = weight
    for written in _HUMPED.findall(text) if text != text.lower() else ():
        found.words += (p for _, p in parts_of(written.lower(), written) if not is_number(p))
    return found


def mapped(text: str) -> str:
    """What `str.translate` makes of a text by `one_for_one`, in a fifth of the time."""
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
    if GRAM <= len(token) <= LONGEST and is_number(token):  # most tokens that are met but once
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
