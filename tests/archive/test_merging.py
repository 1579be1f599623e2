"""A page that is known from several sources stays one page, and nothing known is lost."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from kb.archive import Archive, PageView
from kb.archive.ingest import IngestReport
from kb.model import (
    AttachmentRevision,
    Comment,
    History,
    Item,
    LineOrigin,
    PageId,
    PageSeen,
    Revision,
    RevisionSeen,
    Snapshot,
    WikiObject,
)
from kb.times import later, same_moment

PAGE = PageId("xwiki", "Dev.Cases.WebHome")


def take(archive: Archive, location: str, *items: Item) -> IngestReport:
    return archive.ingest(archive.source(location, "test"), items)


def dump(*lines: tuple[str | None, str | None, str], version: str | None = None) -> Iterator[Item]:
    origins = tuple(LineOrigin(v, author) for v, author, _ in lines)
    texts = tuple(text for _, _, text in lines)
    yield PageSeen(id=PAGE, history="lines", version=version, raw=b"the dump")
    yield Snapshot(lines=texts, origins=origins)


def xar(
    *texts: str, history: History = "complete", version: str | None = None, first: int = 1
) -> Iterator[Item]:
    newest = version or f"{len(texts) + first - 1}.1"
    yield PageSeen(id=PAGE, history=history, version=newest, title="From the XAR", raw=b"<xml/>")
    for n, text in enumerate(texts, first):
        yield Revision(
            version=f"{n}.1", content=text, author=f"XWiki.u{n}", date=f"2020-01-0{n}T00:00:00Z"
        )


def state(archive: Archive) -> tuple[PageView, list[tuple[str, str | None, bool]]]:
    (page,) = archive.pages()
    return page, [(r.version, r.author, r.held) for r in archive.revisions(page.key)]


def test_a_history_completes_what_a_dump_told(archive: Archive) -> None:
    """A XAR after a blame dump makes the page complete, and both keep their raw bytes."""
    take(archive, "dump", *dump(("1.1", "阮", "a"), ("2.1", None, "b")))
    page, _ = state(archive)
    assert (page.history, page.version) == ("lines", None)
    take(archive, "x.xar", *xar("a", "a\nb"))
    page, revisions = state(archive)
    assert (page.history, page.version, page.title) == ("complete", "2.1", "From the XAR")
    assert revisions == [("1.1", "XWiki.u1", True), ("2.1", "XWiki.u2", True)]
    assert [line.author for line in page.lines] == ["XWiki.u1", "XWiki.u2"]
    assert list(archive.problems()) == []
    assert dict(archive.page_raws(page.key)) == {"dump": b"the dump", "x.xar": b"<xml/>"}


def test_a_dump_after_the_history_teaches_how_a_user_is_displayed(archive: Archive) -> None:
    """References stay, and the dump's names become their displayed names."""
    take(archive, "x.xar", *xar("a", "a\nb"))
    take(archive, "dump", *dump(("1.1", "阮", "a"), ("2.1", "令狐", "b")))
    page, revisions = state(archive)
    assert page.history == "complete"
    assert [author for _, author, _ in revisions] == ["XWiki.u1", "XWiki.u2"]
    assert archive.author_names("xwiki") == {"XWiki.u1": "阮", "XWiki.u2": "令狐"}


def test_a_dump_of_a_later_version_is_the_present_text(archive: Archive) -> None:
    """A blame view newer than the history is what the page says now."""
    take(archive, "x.xar", *xar("a"))
    take(archive, "dump", *dump(("1.1", "阮", "a"), ("5.1", "令狐", "new")))
    page, _ = state(archive)
    assert (page.history, page.version, page.source) == ("lines", "1.1", "a\nnew")
    assert [(line.version, line.author) for line in page.lines] == [
        ("1.1", "XWiki.u1"),
        ("5.1", "令狐"),
    ]


def test_an_older_dump_does_not_put_back_the_clock(archive: Archive) -> None:
    """A blame view older than the history leaves the present text alone."""
    take(archive, "new", *dump(("1.1", "阮", "a"), ("5.1", "令狐", "new")))
    take(archive, "old", *dump(("1.1", "阮", "a"), ("2.1", "令狐", "old")))
    page, _ = state(archive)
    assert page.source == "a\nnew"


def test_a_text_seen_in_both_ways_keeps_the_origins_of_its_lines(archive: Archive) -> None:
    """The latest text without history takes line origins from a blame view of the same text."""
    take(archive, "dump", *dump(("1.1", "阮", "a"), ("3.1", "令狐", "b"), version="3.1"))
    take(archive, "x.xar", *xar("a\nb", history="latest", first=3))
    page, _ = state(archive)
    assert (page.history, page.version) == ("lines", "3.1")
    assert [(line.version, line.author) for line in page.lines] == [
        ("1.1", "阮"),
        ("3.1", "XWiki.u3"),
    ]


def test_lines_that_contradict_the_text_of_their_version_are_a_problem(archive: Archive) -> None:
    """The whole text counts, and a lines-conflict says where they differ."""
    take(archive, "x.xar", *xar("a", "a\nb"))
    take(archive, "dump", *dump(("1.1", "阮", "a"), ("2.1", "令狐", "B"), version="2.1"))
    (problem,) = archive.problems()
    assert problem.code == "lines-conflict"
    assert "the first is 2" in problem.detail
    assert state(archive)[0].source == "a\nb"


