"""Decide by the rules what of all that a wiki names is protected.

`Material.named` is the one list of it: all versions of all pages, published or not, cases that are
gone, corrections. Sites and exports of every format take it from there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from kb.cases.history.named import PERSON, STATION, Named
from kb.redact.protected import ProtectedValues
from kb.redact.public_rules import PublicRules
from kb.text.fold import fold_text

_MAIL: Final = "mail"
_JOINT: Final = re.compile(r"[/、,，;；|&+]|(?<=[㐀-鿿])\s+(?=[㐀-鿿])")
_ASIDE: Final = re.compile(r"[(（\[【].*")
_WESTERN: Final = re.compile(r"[^\W\d_㐀-鿿]+(?:[ .\-']+[^\W\d_㐀-鿿]+){1,3}")
_CAMEL: Final = re.compile(r"([A-Z][a-z]+)([A-Z][a-z]+)\d{0,4}")
_LEAST: Final = 3
"""Letters that a part of a joint signature must have; Han characters may be fewer."""


def protect_rules(protected: ProtectedValues, rules: PublicRules) -> None:
    """Protect what kb.toml lists."""
    for signature in rules.names:
        _protect_person(protected, signature)
    for word in rules.words:
        protected.add("word", word)


def protect_named(protected: ProtectedValues, named: Iterable[Named], rules: PublicRules) -> None:
    """Protect persons, stations and the kinds of values that the rules name.

    Numbers of other kinds, such as a pile's, may be shown however long they are.
    """
    kinds = {_MAIL, *rules.kinds, *((STATION,) if rules.stations else ())}
    allowed = set(map(fold_text, rules.allow))
    for kind, value in named:
        if fold_text(value) in allowed:
            continue
        if kind == PERSON:
            _protect_person(protected, value)
        elif kind in kinds:
            protected.add(kind, value)
        else:
            protected.allow(value)


def _protect_person(protected: ProtectedValues, signature: str) -> None:
    for name in names_of(signature):
        protected.add(PERSON, name)


def names_of(signature: str) -> Iterator[str]:
    """Yield a name as it is signed, each of several, and other ways to write a Western one.

    `陈劫/令 (研发)` also names `陈劫` and `令`; `Li Lei` is also `LiLei`, `li.lei`, `Lei Li`.
    """
    yield signature
    parts = [part.strip() for part in _JOINT.split(_ASIDE.sub("", signature))]
    for part in parts:
        if part and part != signature and (not part.isascii() or len(part) >= _LEAST):
            yield part
        words = re.split(r"[ .\-']+", part) if _WESTERN.fullmatch(part) else []
        if camel := _CAMEL.fullmatch(part):
            words = [camel[1], camel[2]]
        if len(words) > 1 and all(len(word) > 1 for word in words):
            yield from _western(words)


def _western(words: list[str]) -> Iterator[str]:
    first, last = " ".join(words[:-1]), words[-1]
    yield from (gap.join(words) for gap in (" ", "", ".", "_", "-"))
    yield from (f"{last} {first}", f"{last}, {first}")
