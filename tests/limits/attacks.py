"""Makes hostile texts for a regular expression from its own parsed form.

For each loop of the pattern: what leads to it, its body many times, and an end that does not fit;
that whole beginning again and again; and for each two characters of the pattern their runs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import product
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from tests.limits.patterns import Use

CANDIDATES = " \t\na1A-_.:|[](){}<>=*#/\\\"'~,;!?@&%^+`中令。:、\u00a0\0"
END = "\n\0"
MOST_CHARACTERS = 9


class Loop(NamedTuple):
    """A repeated part of a pattern: what stands before it, and texts that its body takes."""

    prefix: str
    bodies: tuple[str, ...]


def attacks(use: Use) -> Iterator[Callable[[int], str]]:
    """Yield functions that give a hostile text of about ``n`` characters."""
    tree = _parser.parse(use.compiled.pattern, use.flags)
    found = list(dict.fromkeys(loops(list(tree), use)))
    alphabet = characters(list(tree), use)
    for loop in found:
        for body in loop.bodies:
            yield lambda n, p=loop.prefix, b=body: p + b * (n // len(b)) + END  # type: ignore[misc]
            unit = loop.prefix + body
            yield lambda n, u=unit: u * (n // len(u)) + END  # type: ignore[misc]
            long = loop.prefix + body * 40
            yield lambda n, u=long: u * (n // len(u)) + END  # type: ignore[misc]
    for prefix in dict.fromkeys(loop.prefix for loop in found):
        for one in alphabet:
            yield lambda n, p=prefix, b=one: p + b * n + END  # type: ignore[misc]
        if prefix:
            yield lambda n, p=prefix: p * (n // len(p)) + END  # type: ignore[misc]
    for one, two in product(alphabet, repeat=2):
        yield lambda n, u=one + two: u * (n // 2) + END  # type: ignore[misc]
        yield lambda n, a=one, b=two: a * (n // 2) + b * (n // 2) + END  # type: ignore[misc]


def loops(items: list[Any], use: Use, prefix: str = "") -> Iterator[Loop]:
    """Yield the loops of a parsed pattern that may run long, outer ones first."""
    for op, value in items:
        if op in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
            _, most, body = value
            if most >= 8:
                bodies = tuple(dict.fromkeys(b for b in samples(list(body), use) if b))
                if bodies:
                    yield Loop(prefix, bodies)
        for inner in children(op, value):
            yield from loops(inner, use, prefix)
        prefix += next(iter(samples([(op, value)], use)), "")


def children(op: Any, value: Any) -> list[list[Any]]:
    """The parsed parts inside a part."""
    if op in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
        return [list(value[2])]
    if op is c.SUBPATTERN:
        return [list(value[3])]
    if op is c.BRANCH:
        return [list(one) for one in value[1]]
    if op is c.ATOMIC_GROUP:
        return [list(value)]
    if op in (c.ASSERT, c.ASSERT_NOT):
        return [list(value[1])]
    return []


def samples(items: list[Any], use: Use) -> list[str]:
    """Up to a few texts that the parts match, one after the other."""
    texts = [""]
    for op, value in items:
        texts = [a + b for a, b in product(texts, _sample(op, value, use))][:6]
    return texts


def _sample(op: Any, value: Any, use: Use) -> list[str]:
    if op in (c.LITERAL, c.NOT_LITERAL, c.ANY, c.IN):
        return fitting(op, value, use)[:4] or [""]
    if op is c.BRANCH:
        return [text for one in value[1] for text in samples(list(one), use)[:2]][:6]
    if op in (c.ASSERT, c.ASSERT_NOT, c.AT, c.GROUPREF, c.GROUPREF_EXISTS):
        return [""]
    if op in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
        few, _, body = value
        return [text * max(few, 1) for text in samples(list(body), use)]
    return [text for one in children(op, value) for text in samples(one, use)] or [""]


def fitting(op: Any, value: Any, use: Use) -> list[str]:
    """The characters of the candidates, and of the part itself, that the part matches."""
    if op is c.LITERAL:
        return [chr(value)]
    one = re.compile(_source(op, value), use.flags & re.IGNORECASE)
    own = [chr(v) for o, v in (value if op is c.IN else []) if o is c.LITERAL]
    own += [chr(v[0]) for o, v in (value if op is c.IN else []) if o is c.RANGE]
    return [char for char in dict.fromkeys([*own, *CANDIDATES]) if one.match(char)]


def _source(op: Any, value: Any) -> str:
    """A part of one character as the text of a pattern."""
    if op is c.ANY:
        return "."
    if op is c.NOT_LITERAL:
        return f"[^{re.escape(chr(value))}]"
    inner = ""
    for kind, what in value:
        if kind is c.LITERAL:
            inner += re.escape(chr(what))
        elif kind is c.RANGE:
            inner += f"{re.escape(chr(what[0]))}-{re.escape(chr(what[1]))}"
        elif kind is c.CATEGORY:
            inner += _CATEGORIES[what]
        else:
            inner = "^" + inner
    return f"[{inner}]"


_CATEGORIES = {
    c.CATEGORY_DIGIT: r"\d", c.CATEGORY_NOT_DIGIT: r"\D", c.CATEGORY_SPACE: r"\s",
    c.CATEGORY_NOT_SPACE: r"\S", c.CATEGORY_WORD: r"\w", c.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip


def characters(items: list[Any], use: Use) -> list[str]:
    """Characters that tell the parts of a pattern apart."""
    found: dict[str, None] = {}
    for op, value in items:
        if op in (c.LITERAL, c.NOT_LITERAL, c.IN, c.ANY):
            found |= dict.fromkeys(fitting(op, value, use)[:2])
        for inner in children(op, value):
            found |= dict.fromkeys(characters(inner, use))
    return list(found)[:MOST_CHARACTERS]
