"""Folding: what is written differently and means the same becomes the same, offsets kept.

The steps, in this order:

1. own substitutions, one character for one: typographic apostrophes become `'`, an ellipsis
   and a no-break space become a space; invisible characters (zero-width, soft hyphen,
   direction marks, variation selectors, BOM) vanish;
2. NFKC, casefold, NFKC again (full-width forms, ligatures, compatibility ideographs);
3. each traditional character becomes its simplified one, by simplified.txt.

Folding twice changes nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from functools import cache
from pathlib import Path
from typing import NamedTuple

_OWN: dict[int, str] = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u2026": " ", "\u00a0": " "}
)
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)

_SAFE = (
    "\x00-\xac\xae-\u02af\u0370-\u0482\u048a-\u052f\u2000-\u200a\u2010-\u2029\u202f-\u205f"
    "\u2100-\u2bff\u2e80-\u3029\u3041-\u3096\u30a1-\u30fa"
    "\u30fc-\u30ff\u3200-\u9fff\uac00-\ud7a3\uf900-\ufb17\uff01-\uff9d\U00020000-\U0003ffff"
)
"""Characters that neither join what stands before them nor vanish: text may be cut there."""
_CLUSTER = re.compile(f"[{_SAFE}]?[^{_SAFE}]*", re.DOTALL)


class Folded(NamedTuple):
    """Folded text; ``starts[i]`` and ``ends[i]`` say where character i stands in the original."""

    text: str
    starts: list[int] | range
    ends: list[int] | range

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Original span of the folded characters from ``start`` to ``end``, one or more."""
        return self.starts[start], self.ends[end - 1]


@cache
def simplified_table() -> dict[str, str]:
    """Traditional character → simplified one, each of one code point."""
    table: dict[str, str] = {}
    for line in (Path(__file__).parent / "simplified.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            source, _, target = line.partition("\t")
            table.update(zip(source, target, strict=True))
    return table


def browser_table(used: AbstractSet[str] | None = None) -> tuple[str, str]:
    """The folding table for a browser: traditional characters, and under each its simplified one.

    With ``used`` (the characters of the folded texts, for instance the keys of an index) only
    those that lead there: another character could not find anything anyway.
    """
    rows = [(a, b) for a, b in simplified_table().items() if used is None or b in used]
    return "".join(a for a, _ in rows), "".join(b for _, b in rows)


@cache
def _simplify() -> dict[int, str]:
    return str.maketrans(simplified_table())


@cache
def one_for_one() -> dict[int, str]:
    """All steps in one table, for characters of ordinary Chinese text that fold one for one."""
    width = {code: chr(code - 0xFEE0).casefold() for code in range(0xFF01, 0xFF5F)}
    return {**width, **_simplify(), 0x3000: " ", **_OWN}


def simplified(text: str) -> str:
    """Replace traditional characters by simplified ones, one for one."""
    return text.translate(_simplify())


def _mapped(text: str) -> str:
    return text.translate(one_for_one())


def fold_text(text: str, mapped: Callable[[str], str] = _mapped) -> str:
    """Fold a text without keeping places: much quicker than `fold`.

    ``mapped`` puts `one_for_one` in place: who folds very much may know a quicker way.
    """
    if text.isascii():
        return text.lower()
    quick = mapped(text)
    if unicodedata.is_normalized("NFKC", quick) and not _INVISIBLE.search(quick):
        quick = quick.casefold()
        if unicodedata.is_normalized("NFKC", quick):
            return quick
    return _whole(text)


def fold(text: str) -> Folded:
    """Fold a text, keeping for each character the place that it came from."""
    folded = fold_text(text)
    if text.isascii() or (len(folded) == len(text) and _steady(text, folded)):
        return Folded(folded, range(len(text)), range(1, len(text) + 1))
    return _by_cluster(text)


def _whole(text: str) -> str:
    bare = _INVISIBLE.sub("", text.translate(_OWN))
    once = unicodedata.normalize("NFKC", bare).casefold()
    return unicodedata.normalize("NFKC", once).translate(_simplify())


def _steady(text: str, folded: str) -> bool:
    """Whether ``folded`` stands character for character under ``text`` of the same length."""
    quick = _mapped(text)
    return unicodedata.is_normalized("NFKC", quick) and quick.casefold() == folded


def _by_cluster(text: str) -> Folded:
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _CLUSTER.finditer(text):
        source, start, end = match[0], match.start(), match.end()
        part = _whole(source) if len(source) > 1 else _one(source)
        parts.append(part)
        if [*part] == [_one(character) for character in source]:
            starts.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))
        else:
            starts.extend([start] * len(part))
            ends.extend([end] * len(part))
    return Folded("".join(parts), starts, ends)


@cache
def _one(character: str) -> str:
    return _whole(character)
