"""Parts of pages by themselves: previews, durations, ages of lines, the tree of spaces."""

from __future__ import annotations

import msgspec
import pytest

from kb.archive import LineView
from kb.cases.record import Event
from kb.publish.pages.attached_files import is_picture, is_text, preview_of
from kb.publish.pages.front_pages import band_of
from kb.publish.pages.listing_pages import space_tree
from kb.publish.pages.source_page import blame_rows
from kb.publish.site_catalogue import ListedPage, days_to_resolve
from tests.site.samples import others, small


@pytest.mark.parametrize(
    ("data", "text", "cut"),
    [
        (b"one\ntwo\n", "one\ntwo", False),
        ("中文日志".encode("gb18030"), "中文日志", False),
        ("\ufeff启动".encode("utf-16"), "启动", False),
        (b"a\n" * 100, "\n".join("a" * 40), True),
        ("汉".encode() * 2000, "汉" * 1333, True),
        (b"\x1b[31mred", "\ufffd[31mred", False),
    ],
)
def test_the_beginning_of_a_text_is_shown(data: bytes, text: str, cut: bool) -> None:
    """A text file's preview is its beginning, decoded, without control characters."""
    shown = preview_of(data)
    assert shown is not None
    assert (shown.text.lstrip("\ufeff"), shown.cut) == (text.lstrip("\ufeff"), cut)


def test_what_is_no_text_has_no_preview() -> None:
    """Bytes that are no text have no preview; names tell texts and pictures."""
    assert preview_of(b"\x00\x01\x02") is None
    assert preview_of(b"") is None
    assert is_text("a.LOG")
    assert not is_text("a.exe")
    assert is_picture("a.PNG")
    assert not is_picture("a.svg")


def test_days_are_counted_to_the_last_mark() -> None:
    """Days go from the case's date, or its creation, to the last mark that it is resolved."""
    solved = others()[0]
    assert days_to_resolve(solved) == 2
    again = (*solved.timeline, msgspec.structs.replace(solved.timeline[0], date="2020-04-17T09:00"))
    assert days_to_resolve(msgspec.structs.replace(solved, timeline=again)) == 10
    early = (msgspec.structs.replace(solved.timeline[0], date="2020-01-01"),)
    assert days_to_resolve(msgspec.structs.replace(solved, timeline=early)) is None
    assert days_to_resolve(msgspec.structs.replace(solved, status="unset")) is None
    assert days_to_resolve(msgspec.structs.replace(solved, date="2020-13-40")) is None
    undated = small("x", "x", status="resolved", timeline=(
        Event(version="1.1", change="created", date="2020-04-01"),
        Event(version="1.2", change="status", new="resolved", date="2020-04-02"),
    ))  # fmt: skip
    assert days_to_resolve(undated) == 1


@pytest.mark.parametrize(("days", "band"), [(0, 0), (1, 0), (2, 1), (7, 2), (30, 3), (91, 5)])
def test_bands_meet(days: int, band: int) -> None:
    """Every number of days belongs to the band that begins and ends around it."""
    assert band_of(days) == band


def test_newer_lines_are_darker_by_day_or_by_version() -> None:
    """Shades of lines follow their days, or their versions as numbers; texts are escaped."""
    dated = [LineView(n, "x", f"1.{n}", "a", f"2020-04-{n:02}") for n in (5, 1, 3, 2, 4)]
    assert [row.partition('class="ve a')[2][0] for row in blame_rows(dated).split("\n")] == [
        "4", "0", "2", "1", "3",
    ]  # fmt: skip
    bare = [LineView(n, "x", version, "a", None) for n, version in enumerate(("10.2", "9.11"), 1)]
    assert [row.partition('class="ve a')[2][0] for row in blame_rows(bare).split("\n")] == [
        "2",
        "0",
    ]
    assert "<b>" not in blame_rows([LineView(1, "<b>\nx", None, None, None)])


def test_deep_spaces_stand_beside_each_other() -> None:
    """Pages stand in the tree of their spaces, which is at most eight deep."""
    deep = ".".join(["S"] * 500) + ".P"
    rows = [row("A.B.P"), row("A.Q"), row(deep)]
    root = space_tree(rows)
    assert root.size == 3
    wiki = root.spaces["w"]
    assert wiki.spaces["A"].size == 2
    assert [r.reference for r in wiki.spaces["A"].pages] == ["A.Q"]
    depth, space = 0, wiki.spaces["S"]
    while space.spaces:
        depth, space = depth + 1, next(iter(space.spaces.values()))
    assert depth < 8


def row(reference: str) -> ListedPage:
    return ListedPage(url="x", title="x", wiki="w", reference=reference, locale="", cases=0)