@pytest.mark.parametrize("order", list(itertools.permutations(range(2))))
def test_of_two_texts_of_a_version_the_later_saved_counts_and_the_other_is_kept(
    archive: Archive, order: tuple[int, ...]
) -> None:
    """In either order; the other text is a blob that the problem names."""
    seen = PageSeen(id=PAGE, history="complete", version="1.1")
    old = Revision(version="1.1", content="before", date="2019-01-01T00:00:00Z")
    new = Revision(version="1.1", content="after", date="2021-01-01T00:00:00Z")
    pair = [old, new]
    for n in order:
        take(archive, f"source {n}", seen, pair[n])
    assert state(archive)[0].source == "after"
    problems = [p for p in archive.problems() if p.code == "version-conflict"]
    assert [archive.blobs.open(p.sha256 or "") for p in problems] == [b"before"]
    again = take(archive, f"source {order[1]}", seen, pair[order[1]])
    assert again.changed == 0


def test_contradicting_authors_and_dates_are_problems(archive: Archive) -> None:
    """Two sources that both know better are noted, and the later import counts."""
    take(archive, "a", *xar("a"))
    seen = PageSeen(id=PAGE, history="complete", version="1.1")
    other = RevisionSeen(version="1.1", author="XWiki.other", date="2024-05-05T00:00:00Z")
    take(archive, "b", seen, other)
    assert sorted(p.code for p in archive.problems()) == ["author-conflict", "date-conflict"]
    assert state(archive)[1] == [("1.1", "XWiki.u1", True)]


def test_a_gap_after_a_whole_history_ends_its_being_whole(archive: Archive) -> None:
    """Until the missing versions come, the page is `latest` and names nobody."""
    take(archive, "a", *xar("a", "a\nb"))
    take(archive, "b", *xar("a\nb\nc", history="latest", first=3))
    assert state(archive)[0].history == "complete"
    take(archive, "c", *xar("z", history="latest", first=9))
    page, _ = state(archive)
    assert (page.history, page.version) == ("latest", "9.1")
    assert [line.author for line in page.lines] == [None]
    take(archive, "d", *xar("a", "a\nb", "a\nb\nc", "d", "e", "f", "g", "h", "z"))
    page, _ = state(archive)
    assert page.history == "complete"
    assert [line.version for line in page.lines] == ["9.1"]


def test_versions_that_come_late_and_in_between_correct_the_blame(archive: Archive) -> None:
    """A version inserted between others changes who wrote a line."""
    take(archive, "a", PageSeen(id=PAGE, history="complete"), *list(xar("a", "x", "a"))[1::2])
    assert [line.version for line in state(archive)[0].lines] == ["1.1"]
    take(archive, "b", PageSeen(id=PAGE, history="complete"), *list(xar("a", "x", "a"))[1:])
    assert [line.version for line in state(archive)[0].lines] == ["3.1"]


def test_an_older_state_adds_but_does_not_replace(archive: Archive) -> None:
    """Earlier facts fill gaps, and what a later state should have named comes as gone."""
    newest = WikiObject(class_name="C", number=0, properties={"p": "new"})
    new: list[Item] = [
        PageSeen(id=PAGE, history="latest", version="5.1", title="new", tags=("n",), whole=True),
        Revision(version="5.1", content="new"),
        newest,
    ]
    old: list[Item] = [
        PageSeen(id=PAGE, history="latest", version="2.1", title="old", tags=("o",), whole=True),
        Revision(version="2.1", content="old"),
        WikiObject(class_name="C", number=0, properties={"p": "old"}),
        WikiObject(class_name="C", number=1, properties={}),
        Comment(number=1, text="deleted since"),
        AttachmentRevision(name="x", version="1.1", sha256=None),
    ]
    take(archive, "new", *new)
    take(archive, "old", *old)
    page, revisions = state(archive)
    assert (page.title, page.tags, page.source) == ("new", ("n",), "new")
    assert page.objects == (newest,)
    assert page.comments == ()
    assert [(file.name, file.gone) for file in page.attachments] == [("x", True)]
    assert [version for version, _, _ in revisions] == ["2.1", "5.1"]


def test_what_a_later_state_no_longer_names_is_gone_and_may_come_back(archive: Archive) -> None:
    """Objects and comments are marked by a whole state, and unmarked by the next."""
    seen = PageSeen(id=PAGE, history="latest", version="1.1", whole=True)
    one = WikiObject(class_name="C", number=0, properties={})
    note = Comment(number=0, text="c")
    take(archive, "a", seen, one, note)
    take(archive, "a", seen, note)
    page, _ = state(archive)
    assert (page.objects, page.comments) == ((), (note,))
    take(archive, "a", seen, one, note)
    assert state(archive)[0].objects == (one,)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2020-04-10", "2020-04-10T09:30:12Z", True),
        ("2020-04-10", "2020-04-11T03:30:12Z", True),
        ("2020-04", "2020-04-30T23:30:12Z", True),
        ("2020", "2020-12-30", True),
        ("2020-04-10T09:30", "2020-04-10T17:30:12+08:00", True),
        ("2020-04-10T09:30:12Z", "2020-04-10T09:30:12.500Z", True),
        ("2020-04-10T09:30:12Z", "2020-04-10T09:35:12Z", False),
        ("2020-04-10", "2020-05-10T09:30:12Z", False),
        ("someday", "2020", True),
    ],
)
def test_moments_agree_as_far_as_they_are_precise(one: str, other: str, same: bool) -> None:
    """Days, months, zones and seconds are compared no finer than both sides are."""
    assert same_moment(one, other) is same
    assert same_moment(other, one) is same


def test_later_is_said_only_when_it_is_sure() -> None:
    """A day is not later than a moment within it, and nothing is later than the unknown."""
    assert later("2021-01-01", "2020-01-01T00:00:00Z")
    assert not later("2020-01-01", "2020-01-01T10:00:00Z")
    assert not later(None, "2020-01-01")
