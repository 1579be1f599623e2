"""What the browser's index holds of a text: the terms of kb.search.analysis that a shard needs.

Of its kinds: char, pair; word and part (stems are found among the words of a shard, which holds
all that begin with the same three letters); grams of numbers of four digits or more, the tail
and head told by a weight; shorter numbers whole. A stem is held only where it begins otherwise
than its word (`dying`, `die`), for its shard would be another.
"""

from __future__ import annotations

import re
from functools import lru_cache
from operator import add

from kb.search.analysis import fold_text, stem
from kb.search.analysis.scripts import ENGLISH, IN_RUN, TOKEN
from kb.search.analysis.tokens import GRAM, is_number, parts_of, pieces_of

PREFIX = 3
"""Letters that the words of one shard have in common."""

INNER, HEAD, TAIL, WHOLE = range(4)
"""Weights of a gram: where in its number it stands."""

_HUMPED = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]*(?:[a-z][A-Z]|[A-Z]{2}[a-z])[A-Za-z0-9]*")


def keys_of(text: str) -> tuple[list[str], dict[str, int]]:
    """Keys of a text, one for each occurrence, and the weights of its grams."""
    keys: list[str] = []
    grams: dict[str, int] = {}
    for token in TOKEN.findall(fold_text(text)):
        if IN_RUN.match(token):
            keys += token
            keys += map(add, token, token[1:])
            continue
        words, marked = _word(token)
        keys += words
        for gram, weight in marked:
            if grams.get(gram, -1) < weight:
                grams[gram] = weight
    for written in _HUMPED.findall(text):
        keys += _humps(written)
    return keys, grams


def home_of(key: str) -> str:
    """What decides a key's shard: words by their beginning, all else whole."""
    return key if key[0].isdecimal() or IN_RUN.match(key) else key[:PREFIX]


@lru_cache(maxsize=1 << 16)
def _word(token: str) -> tuple[tuple[str, ...], tuple[tuple[str, int], ...]]:
    """Words and short numbers of a token, grams of its long numbers."""
    words: list[str] = []
    marked: list[tuple[str, int]] = []
    for _, piece in pieces_of(token):
        for part in dict.fromkeys((piece, *(part for _, part in parts_of(piece, piece)))):
            if not is_number(part):
                words += _with_stem(part)
            elif len(part) < GRAM:
                words.append(part)
            else:
                marked += _grams(part)
    return tuple(words), tuple(marked)


def _with_stem(word: str) -> list[str]:
    if ENGLISH.fullmatch(word):
        short = stem(word)
        if short[:PREFIX] != word[:PREFIX]:
            return [word, short]
    return [word]


def _humps(written: str) -> list[str]:
    parts = [part for _, part in parts_of(written.lower(), written)]
    return [key for part in parts if not is_number(part) for key in _with_stem(part)]


def _grams(digits: str) -> list[tuple[str, int]]:
    last = len(digits) - GRAM
    if not last:
        return [(digits, WHOLE)]
    inner = [(digits[i : i + GRAM], INNER) for i in range(1, last)]
    return [(digits[:GRAM], HEAD), *inner, (digits[last:], TAIL)]
