"""Comparisons hold every change, and both texts can be read from them."""

from __future__ import annotations

import difflib

from hypothesis import given
from hypothesis import strategies as st

from kb.history.unified import changes, hunks

LINES = st.lists(st.sampled_from("abcdef"), max_size=40)


@given(LINES, LINES)
def test_both_texts_are_in_the_changes(old: list[str], new: list[str]) -> None:
    """Lines that stay and are removed make the old text; those that stay and are added the new."""
    found = list(changes(old, new))
    assert [c.text for c in found if c.kind != "added"] == old
    assert [c.text for c in found if c.kind != "removed"] == new
    assert [c.old for c in found if c.old] == list(range(1, len(old) + 1))


@given(LINES, LINES, st.integers(0, 4))
def test_hunks_hold_each_change_once_with_lines_around(
    old: list[str], new: list[str], context: int
) -> None:
    """Each change is in one hunk, with up to the given number of lines around."""
    every = [c for c in changes(old, new) if c.kind != "same"]
    found = list(hunks(old, new, context))
    assert [c for hunk in found for c in hunk.changes if c.kind != "same"] == every
    for hunk in found:
        kinds = [change.kind for change in hunk.changes]
        edge = "".join("." if kind == "same" else "x" for kind in kinds)
        assert len(edge) - len(edge.strip(".")) <= 2 * context
        assert "." * (2 * context + 1) not in edge.strip(".") or not context


def test_heads_are_those_of_diff() -> None:
    """A hunk's head is what `diff -u` prints."""
    old, new = [str(n) for n in range(30)], [str(n) for n in range(30)]
    new[10:12] = ["x"]
    new.append("end")
    heads = [line for line in difflib.unified_diff(old, new, lineterm="") if line[:2] == "@@"]
    assert [hunk.head for hunk in hunks(old, new)] == heads
