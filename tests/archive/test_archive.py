"""What the archive takes in it gives back: pages, versions, files, comments, objects, problems."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.archive import Archive, PageView
from kb.archive.ingest import IngestReport
from kb.errors import InputError, Problem
from kb.model import (
    AttachmentRevision,
    Comment,
    FetchState,
    Gone,
    Item,
    LineOrigin,
    PageId,
    PageSeen,
    Revision,
    RevisionSeen,
    Snapshot,
    WikiObject,
)

PAGE = PageId("xwiki", "Dev.Cases.WebHome")


def take(archive: Archive, *items: Item, location: str = "a.xar") -> IngestReport:
    return archive.ingest(archive.source(location, "test"), items)


def held(archive: Archive) -> PageView:
    page = archive.page(PAGE)
    assert page is not None
    return page


def history(*texts: str, page: PageId = PAGE) -> Iterator[Item]:
    yield PageSeen(id=page, history="complete", title="Cases")
    for n, text in enumerate(texts, 1):
        yield Revision(
            version=f"{n}.1", content=text, author=f"XWiki.u{n}", date=f"2020-01-0{n}T00:00:00Z"
        )


def test_every_version_comes_back_byte_for_byte(archive: Archive) -> None:
    """Line ends, empty texts, odd separators and long lines are kept as they came."""
    texts = ["a\r\nb", "", "a\nb\n\x85 \u2028退款\n", "x" * 100_000]
    take(archive, *history(*texts))
    (page,) = archive.pages()
    assert [archive.content(page.key, r.version) for r in archive.revisions(page.key)] == texts
    assert page.source == texts[-1]
    assert page.version == "4.1"


def test_versions_are_in_the_order_of_their_numbers(archive: Archive) -> None:
    """1.9 comes before 1.10, and 2.1 before 10.1, whatever order they came in."""
    items: list[Item] = [PageSeen(id=PAGE, history="complete")]
    items += [Revision(version=v, content=v) for v in ("1.10", "10.1", "1.9", "2.1")]
    take(archive, *items)
    key = held(archive).key
    assert [r.version for r in archive.revisions(key)] == ["1.9", "1.10", "2.1", "10.1"]


def test_lines_of_a_whole_history_have_their_origins(archive: Archive) -> None:
    """Each line has the version and author that wrote it last, in any version of the page."""
    take(archive, *history("a\nb", "a\nc\nb", "a\nc\nd"))
    (page,) = archive.pages()
    assert [(line.text, line.version, line.author) for line in page.lines] == [
        ("a", "1.1", "XWiki.u1"),
        ("c", "2.1", "XWiki.u2"),
        ("d", "3.1", "XWiki.u3"),
    ]
    assert [line.version for line in archive.blame(page.key, "2.1")] == ["1.1", "2.1", "1.1"]
    assert archive.blame(page.key, "9.9") == ()


def test_an_empty_page_has_one_empty_line(archive: Archive) -> None:
    """A page whose text was taken out is one empty line of the version that did it."""
    take(archive, *history("a", ""))
    (page,) = archive.pages()
    assert [(line.text, line.version) for line in page.lines] == [("", "2.1")]


def test_a_text_without_its_past_names_nobody(archive: Archive) -> None:
    """Lines of a page known by one version have neither version nor author."""
    take(archive, PageSeen(id=PAGE, history="latest"), Revision(version="7.1", content="a\nb"))
    (page,) = archive.pages()
    assert [(line.text, line.version, line.author) for line in page.lines] == [
        ("a", None, None),
        ("b", None, None),
    ]


def test_a_snapshot_keeps_what_its_lines_say(archive: Archive) -> None:
    """Lines of a blame view keep version, author, date, and whether the view left them out."""
    origins = (LineOrigin("1.2", "阮"), LineOrigin(None), LineOrigin("3.1", "令狐", "2020-04"))
    snapshot = Snapshot(lines=("a", "", "c"), origins=origins, missing=frozenset({2}))
    take(archive, PageSeen(id=PAGE, history="lines"), snapshot)
    (page,) = archive.pages()
    assert [(x.version, x.author, x.date, x.missing) for x in page.lines] == [
        ("1.2", "阮", None, False),
        (None, None, None, True),
        ("3.1", "令狐", "2020-04", False),
    ]
    assert [(r.version, r.held) for r in archive.revisions(page.key)] == [
        ("1.2", False),
        ("3.1", False),
    ]


def test_files_comments_objects_and_tags_come_back(archive: Archive) -> None:
    """What is attached to a page is given back equal, and bytes by their digest."""
    sha256 = archive.blobs.put([b"12", b"3"])
    file = AttachmentRevision(name="x.png", version="1.1", sha256=sha256, size=3)
    lost = AttachmentRevision(name="y.png", version="1.1", sha256=None, size=9)
    comment = Comment(number=4, text="ok", author="XWiki.a", reply_to=1, resolved=False)
    one = WikiObject(class_name="A.B", number=0, properties={"n": 1, "l": ["x"], "e": None})
    seen = PageSeen(id=PAGE, history="latest", tags=("售后", "A"))
    take(archive, seen, file, lost, comment, one)
    (page,) = archive.pages()
    assert [(a.name, a.sha256) for a in page.attachments] == [("x.png", sha256), ("y.png", None)]
    assert archive.blobs.open(sha256) == b"123"
    assert page.comments == (comment,)
    assert page.objects == (one,)
    assert page.tags == ("售后", "A")


def test_pages_are_ordered_by_wiki_reference_locale_and_found_by_key(archive: Archive) -> None:
    """The archive's order is stable; ranges of keys and unknown keys behave."""
    ids = [PageId("b", "A"), PageId("a", "Z"), PageId("a", "B", "fr"), PageId("a", "B")]
    for page in ids:
        take(archive, *history("x", page=page))
    assert [page.id for page in archive.pages()] == sorted(ids)
    keys = sorted(page.key for page in archive.pages())
    ranged = list(archive.pages(first=keys[1], last=keys[2]))
    assert sorted(page.key for page in ranged) == keys[1:3]
    with pytest.raises(KeyError):
        archive.view(10_000)


