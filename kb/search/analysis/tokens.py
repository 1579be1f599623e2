r"""From text to terms.

A token of the folded text is a *run* of characters of a script without spaces, or a word with
all that connectors (`. _ - @ / : # + ~ % & = ? \`, up to three in a row) join to it. Its terms:

========  ====================================================================================
char      each character of a run; takes one position
pair      each two neighbours in a run, at the first one's position
code      the whole of a compound (`log_20200404-1.log`) of at most 128 characters, at its first
          piece's position
word      a piece that is not all digits, as folded; takes one position
number    digits: a piece (takes one position), or inside a word (at the word's position)
stem      Snowball English of a word or part made of a to z (and inner apostrophes), each one
part      letters inside a mixed or camel-case word: `err` of `err404`, `memory` of `OutOfMemory`
head      `^` and the first four digits of a number of four or more
tail      the last four digits of such a number and `$`
gram      each four digits in a row of such a number
========  ====================================================================================

Positions count chars, words and numbers that are pieces, from 0: what stands side by side has
positions side by side, so a phrase is a matter of positions whatever the scripts. Parts of
letters and digits are taken where a word falls into at most four; of ASCII camel case likewise;
they share the word's position. A piece of more than 64 characters is cut into several of 64.
The order of terms: by token; code; by piece: word or number, its stem, parts each with its stem,
numbers inside; after each number its head, tail, grams; in a run each char, then its pair.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kb.search.analysis.scripts import CAMEL, ENGLISH, HUMP, IN_RUN, PIECES, SEGMENTS, TOKEN, stem
from kb.text.fold import Folded, fold

LONGEST = 64
LONGEST_CODE = 128
MOST_PARTS = 4
GRAM = 4


class IndexTerm(NamedTuple):
    """What a piece of text is found by, and where it stands."""

    kind: str
    text: str
    start: int
    """Where it stands in the original text, end exclusive."""
    end: int
    position: int


class PieceTerm(NamedTuple):
    """A term before its place in the original is known: offsets within the piece."""

    kind: str
    text: str
    start: int
    end: int


def terms(text: str) -> list[IndexTerm]:
    """Cut a text into terms, in the order and with the positions that the module describes."""
    folded = fold(text)
    written = as_written(text, folded)
    found: list[IndexTerm] = []
    position = 0
    for match in TOKEN.finditer(folded.text):
        token, start = match[0], match.start()
        if IN_RUN.match(token):
            _run(folded, token, start, position, found)
            position += len(token)
            continue
        pieces = list(pieces_of(token))
        if len(pieces) > 1 and len(token) <= LONGEST_CODE:
            found.append(IndexTerm("code", token, *folded.span(start, match.end()), position))
        for at, piece in pieces:
            capitals = written[start + at : start + at + len(piece)]
            for raw in piece_terms(piece, capitals):
                span = folded.span(start + at + raw.start, start + at + raw.end)
                found.append(IndexTerm(raw.kind, raw.text, *span, position))
            position += 1
    return found


def _run(folded: Folded, token: str, start: int, position: int, found: list[IndexTerm]) -> None:
    for i, character in enumerate(token):
        span = folded.span(start + i, start + i + 1)
        found.append(IndexTerm("char", character, *span, position + i))
        if i + 1 < len(token):
            span = folded.span(start + i, start + i + 2)
            found.append(IndexTerm("pair", token[i : i + 2], *span, position + i))


def as_written(text: str, folded: Folded) -> str:
    """Align ``text``, with its capitals, to the folded text, character for character.

    A character that was folded from several stands as U+0080.
    """
    if isinstance(folded.starts, range):
        return text
    spans = zip(folded.starts, folded.ends, strict=True)
    return "".join(text[a] if b - a == 1 else "\x80" for a, b in spans)


def pieces_of(token: str) -> Iterator[tuple[int, str]]:
    """Yield the pieces of a word token, none over `LONGEST` characters, with their offsets."""
    for match in PIECES.finditer(token):
        for start in range(match.start(), match.end(), LONGEST):
            yield start, token[start : min(start + LONGEST, match.end())]


def piece_terms(piece: str, written: str) -> Iterator[PieceTerm]:
    """Yield the terms of one piece; ``written`` is the piece before folding, for its capitals."""
    if is_number(piece):
        yield from _number(piece, 0)
        return
    yield PieceTerm("word", piece, 0, len(piece))
    if ENGLISH.fullmatch(piece):
        yield PieceTerm("stem", stem(piece), 0, len(piece))
    for start, part in parts_of(piece, written):
        if is_number(part):
            yield from _number(part, start)
            continue
        yield PieceTerm("part", part, start, start + len(part))
        if ENGLISH.fullmatch(part):
            yield PieceTerm("stem", stem(part), start, start + len(part))


def is_number(piece: str) -> bool:
    """Whether the piece is all digits 0 to 9."""
    return piece.isascii() and piece.isdecimal()


def parts_of(piece: str, written: str) -> list[tuple[int, str]]:
    """Split a mixed word into letters and digits, a camel-case one at its humps; with offsets."""
    pattern, text = (SEGMENTS, piece)
    if written.isascii() and HUMP.search(written):
        pattern, text = (CAMEL, written)
    found = [(m.start(), piece[m.start() : m.end()]) for m in pattern.finditer(text)]
    return found if 1 < len(found) <= MOST_PARTS else [p for p in found if _long_number(p, piece)]


def _long_number(part: tuple[int, str], piece: str) -> bool:
    return part[1] != piece and len(part[1]) >= GRAM and is_number(part[1])


def _number(digits: str, start: int) -> Iterator[PieceTerm]:
    length = len(digits)
    yield PieceTerm("number", digits, start, start + length)
    if length < GRAM:
        return
    yield PieceTerm("head", "^" + digits[:GRAM], start, start + GRAM)
    yield PieceTerm("tail", digits[-GRAM:] + "$", start + length - GRAM, start + length)
    for i in range(length - GRAM + 1):
        yield PieceTerm("gram", digits[i : i + GRAM], start + i, start + i + GRAM)
