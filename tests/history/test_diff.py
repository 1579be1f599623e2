"""The line diff is Myers' greedy one, tie for tie, and never wrong beyond its limit."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.history import diff
from kb.history.diff import anchored_blocks, matching_blocks

LINES = st.lists(st.sampled_from("abcde"), max_size=14)


def longest_common(a: list[str], b: list[str]) -> int:
    row = [0] * (len(b) + 1)
    for x in a:
        above = row
        row = [0]
        for j, y in enumerate(b):
            row.append(above[j] + 1 if x == y else max(above[j + 1], row[j]))
    return row[-1]


def check(a: Sequence[str], b: Sequence[str], blocks: Iterable[tuple[int, int, int]]) -> None:
    end_a = end_b = 0
    for i, j, length in blocks:
        assert length > 0
        assert i >= end_a
        assert j >= end_b
        assert a[i : i + length] == b[j : j + length]
        end_a, end_b = i + length, j + length


@given(LINES, LINES)
def test_blocks_are_equal_ordered_and_as_many_as_possible(a: list[str], b: list[str]) -> None:
    """Blocks hold equal lines, in order, and no fewer than the longest common subsequence."""
    blocks = matching_blocks(a, b)
    check(a, b, blocks)
    assert sum(block.length for block in blocks) == longest_common(a, b)


@given(LINES.filter(bool), LINES.filter(bool))
def test_anchored_blocks_are_equal_and_ordered(a: list[str], b: list[str]) -> None:
    """The faster diff's blocks hold equal lines, in order, without overlap."""
    check(a, b, anchored_blocks(list(map(ord, a)), list(map(ord, b))))


@pytest.mark.parametrize(
    ("newer", "older", "blocks"),
    [
        ("", "", []),
        ("ab", "", []),
        ("abc", "abc", [(0, 0, 3)]),
        ("xaya", "xa", [(0, 0, 2)]),
        ("aa", "a", [(0, 0, 1)]),
        ("ab", "ba", [(1, 0, 1)]),
    ],
)
def test_ties_fall_as_in_the_published_algorithm(
    newer: str, older: str, blocks: list[tuple[int, int, int]]
) -> None:
    """Worked by hand: down first on the lowest diagonal, right where both reach as far."""
    found = matching_blocks(newer, older)
    check(newer, older, found)
    assert found == blocks


def published(a: Sequence[str], b: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """The algorithm as its paper has it, each path kept whole, no line skipped quickly."""
    paths: dict[int, tuple[int, tuple[tuple[int, int], ...]]] = {1: (0, ())}
    for d in range(len(a) + len(b) + 1):
        for k in range(-d, d + 1, 2):
            down = k == -d or (k != d and paths[k - 1][0] < paths[k + 1][0])
            i, pairs = paths[k + 1] if down else paths[k - 1]
            i += not down
            while i < len(a) and i - k < len(b) and a[i] == b[i - k]:
                pairs = (*pairs, (i, i - k))
                i += 1
            paths[k] = (i, pairs)
            if i >= len(a) and i - k >= len(b):
                return pairs
    raise AssertionError


@given(LINES, LINES)
def test_the_lines_chosen_are_those_of_the_published_algorithm(a: list[str], b: list[str]) -> None:
    """At ties the lines are those that the published algorithm takes."""
    pairs = [(i + n, j + n) for i, j, length in matching_blocks(a, b) for n in range(length)]
    assert tuple(pairs) == published(a, b)


def test_long_common_runs_need_no_step_a_line() -> None:
    """A change amid a long text costs far less than a step a line."""
    a = [str(n) for n in range(200_000)]
    started = process_time()
    assert matching_blocks(a, [*a[:100_000], "new", *a[100_000:]])[1] == (100_000, 100_001, 100_000)
    assert process_time() - started < 2


@pytest.mark.parametrize("size", [3_000, 30_000])
def test_texts_with_nothing_but_ties_take_linear_time(size: int) -> None:
    """Texts in which every line repeats are compared in about linear time."""
    pick = random.Random(5)
    a = [pick.choice("ab") + str(n % 7) for n in range(size)]
    b = [pick.choice("ab") + str(n % 5) for n in range(size)]
    started = process_time()
    check(a, b, matching_blocks(a, b))
    assert process_time() - started < 5


def test_beyond_the_limit_the_unique_lines_still_match(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts too different for the exact diff still match where a line stands once in each."""
    monkeypatch.setattr(diff, "EXACT_EDITS", 10)
    a = [f"old {n}" for n in range(50)] + ["stays"] + [f"old {n}" for n in range(50, 90)]
    b = [f"new {n}" for n in range(70)] + ["stays"] + [f"new {n}" for n in range(70, 95)]
    assert matching_blocks(a, b) == [(50, 70, 1)]