def test_importing_twice_changes_nothing(archive: Archive) -> None:
    """The second import of the same source changes no page's digest."""
    first = take(archive, *history("a", "b"))
    digests = list(archive.digests())
    second = take(archive, *history("a", "b"))
    assert (first.changed, second.changed) == (1, 0)
    assert list(archive.digests()) == digests


def test_any_change_shows_in_the_digest(archive: Archive) -> None:
    """A comment alone changes its page's digest."""
    take(archive, *history("a", "b"))
    before = held(archive).digest
    take(archive, PageSeen(id=PAGE, history="complete"), Comment(number=0, text="hello"))
    assert held(archive).digest != before


def test_a_gone_page_stays_and_says_so(archive: Archive) -> None:
    """A page that the wiki lost keeps its text, marked; it is unmarked when it comes back."""
    take(archive, *history("a"))
    take(archive, Gone(id=PAGE, noticed="2026-01-01T00:00:00Z", renamed_to="Dev.New"))
    page = held(archive)
    assert (page.gone, page.renamed_to) == ("2026-01-01T00:00:00Z", "Dev.New")
    assert page.source == "a"
    take(archive, *history("a"))
    assert held(archive).gone is None


def test_a_gone_page_has_one_digest_however_it_was_told(tmp_path: Path) -> None:
    """A page that goes after a new page, in one run or in two, is the same page."""
    other = PageId("xwiki", "A.New")
    first = [*history("one"), Comment(number=1, text="kept")]
    last = [*history("new", page=other), Gone(id=PAGE, noticed="2026-01-01T00:00:00Z")]
    digests = []
    for runs in ([last], [last[:-1], last[-1:]]):
        with Archive(tmp_path / f"{len(runs)}.db", create=True) as archive:
            for items in (first, *runs):
                take(archive, *items)
            digests.append([digest for _, _, digest in archive.digests()])
    assert digests[0] == digests[1]


def test_an_error_keeps_whole_pages_and_drops_the_begun_one(archive: Archive) -> None:
    """An import that breaks off leaves no page half written."""

    def items() -> Iterator[Item]:
        yield from history("a")
        yield from history("b", page=PageId("xwiki", "Other"))
        raise InputError("cut off")

    with pytest.raises(InputError):
        archive.ingest(archive.source("x", "test"), items())
    assert all(page.source for page in archive.pages())


def test_what_a_source_remembers_is_told_back(archive: Archive) -> None:
    """Each source's fetch state and held versions are its own."""
    source = archive.source("http://wiki", "rest")
    assert source.fetch_state("since") is None
    items = [*history("a"), FetchState(key="since", value="7")]
    archive.ingest(source, items)
    assert source.fetch_state("since") == "7"
    assert source.versions(PAGE) == {"1.1"}
    assert archive.source("other", "rest").fetch_state("since") is None


def test_problems_are_kept_once_and_leave_with_their_cause(archive: Archive) -> None:
    """A problem met twice is held once, and goes when an import no longer meets it."""
    problem = Problem(where="a.xar!/A.xml", code="bad-xml", detail="no end")
    take(archive, *history("a"), problem, problem)
    assert list(archive.problems()) == [problem]
    take(archive, *history("a"))
    assert list(archive.problems()) == []


def test_a_version_only_seen_is_completed_later(archive: Archive) -> None:
    """A row of a history list gains its text later and keeps its comment."""
    seen = RevisionSeen(version="1.1", author="XWiki.a", author_name="阮", comment="c")
    take(archive, PageSeen(id=PAGE, history="latest"), seen)
    take(archive, PageSeen(id=PAGE, history="complete"), Revision(version="1.1", content="t"))
    (revision,) = archive.revisions(held(archive).key)
    assert (revision.author, revision.comment, revision.held) == ("XWiki.a", "c", True)
    assert archive.author_names("xwiki") == {"XWiki.a": "阮"}


def test_foreign_and_newer_files_are_refused(tmp_path: Path) -> None:
    """Missing, foreign and newer files are InputErrors that say which they are."""
    with pytest.raises(InputError, match="no archive here"):
        Archive(tmp_path / "none.db")
    (tmp_path / "text.db").write_text("hello " * 1000)
    with pytest.raises(InputError, match="not a database"):
        Archive(tmp_path / "text.db")
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE t (x)")
    other.close()
    with pytest.raises(InputError, match="another program"):
        Archive(tmp_path / "other.db")
    Archive(tmp_path / "new.db", create=True).close()
    newer = sqlite3.connect(tmp_path / "new.db")
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(InputError, match="newer"):
        Archive(tmp_path / "new.db")
