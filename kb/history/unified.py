"""What changed between two texts, as runs of lines with some lines around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from kb.history.diff import matching_blocks

CONTEXT = 3


class DiffLine(msgspec.Struct, frozen=True):
    """A line of a comparison."""

    kind: Literal["same", "removed", "added"]
    old: int | None
    """Its number in the older text; None where it was added."""
    new: int | None
    text: str


class Hunk(msgspec.Struct, frozen=True):
    """Changes that stand together."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    changes: tuple[DiffLine, ...]

    @property
    def head(self) -> str:
        """Return it as `diff -u` heads it: `@@ -1,4 +1,5 @@`."""
        old = f"{self.old_start},{self.old_count}"
        return f"@@ -{old} +{self.new_start},{self.new_count} @@"


def hunks(old: Sequence[str], new: Sequence[str], context: int = CONTEXT) -> Iterator[Hunk]:
    """Return the changes from ``old`` to ``new``, each with ``context`` lines around."""
    found = list(changes(old, new))
    places = [place for place, change in enumerate(found) if change.kind != "same"]
    start = 0
    for n, place in enumerate(places):
        following = places[n + 1] if n + 1 < len(places) else None
        if following is None or following - place > 2 * context + 1:
            first = max(places[start] - context, 0)
            yield _hunk(found[first : place + context + 1])
            start = n + 1


def _hunk(found: list[DiffLine]) -> Hunk:
    old = [change.old for change in found if change.old is not None]
    new = [change.new for change in found if change.new is not None]
    return Hunk(old[0] if old else 0, len(old), new[0] if new else 0, len(new), tuple(found))


def changes(old: Sequence[str], new: Sequence[str]) -> Iterator[DiffLine]:
    """Return every line of both texts: those that stay, those removed before those added."""
    i = j = 0
    for b, a, length in [*matching_blocks(new, old), (len(new), len(old), 0)]:
        for n in range(i, a):
            yield DiffLine("removed", n + 1, None, old[n])
        for n in range(j, b):
            yield DiffLine("added", None, n + 1, new[n])
        for n in range(length):
            yield DiffLine("same", a + n + 1, b + n + 1, old[a + n])
        i, j = a + length, b + length
