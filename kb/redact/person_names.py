"""Ways in which one person's name is written: parts of a joint signature, orders, account names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_JOINT: Final = re.compile(r"[/、,，;；|&+]|(?<=[㐀-鿿])\s+(?=[㐀-鿿])")
_ASIDE: Final = re.compile(r"[(（\[【].*")
_WESTERN: Final = re.compile(r"[^\W\d_㐀-鿿]+(?:[ .\-']+[^\W\d_㐀-鿿]+){1,3}")
_CAMEL: Final = re.compile(r"([A-Z][a-z]+)([A-Z][a-z]+)\d{0,4}")
_LEAST: Final = 3
"""Letters that a part of a joint signature must have; Han characters may be fewer."""


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
