"""What the browser's index holds of a text: the terms of kb.search.analysis that a shard needs.

Of its kinds: char, pair; word and part, an English one by its stem; grams of numbers of four
digits or more, whose weight tells where in the number they stand; shorter numbers whole. Runs of
three characters are keys where they begin with two that many cases have (`longer`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable
from functools import lru_cache
from operator import add

import msgspec

from kb.search.analysis import fold_text, stem
from kb.search.analysis.scripts import ENGLISH, IN_RUN, TOKEN
from kb.search.analysis.tokens import GRAM, is_number, parts_of, pieces_of

LONGEST = 3
"""Characters of the longest key that is a run."""
INNER, HEAD, TAIL, WHOLE = range(4)
"""Weights of a gram: where in its number it stands."""
OFTEN = 2.5
USUAL = 600
"""Terms of a document of usual length; in a longer one a term must come oftener to count more."""

_HUMPED = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]*(?:[a-z][A-Z]|[A-Z]{2}[a-z])[A-Za-z0-9]*")


class Found(msgspec.Struct):
    """What a text has: a key for each occurrence, weights of grams, runs, words as they are."""

    keys: list[str]
    grams: dict[str, int]
    runs: list[str]
    words: list[str]


def keys_of(text: str) -> Found:
    """All that a text can be found by."""
    found = Found([], {}, [], [])
    keys, grams = found.keys, found.grams
    for token in TOKEN.findall(fold_text(text)):
        if IN_RUN.match(token):
            keys += token
            keys += map(add, token, token[1:])
            if len(token) > 2:
                found.runs.append(token)
            continue
        words, marked = _word(token)
        found.words += words
        for gram, weight in marked:
            if grams.get(gram, -1) < weight:
                grams[gram] = weight
    for written in _HUMPED.findall(text):
        found.words += (p for _, p in parts_of(written.lower(), written) if not is_number(p))
    keys += map(key_of, found.words)
    return found


def longer(runs: Iterable[str], size: int, beginnings: Container[str]) -> list[str]:
    """The runs of ``size`` characters whose beginning, one shorter, is one of these."""
    return [
        run[i : i + size] for run in runs for i in range(len(run) - size + 1)
        if run[i : i + size - 1] in beginnings
    ]  # fmt: skip


def weigh(head: Iterable[str], body: Iterable[str], usual: float) -> dict[str, int]:
    """Keys with their weight 0 to 3: often in the text, in its head, both.

    ``usual`` is how the text's length compares to a usual one's.
    """
    first = Counter(head)
    counts = first.copy()
    counts.update(body)
    often = OFTEN * (0.5 + 0.5 * usual)
    weights = dict.fromkeys(counts, 0)
    weights.update(dict.fromkeys(first, 2))
    for key, times in counts.items():
        if times >= often:
            weights[key] += 1
    return weights


@lru_cache(maxsize=1 << 16)
def key_of(word: str) -> str:
    """The key that a word is found by."""
    return stem(word) if ENGLISH.fullmatch(word) else word


@lru_cache(maxsize=1 << 16)
def _word(token: str) -> tuple[tuple[str, ...], tuple[tuple[str, int], ...]]:
    """Words and short numbers of a token, grams of its long numbers."""
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
