"""Which version wrote each line last, for every version of a page, as XWiki annotates it.

XWiki goes from the version shown to older ones; a line belongs to the oldest version up to which
no diff of neighbours touches it, so a line taken out and put back belongs to who put it back.
Diffs are between neighbours only, so going forward once gives the answer for every version.
Source: DefaultAnnotatedContent of xwiki-commons-blame.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec
import zstandard

from kb.history.diff import matching_blocks


class _EditScript(msgspec.Struct, array_like=True, frozen=True):
    """From a version to the next: its number of lines, and what it keeps of the one before."""

    size: int
    kept: list[int]
    """For each kept block: lines skipped here, lines skipped in the older text, length."""


class Blame:
    """Line origins of a growing history, held as one edit script a version."""

    def __init__(self, packed: bytes | None = None) -> None:
        """Begin, or go on from what `pack` gave."""
        self._steps: list[_EditScript] = []
        if packed is not None:
            data = zstandard.ZstdDecompressor().decompress(packed)
            self._steps = msgspec.msgpack.decode(data, type=list[_EditScript])

    def __len__(self) -> int:
        """Return how many versions are in."""
        return len(self._steps)

    def add(self, older: Sequence[str], newer: Sequence[str]) -> None:
        """Add the next version; ``older`` is the one added before (nothing for the first)."""
        kept: list[int] = []
        a = b = 0
        for block in matching_blocks(newer, older):
            kept += (block.a - a, block.b - b, block.length)
            a, b = block.a + block.length, block.b + block.length
        self._steps.append(_EditScript(len(newer), kept))

    def at(self, index: int) -> list[int]:
        """Return for each line of version ``index`` (from 0) the version that wrote it."""
        lines: list[int] = []
        for number, step in enumerate(self._steps[: index + 1]):
            lines = _apply(step, lines, number)
        return lines

    def pack(self) -> bytes:
        """Return the scripts as bytes, some ten a version."""
        return zstandard.ZstdCompressor(level=9).compress(msgspec.msgpack.encode(self._steps))


def _apply(step: _EditScript, older: list[int], number: int) -> list[int]:
    lines: list[int] = []
    at = 0
    kept = iter(step.kept)
    for new, skipped, length in zip(kept, kept, kept, strict=True):
        lines += [number] * new
        at += skipped
        lines += older[at : at + length]
        at += length
    lines += [number] * (step.size - len(lines))
    return lines


def blame_of(texts: Iterable[str]) -> Blame:
    """Return the blame of a whole history, oldest text first."""
    blame, older = Blame(), list[str]()
    for text in texts:
        newer = split_lines(text)
        blame.add(older, newer)
        older = newer
    return blame


def origins(texts: Sequence[str]) -> list[int]:
    """Return for each line of the last text the index of the text that wrote it."""
    return blame_of(texts).at(len(texts) - 1)


_BREAK = re.compile(r"\r\n|\r|\n")


def split_lines(text: str) -> list[str]:
    r"""Return lines of a page's source: `\n`, `\r\n` and a lone `\r` all end one.

    A text that ends with a break has an empty last line; an empty text has no line. Other
    characters that Unicode calls line ends do not count. Source: LineSplitter of
    xwiki-commons-diff-display.
    """
    if not text:
        return []
    return text.split("\n") if "\r" not in text else _BREAK.split(text)


def by_feeds(text: str, numbers: list[int]) -> list[int]:
    r"""Return a number for each part of ``text`` between line feeds, from one for each line.

    Where a lone `\r` cuts a part into several lines, the largest counts: the newest version.
    """
    if not text:
        return [0]
    if "\r" not in text:
        return numbers
    found, at = [], 0
    *parts, last = text.split("\n")
    for part in [*(part.removesuffix("\r") for part in parts), last]:
        count = part.count("\r") + 1
        found.append(max(numbers[at : at + count]))
        at += count
    return found
