"""Emphasis: which marks CommonMark reads at a place, and what to write where it reads none.

Source of the rules: CommonMark 0.31, "left-flanking" and "right-flanking" delimiter runs. They
fail within Chinese text where a punctuation mark stands inside the emphasis: `**注意：**请看`
opens and never closes. There the HTML element says it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

_WAYS: Final = {
    "bold": (("**", "**"), ("<strong>", "</strong>")),
    "italic": (("*", "*"), ("_", "_"), ("<em>", "</em>")),
    "strike": (("~~", "~~"), ("<del>", "</del>")),
}


class PendingBreak:
    """A line break, written when it is known what follows."""

    __slots__ = ()


BREAK: Final = PendingBreak()


class EmphasisMark:
    """One end of an emphasis; `text` is chosen by `finalise_marks`."""

    __slots__ = ("opening", "other", "style", "text")

    def __init__(self, style: str, opening: bool) -> None:
        self.style = style
        self.opening = opening
        self.text = ""
        self.other: EmphasisMark = self


Piece = str | EmphasisMark | PendingBreak


def emphasised(style: str, inner: list[Piece]) -> list[Piece]:
    """Put `inner` between marks of `style`; blanks and breaks at its edges stay outside."""
    start, end = 0, len(inner)
    before: list[Piece] = []
    after: list[Piece] = []
    while start < end and (edge := _edge(inner[start], first=True)):
        before.append(edge[0])
        if edge[1]:
            inner[start] = edge[1]
            break
        start += 1
    while end > start and (edge := _edge(inner[end - 1], first=False)):
        after.insert(0, edge[0])
        if edge[1]:
            inner[end - 1] = edge[1]
            break
        end -= 1
    if start == end:
        return [*before, *after]
    opening, closing = EmphasisMark(style, True), EmphasisMark(style, False)
    opening.other, closing.other = closing, opening
    return [*before, opening, *inner[start:end], closing, *after]


def _edge(piece: Piece, *, first: bool) -> tuple[Piece, str] | None:
    """Return the blanks at an edge of a piece and the rest; None if it has none there."""
    if isinstance(piece, PendingBreak):
        return piece, ""
    if isinstance(piece, EmphasisMark):
        return None
    rest = piece.lstrip() if first else piece.rstrip()
    if len(rest) == len(piece):
        return ("", "") if not piece else None
    size = len(piece) - len(rest)
    return (piece[:size] if first else piece[-size:]), rest


def finalise_marks(pieces: list[Piece]) -> None:
    """Choose the text of each mark; an outer one before those within."""
    places = {id(piece): at for at, piece in enumerate(pieces) if isinstance(piece, EmphasisMark)}
    for at, piece in enumerate(pieces):
        if isinstance(piece, EmphasisMark) and piece.opening:
            _choose(pieces, at, places[id(piece.other)])


def _choose(pieces: list[Piece], start: int, end: int) -> None:
    opening, closing = pieces[start], pieces[end]
    assert isinstance(opening, EmphasisMark)
    assert isinstance(closing, EmphasisMark)
    around_open = _before(pieces, start), _after(pieces, start)
    around_close = _after(pieces, end), _before(pieces, end)
    for first, last in _WAYS[opening.style]:
        if first[0] == "<":
            break
        near_open = _mark(pieces, start - 1), _mark(pieces, start + 1)
        if first[0] in near_open or last[0] in (_mark(pieces, end - 1), _mark(pieces, end + 1)):
            continue
        if _works(first[0], *around_open) and _works(last[0], *around_close):
            break
    opening.text, closing.text = first, last


def _mark(pieces: list[Piece], at: int) -> str:
    """Return the character of the mark chosen at `at`, "" if there is none."""
    piece = pieces[at] if 0 <= at < len(pieces) else ""
    return piece.text[:1] if isinstance(piece, EmphasisMark) else ""


def _before(pieces: list[Piece], at: int) -> str:
    return _nearest((pieces[i] for i in range(at - 1, -1, -1)), -1)


def _after(pieces: list[Piece], at: int) -> str:
    return _nearest((pieces[i] for i in range(at + 1, len(pieces))), 0)


def _nearest(pieces: Iterator[Piece], end: int) -> str:
    """Return the first character met from that end of each piece: `*` for a mark, or a line end."""
    for piece in pieces:
        if isinstance(piece, EmphasisMark):
            return "*"
        if isinstance(piece, PendingBreak):
            return "\n"
        if piece:
            return piece[end]
    return "\n"


def _is_blank(char: str) -> bool:
    return char in "\t\n\f\r" or unicodedata.category(char) == "Zs"


def _may_be_punctuation(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS"


def _is_punctuation(char: str) -> bool:
    """Tell whether every version of CommonMark calls it punctuation (before 0.31 fewer symbols)."""
    kind = unicodedata.category(char)[0]
    return kind == "P" or (kind == "S" and char.isascii())


def _flanks(inner: str, outer: str) -> bool:
    if _is_blank(inner):
        return False
    return not _may_be_punctuation(inner) or _is_blank(outer) or _is_punctuation(outer)


def _may_flank(inner: str, outer: str) -> bool:
    if _is_blank(inner):
        return False
    return not _is_punctuation(inner) or _is_blank(outer) or _may_be_punctuation(outer)


def _works(mark: str, outer: str, inner: str) -> bool:
    """Tell whether a mark between these characters opens or closes: the rules mirror each other."""
    if not _flanks(inner, outer):
        return False
    return mark != "_" or not _may_flank(outer, inner) or _is_punctuation(outer)
