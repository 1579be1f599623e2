"""Line diff in nearly linear time, for texts too different for the exact one.

Patience diff after B. Cohen: lines that stand once in each text, taken in an order that is rising
in both, are anchors; equal lines around an anchor belong to it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter


def anchored_blocks(a: list[int], b: list[int]) -> list[tuple[int, int, int]]:
    """Runs (start in a, start in b, length) that are equal, in order, none overlapping."""
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
    """Places of the lines that stand once in each, by their place in a; the shared start first."""
    once_a, once_b = Counter(a), Counter(b)
    places = {line: j for j, line in enumerate(b) if once_b[line] == 1}
    pairs = [(i, places[line]) for i, line in enumerate(a) if once_a[line] == 1 and line in places]
    return [(0, 0), *pairs] if a[0] == b[0] else pairs


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest selection of pairs that rises in the second member too."""
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
