"""Patterns of case headings, from headings: what they have in common, their number, their date."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

DATE = (
    r"\d{4}-\d{1,2}-\d{1,2}|\d{4}/\d{1,2}/\d{1,2}|\d{4}\.\d{1,2}\.\d{1,2}|\d{1,2}\.\d{1,2}\.\d{4}"
    r"|\d{4}年\d{1,2}月\d{1,2}[日号]|(?:19|20)\d{6}"
)
_TOKEN = re.compile(rf"(?P<date>(?:{DATE})(?!\d))|(?P<number>\d{{1,12}})|(?P<text>\D{{1,80}})")
_JOIN = re.compile(r"[_/-]")
_MOST_TOKENS = 8


class _Token(NamedTuple):
    kind: str
    text: str


def heading_patterns(texts: Sequence[str]) -> list[str]:
    """Return regular expressions with groups `id`, `number`, `date` that the headings match."""
    if not texts:
        return []
    every = [_tokens(text) for text in texts]
    place = _number_place(every)
    if place is None:
        return [r"(?P<id>[^\s].{0,200})"]
    kinds = Counter(tuple(t.kind for t in tokens[: place + 1]) for tokens in every)
    usual = kinds.most_common(1)[0][0]
    alike = [ts for ts in every if tuple(t.kind for t in ts[: place + 1]) == usual]
    before = "".join(_part([ts[n] for ts in alike]) for n in range(place))
    number = rf"{before}(?P<number>\d{{1,12}})(?!\d)"
    if "date" in usual:
        return [rf"(?P<id>{number})"]
    joined = sum(_is_joined(ts[place + 1 : place + 3]) for ts in alike)
    if joined * 2 > len(alike):
        return [rf"(?P<id>{number}[_/-](?P<date>{DATE}))", rf"(?P<id>{number})"]
    return [rf"(?P<id>{number})(?:\D{{1,20}}(?P<date>{DATE}))?"]


def _tokens(text: str) -> list[_Token]:
    return [_Token(m.lastgroup or "", m[0]) for m in _TOKEN.finditer(text)][:_MOST_TOKENS]


def _number_place(every: list[list[_Token]]) -> int | None:
    """Find where the case's own number stands: the first that differs from heading to heading."""
    first: int | None = None
    for place in range(_MOST_TOKENS):
        values = [ts[place].text for ts in every if len(ts) > place and ts[place].kind == "number"]
        if len(values) * 2 <= len(every):
            continue
        first = place if first is None else first
        if len(set(values)) * 10 >= len(values) * 8:
            return place
    return first


def _part(tokens: list[_Token]) -> str:
    """Return what stands at one place before the number, as a pattern."""
    kind = tokens[0].kind
    if kind == "date":
        return f"(?P<date>{DATE})"
    texts = {token.text for token in tokens}
    if len(texts) == 1:
        return re.escape(texts.pop())
    return r"\d{1,12}" if kind == "number" else r"\D{1,80}?"


def _is_joined(tokens: list[_Token]) -> bool:
    """Return True where a date follows the number with a mere dash between."""
    kinds = [token.kind for token in tokens]
    return kinds == ["text", "date"] and bool(_JOIN.fullmatch(tokens[0].text))
