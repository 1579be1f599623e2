"""Blame is what XWiki's annotation gives, for every version, and small to keep."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.history import Blame, blame_of, by_feeds, matching_blocks, origins, split_lines

TEXTS = st.lists(st.lists(st.sampled_from("abcd"), max_size=8).map("\n".join), min_size=1)


def annotated_backwards(texts: list[str]) -> list[int]:
    """XWiki's own way, line by line: newest to oldest, until each line has its version."""
    lines = split_lines(texts[-1])
    found = [-1] * len(lines)
    here = list(range(len(lines)))
    for number in range(len(texts) - 1, 0, -1):
        newer, older = split_lines(texts[number]), split_lines(texts[number - 1])
        kept = [-1] * len(older)
        for a, b, length in matching_blocks(newer, older):
            kept[b : b + length] = here[a : a + length]
        for line in set(here) - set(kept) - {-1}:
            found[line] = number
        here = kept
    return [max(number, 0) for number in found]


@given(TEXTS)
def test_forward_blame_equals_the_walk_backwards(texts: list[str]) -> None:
    """Going forward once gives what XWiki's walk from newer to older versions gives."""
    blame = blame_of(texts)
    for index in range(len(texts)):
        assert blame.at(index) == annotated_backwards(texts[: index + 1])


@given(TEXTS)
def test_packed_blame_goes_on_where_it_stopped(texts: list[str]) -> None:
    """A blame that was packed and opened takes further versions as if it had never stopped."""
    half = len(texts) // 2
    blame = Blame(blame_of(texts[:half]).pack())
    older = split_lines(texts[half - 1]) if half else []
    for text in texts[half:]:
        blame.add(older, split_lines(text))
        older = split_lines(text)
    assert blame.pack() == blame_of(texts).pack()


def test_a_line_taken_out_and_put_back_belongs_to_who_put_it_back() -> None:
    """A line that comes back is new: it belongs to the version that brought it back."""
    assert origins(["a\nb", "a", "a\nb"]) == [0, 2]


def test_an_emptied_page_loses_its_past() -> None:
    """After a version without text no line is older than the next."""
    assert origins(["a\nb", "", "a\nb"]) == [2, 2]


def test_line_ends_do_not_count_as_change() -> None:
    """A line whose end changes from LF to CR LF keeps its version."""
    assert origins(["a\nb\nc", "a\r\nb\rc"]) == [0, 0, 0]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("a", ["a"]),
        ("a\n", ["a", ""]),
        ("a\r\nb\rc\nd", ["a", "b", "c", "d"]),
        ("a\x85b\u2028c\x0bd", ["a\x85b\u2028c\x0bd"]),
    ],
)
def test_lines_are_cut_where_the_wiki_cuts_them(text: str, lines: list[str]) -> None:
    """LF, CR LF and a lone CR end a line; other separators of Unicode do not."""
    assert split_lines(text) == lines


@given(st.text("a\r\n"))
def test_numbers_by_feeds_cover_the_text(text: str) -> None:
    """There is one number for each part between line feeds, the largest where CRs cut it."""
    numbers = list(range(len(split_lines(text))))
    parts = by_feeds(text, numbers)
    assert len(parts) == len(text.split("\n"))
    assert parts == sorted(parts)
    assert parts[-1] == max(numbers, default=0)


def test_a_thousand_versions_take_ten_bytes_each() -> None:
    """A long history's blame packs into about ten bytes a version."""
    lines = [f"line {n}" for n in range(2000)]
    texts = []
    for n in range(1000):
        lines[n * 37 % 2000] = f"changed in {n}"
        texts.append("\n".join(lines))
    assert len(blame_of(texts).pack()) < 10_000
