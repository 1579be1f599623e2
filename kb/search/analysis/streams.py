"""A text as streams of terms, which every engine indexes with a tokenizer of white space.

========  ====================================================================================
seq       chars, words, numbers, each at its position: phrases; single characters score
rel       pairs and stems (words where there is no stem), parts, numbers, codes in order: score;
          a `·` between runs that touch keeps their pairs apart, so that pairs can stand in a row
num       of numbers of four digits or more: head, every four digits, tail, in a row: any part of
          a number is a phrase here
========  ====================================================================================

kb.search.documents.fields makes two more of a whole document: `head` and `scoped`.
"""

from __future__ import annotations

from operator import add
from typing import NamedTuple

from kb.search.analysis.scripts import ENGLISH, HUMP, KINDS, PIECES, stem
from kb.search.analysis.tokens import (
    GRAM,
    LONGEST,
    LONGEST_CODE,
    as_written,
    is_number,
    parts_of,
    pieces_of,
)
from kb.text.fold import fold, fold_text

APART = "·"
"""Separates terms that are neighbours in a stream and were none in the text."""


class Streams(NamedTuple):
    """Terms in order, by stream; see the module."""

    seq: list[str]
    rel: list[str]
    num: list[str]

    def extend(self, other: Streams) -> None:
        """Append another text's terms, separated from those that are there."""
        for row, more in zip(self, other, strict=True):
            if more:
                row.append(APART)
                row.extend(more)


def streams(text: str) -> Streams:
    """Cut one text into its terms by stream, in linear time: the fast path of `analysis.terms`."""
    found = Streams([], [], [])
    seq, rel = found.seq, found.rel
    humps = bool(HUMP.search(text))
    folded = fold_text(text)
    written = as_written(text, fold(text)) if humps else folded
    for match in KINDS.finditer(folded):
        token, kind = match[0], match.lastindex
        if kind == 1:
            seq.extend(token)
            rel.append(APART)
            rel.extend(map(add, token, token[1:]))
        elif kind == 2 and not humps and len(token) <= LONGEST:
            seq.append(token)
            rel.append(stem(token))
        else:
            _word(token, written[match.start() : match.end()], found)
    return found


def _word(token: str, written: str, found: Streams) -> None:
    if len(token) <= LONGEST and PIECES.fullmatch(token):
        _piece(token, written, found)
        return
    for at, piece in pieces_of(token):
        _piece(piece, written[at : at + len(piece)], found)
    if len(token) <= LONGEST_CODE:
        found.rel.append(token)


def _piece(piece: str, written: str, found: Streams) -> None:
    found.seq.append(piece)
    if ENGLISH.fullmatch(piece):
        found.rel.append(stem(piece))
        if not (written.isascii() and HUMP.search(written)):
            return
    else:
        found.rel.append(piece)
    if is_number(piece):
        found.num.extend(number_terms(piece))
        return
    for _, part in parts_of(piece, written):
        if is_number(part):
            found.rel.append(part)
            found.num.extend(number_terms(part))
        else:
            found.rel.append(stem(part) if ENGLISH.fullmatch(part) else part)


def number_terms(digits: str, *, begins: bool = True, ends: bool = True) -> list[str]:
    """Terms of a number in `num`; without its ends, those of any number that holds these digits."""
    if len(digits) < GRAM:
        return []
    row = [digits[i : i + GRAM] for i in range(len(digits) - GRAM + 1)]
    head = ["^" + digits[:GRAM]] if begins else []
    return [*head, *row, *([digits[-GRAM:] + "$"] if ends else [])]
