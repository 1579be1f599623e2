"""The query language: text → tree. Whatever is typed means something; nothing is an error.

Full-width signs count as plain ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from kb.search.analysis import fold_text
from kb.search.analysis.scripts import TOKEN
from kb.search.query.fields import FieldNames, field_node, word_node
from kb.search.query.query_tree import And, Node, Not, Or, Query, QueryNote, Quoted

LONGEST = 2000
"""Characters of a query that are looked at."""
DEEPEST = 20
"""Brackets inside brackets."""
_OWN = FieldNames()
MOST = 100
"""Words, phrases and fields in one query."""
_QUOTES = {'"': '"', "“": "”", "”": "”", "「": "」", "『": "』", "＂": "＂"}
_FIELD = re.compile(r"""[^\s:："“”「『＂()（）|｜*＊]{1,40}[:：]""")
_CHUNK = re.compile(r"""[^\s"“”「『＂()（）|｜]+""")
_SPACE = re.compile(r"\s+")
MINUS = "-－﹣−"


def parse(text: str, names: FieldNames | None = None) -> Query:
    """Parse a query; what cannot be meant as written is taken as words.

    Grammar: `query = or; or = and ("OR" and)*; and = item*; item = "-" item | "(" or ")" |
    field:value | "phrase" | word`, where a word may carry `*` at an end or `~` behind it.
    """
    text = _in_whole_characters(text)
    parser = _QueryParser(text, names or _OWN)
    node = parser.read()
    return Query(text, node, tuple(dict.fromkeys(parser.notes)))


def _in_whole_characters(text: str) -> str:
    """Join surrogate pairs; replace a surrogate without its other half by U+FFFD.

    A shell gives such halves for bytes that are no UTF-8. No engine and no JSON takes them.
    """
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class Lexeme(msgspec.Struct, frozen=True):
    """A piece of a query."""

    kind: str
    """word, quote, open, close, or, not."""
    text: str
    field: str = ""
    """What stood before a colon in front of it, as typed."""
    closed: bool = True
    """False for a quote that has no end."""


def lexemes(query: str) -> Iterator[Lexeme]:
    """Cut a query into lexemes from left to right, looking at each character once."""
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
        text = value[0] if value else ""
        return Lexeme("word", text, name), after + len(text)
    chunk = _CHUNK.match(query, at)
    text = chunk[0] if chunk else query[at]
    return Lexeme("or" if text in {"OR", "||"} else "word", text), at + len(text)


def _quote(query: str, at: int, field: str) -> tuple[Lexeme, int]:
    close = query.find(_QUOTES[query[at]], at + 1)
    if close < 0:
        return Lexeme("quote", query[at + 1 :], field, closed=False), len(query)
    return Lexeme("quote", query[at + 1 : close], field), close + 1


class _QueryParser:
    def __init__(self, text: str, names: FieldNames) -> None:
        self.names = names
        self.notes: list[QueryNote] = []
        if len(text) > LONGEST:
            self.note("query-cut", f"only the first {LONGEST} characters of the query count")
        self.items = list(lexemes(text[:LONGEST]))
        if len(self.items) > MOST:
            self.note("query-cut", f"only the first {MOST} words of the query count")
            del self.items[MOST:]
        self.at = 0

    def note(self, code: str, detail: str) -> None:
        self.notes.append(QueryNote(code, detail))

    def read(self) -> Node | None:
        """The whole query; brackets closed that were never opened are passed over."""
        found: list[Node | None] = []
        while self.at < len(self.items):
            if self.items[self.at].kind == "close":
                self.note("stray-bracket", "a closing bracket without an opening one was ignored")
                self.at += 1
            else:
                found.append(self.either(0))
        return _all(found)

    def either(self, depth: int) -> Node | None:
        found = [self.every(depth)]
        while self.at < len(self.items) and self.items[self.at].kind == "or":
            self.at += 1
            found.append(self.every(depth))
        given = [node for node in found if node is not None]
        if len(given) < len(found) and len(found) > 1:
            self.note("empty-or", "OR with nothing on one side was ignored")
        return Or(tuple(given)) if len(given) > 1 else next(iter(given), None)

    def every(self, depth: int) -> Node | None:
        found: list[Node | None] = []
        while self.at < len(self.items) and self.items[self.at].kind not in {"or", "close"}:
            found.append(self.item(depth))
        return _all(found)

    def item(self, depth: int) -> Node | None:
        lexeme = self.items[self.at]
        self.at += 1
        if lexeme.kind == "not":
            return self.without(depth)
        if lexeme.kind == "open":
            return self.bracket(depth)
        return self.leaf(lexeme)

    def without(self, depth: int) -> Node | None:
        if self.at >= len(self.items) or self.items[self.at].kind in {"or", "close", "not"}:
            self.note("stray-minus", "a minus with nothing behind it was ignored")
            return None
        node = self.item(depth)
        return Not(node) if node is not None else None

    def bracket(self, depth: int) -> Node | None:
        """What stands in brackets, which may lack the closing one."""
        if depth >= DEEPEST:
            self.note("too-deep", f"brackets more than {DEEPEST} deep were ignored")
            return None
        node = self.either(depth + 1)
        if self.at < len(self.items):
            self.at += 1
        else:
            self.note("unclosed-bracket", "a bracket is not closed; it was closed at the end")
        return node

    def leaf(self, lexeme: Lexeme) -> Node | None:
        if not lexeme.closed:
            self.note("unclosed-quote", "a quote is not closed; its words were taken one by one")
            return _all(map(word_node, lexeme.text.split()))
        if lexeme.field:
            return self.fielded(lexeme)
        if lexeme.kind == "quote":
            return Quoted(lexeme.text) if TOKEN.search(fold_text(lexeme.text)) else None
        return word_node(lexeme.text)

    def fielded(self, lexeme: Lexeme) -> Node | None:
        """`name:value`; words where no field is called that or the value does not fit it."""
        name = self.names.resolve(lexeme.field)
        if name is not None and lexeme.text.strip():
            if node := field_node(name, lexeme.text, quoted=lexeme.kind == "quote"):
                return node
            self.note("odd-value", f"{lexeme.field}: does not take “{lexeme.text}”; taken as words")
        elif name is not None:
            self.note("no-value", f"{lexeme.field}: has no value; taken as a word")
        if lexeme.kind == "quote":
            return _all((word_node(lexeme.field), Quoted(lexeme.text)))
        return word_node(f"{lexeme.field}:{lexeme.text}")


def _all(nodes: Iterable[Node | None]) -> Node | None:
    found = tuple(node for node in nodes if node is not None)
    return And(found) if len(found) > 1 else next(iter(found), None)
