"""Line diff as XWiki makes it: the greedy algorithm of Myers, its choices at ties included.

E. W. Myers, "An O(ND) difference algorithm and its variations", 1986, section 4. XWiki's blame
asks java-diff-utils, which walks the diagonals from -d to d, goes down where that reaches
further and right otherwise, and never trims a common end: which of several equal lines counts as
the old one depends on exactly that.

Texts too different for it are compared in nearly linear time by patience diff, after B. Cohen:
lines that stand once in each text, taken in an order that is rising in both, are anchors; equal
lines around an anchor belong to it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import NamedTuple, TypeVar

T = TypeVar("T", bound=Hashable)

EXACT_EDITS = 1000
"""Up to so many lines added and removed the result is XWiki's; the work grows as the square.
Beyond, lines that both texts have once anchor it: correct, though ties may fall otherwise."""

_STRIDE = 64


class MatchingBlock(NamedTuple):
    """Lines that both texts have: ``length`` from ``a`` in the first, from ``b`` in the other."""

    a: int
    b: int
    length: int


def matching_blocks(first: Sequence[T], second: Sequence[T]) -> list[MatchingBlock]:
    """Return what stays the same from ``first`` to ``second``, in order; no blocks touch.

    XWiki's blame goes backwards in time: ``first`` is the newer text.
    """
    # The greedy algorithm takes all of a common start before its first step, whatever follows.
    start = _run(first, second, 0, 0)
    numbers: dict[T, int] = {}
    a = [numbers.setdefault(line, len(numbers)) for line in first[start:]]
    known = len(numbers)
    b = [numbers.setdefault(line, len(numbers)) for line in second[start:]]
    if not a or not b or min(b) >= known:
        return [MatchingBlock(0, 0, start)] if start else []
    trace = _trace(a, b, EXACT_EDITS)
    runs = _walk_back(trace, len(a), len(b)) if trace else anchored_blocks(a, b)
    return _blocks([(0, 0, start), *((i + start, j + start, length) for i, j, length in runs)])


def _trace(a: list[int], b: list[int], limit: int) -> list[list[int]] | None:
    """Return how far each diagonal reached before step d, for every d; None beyond the limit.

    Entry d holds diagonals -d-1 to d+1.
    """
    n, m = len(a), len(b)
    middle = min(n + m, limit) + 1
    reach = [0] * (2 * middle + 1)
    trace = []
    for d in range(middle):
        trace.append(reach[middle - d - 1 : middle + d + 2])
        for k in range(-d, d + 1, 2):
            below, above = reach[middle + k - 1], reach[middle + k + 1]
            i = above if k == -d or (k != d and below < above) else below + 1
            if i < n and i - k < m and a[i] == b[i - k]:
                i += _run(a, b, i, i - k)
            reach[middle + k] = i
            if i >= n and i - k >= m:
                return trace
    return None


def _run(a: Sequence[T], b: Sequence[T], i: int, j: int) -> int:
    """Return how many lines are equal from ``i`` and ``j`` on."""
    start, end = i, min(len(a), len(b) - j + i)
    while i < end and a[i : i + _STRIDE] == b[j : j + _STRIDE]:
        i += _STRIDE
        j += _STRIDE
    while i < end and a[i] == b[j]:
        i += 1
        j += 1
    return min(i, end) - start


def _walk_back(trace: list[list[int]], i: int, j: int) -> list[tuple[int, int, int]]:
    """Return the equal runs on the way that the trace found, last first."""
    runs = []
    for d in range(len(trace) - 1, -1, -1):
        reach, k = trace[d], i - j
        at = k + d + 1
        down = k == -d or (k != d and reach[at - 1] < reach[at + 1])
        start = reach[at + 1] if down else reach[at - 1] + 1
        if i > start:
            runs.append((start, start - k, i - start))
        i, j = (start, start - k - 1) if down else (start - 1, start - k)
    return runs[::-1]


def _blocks(runs: list[tuple[int, int, int]]) -> list[MatchingBlock]:
    """Return runs as blocks, those that touch joined, empty ones left out."""
    blocks: list[MatchingBlock] = []
    for a, b, length in runs:
        if not length:
            continue
        last = blocks[-1] if blocks else None
        if last and last.a + last.length == a and last.b + last.length == b:
            blocks[-1] = MatchingBlock(last.a, last.b, last.length + length)
        else:
            blocks.append(MatchingBlock(a, b, length))
    return blocks


def anchored_blocks(a: list[int], b: list[int]) -> list[tuple[int, int, int]]:
    """Return runs (start in a, start in b, length) that are equal, in order, none overlapping."""
    runs: list[tuple[int, int, int]] = []
    low_a = low_b = 0
    for i, j in [*_rising(_common(a, b)), (len(a), len(b))]:
        if i < low_a or j < low_b:
            continue
        start, other = i, j
        while start > low_a and other > low_b and a[start - 1] == b[other - 1]:
            start -= 1
            other -= 1
        end, far = i, j
        while end < len(a) and far < len(b) and a[end] == b[far]:
            end += 1
            far += 1
        if end > start:
            runs.append((start, other, end - start))
        low_a, low_b = end, far
    return runs


def _common(a: list[int], b: list[int]) -> list[tuple[int, int]]:
    """Return places of lines that stand once in each, in the order of a; a shared start first."""
    once_a, once_b = Counter(a), Counter(b)
    places = {line: j for j, line in enumerate(b) if once_b[line] == 1}
    pairs = [(i, places[line]) for i, line in enumerate(a) if once_a[line] == 1 and line in places]
    return [(0, 0), *pairs] if a[0] == b[0] else pairs


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest selection of pairs that rises in the second member too."""
    tops: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for index, (_, j) in enumerate(pairs):
        at = bisect_left(tops, j)
        before.append(ends[at - 1] if at else -1)
        tops[at : at + 1] = [j]
        ends[at : at + 1] = [index]
    chain, index = [], ends[-1] if ends else -1
    while index >= 0:
        chain.append(pairs[index])
        index = before[index]
    return chain[::-1]
