"""Cuts a query into words, quotes, brackets and signs; full-width signs count as plain ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_QUOTES = {'"': '"', "“": "”", "”": "”", "「": "」", "『": "』", "＂": "＂"}
_FIELD = re.compile(r"""[^\s:："“”「『＂()（）|｜*＊]{1,40}[:：]""")
_CHUNK = re.compile(r"""[^\s"“”「『＂()（）|｜]+""")
_SPACE = re.compile(r"\s+")
MINUS = "-－﹣−"


class Lexeme(NamedTuple):
    """A piece of a query."""

    kind: str
    """word, quote, open, close, or, not."""
    text: str
    field: str = ""
    """What stood before a colon in front of it, as typed."""
    closed: bool = True
    """False for a quote that has no end."""


def lexemes(query: str) -> Iterator[Lexeme]:
    """The pieces of ``query`` from left to right; every character is looked at once."""
    at, end = 0, len(query)
    fresh = True
    while at < end:
        character = query[at]
        if space := _SPACE.match(query, at):
            at, fresh = space.end(), True
            continue
        if character in "(（)）|｜":
            kind = "open" if character in "(（" else "close" if character in ")）" else "or"
            yield Lexeme(kind, character)
            at, fresh = at + 1, True
            continue
        if character in MINUS and fresh and at + 1 < end and not query[at + 1].isspace():
            yield Lexeme("not", character)
            at, fresh = at + 1, False
            continue
        lexeme, at = _item(query, at)
        fresh = False
        yield lexeme


def _item(query: str, at: int) -> tuple[Lexeme, int]:
    """A quote or word, perhaps behind a field's name."""
    if query[at] in _QUOTES:
        return _quote(query, at, "")
    if field := _FIELD.match(query, at):
        name, after = field[0][:-1], field.end()
        if after < len(query) and query[after] in _QUOTES:
            return _quote(query, after, name)
        value = _CHUNK.match(query, after)
        if value:
            return Lexeme("word", value[0], name), value.end()
        return Lexeme("word", "", name), after
    chunk = _CHUNK.match(query, at)
    text = chunk[0] if chunk else query[at]
    return Lexeme("or" if text in {"OR", "||"} else "word", text), at + len(text)


def _quote(query: str, at: int, field: str) -> tuple[Lexeme, int]:
    close = query.find(_QUOTES[query[at]], at + 1)
    if close < 0:
        return Lexeme("quote", query[at + 1 :], field, closed=False), len(query)
    return Lexeme("quote", query[at + 1 : close], field), close + 1
