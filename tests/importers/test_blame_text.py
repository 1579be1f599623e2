"""Dumps of the code viewer, in every form that was met, back to the page's lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.base import Confidence, Options, Source, importer_for
from importers.blame_text import BlameText
from importers.blame_text.rows import assemble, plain_rows, table_rows
from kb.archive import Archive
from kb.errors import InputError, Problem
from kb.model import PageId, PageSeen, Snapshot
from kb.verify import DigestSink, NothingKnown


def read(
    tmp_path: Path, text: str | bytes, *, timezone: str | None = None
) -> tuple[PageSeen, Snapshot, list[Problem]]:
    file = tmp_path / "dump.txt"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    items = list(
        BlameText().records(
            Source(str(file)), Options(timezone=timezone), NothingKnown(), DigestSink()
        )
    )
    snapshot = next(item for item in items if isinstance(item, Snapshot))
    problems = [item for item in items if isinstance(item, Problem)]
    assert isinstance(items[0], PageSeen)
    return items[0], snapshot, problems


def who(snapshot: Snapshot) -> list[tuple[str | None, str | None, str]]:
    pairs = zip(snapshot.origins, snapshot.lines, strict=True)
    return [(o.version, o.author, text) for o, text in pairs]


def test_table_with_avatars_on_rows_of_their_own(tmp_path: Path) -> None:
    """The form of the page that the project began with: no author, version once a block."""
    dump = (
        "Hide last authors\n![]() |\n1.2 | 1 | {{toc/}} |\n![]() |\n"
        "1.1 | 2 | |\n3 | a|b | ||\n4 | |||\n"
    )
    _, snapshot, problems = read(tmp_path, dump)
    expected = [
        ("1.2", None, "{{toc/}}"),
        ("1.1", None, ""),
        ("1.1", None, "a|b"),
        ("1.1", None, ""),
    ]
    assert who(snapshot) == expected
    assert problems == []


def test_table_with_names_in_its_cells(tmp_path: Path) -> None:
    """An avatar's alternative text is the author's displayed name."""
    dump = (
        "| author | version | line-number | content |\n|---|---|---|---|\n"
        "| ![Ann Other](/a.png) | 1.1 | 1 | {{box}} |\n| | | 2 | x |\n"
        "| ![]() | 2.1 | 3 | \u00a0y |\n| 4 | | a | b | | ||\n"
    )
    _, snapshot, problems = read(tmp_path, dump)
    assert who(snapshot) == [
        ("1.1", "Ann Other", "{{box}}"), ("1.1", "Ann Other", "x"),
        ("2.1", None, "\u00a0y"), ("2.1", None, "| a | b |"),
    ]  # fmt: skip
    assert problems == []


def test_plain_rows_and_header(tmp_path: Path) -> None:
    """Names have spaces, sources begin with digits: the number that is due decides."""
    dump = (
        "Wiki source code of Lists\nLast modified by Ann Other on 2023/10/10 09:30\n"
        "Hide last authors\n"
        "Ann Other 1.1 1 3 apples\n2 2 pears\n3\nB. 2.10 4 1.1 5 trap\n5 5.0 5\n"
    )
    page, snapshot, problems = read(tmp_path, dump, timezone="Asia/Shanghai")
    assert (page.title, page.modified) == ("Lists", "2023-10-10T09:30+08:00")
    assert who(snapshot) == [
        ("1.1", "Ann Other", "3 apples"), ("1.1", "Ann Other", "2 pears"),
        ("1.1", "Ann Other", ""), ("2.10", "B.", "1.1 5 trap"), ("2.10", "B.", "5.0 5"),
    ]  # fmt: skip
    assert problems == []


def test_unknown_revision_is_unknown(tmp_path: Path) -> None:
    """XWiki prints ?.? where it lost a revision: no version then."""
    _, snapshot, _ = read(tmp_path, "Unknown ?.? 1 a\nAnn 1.1 2 b\n")
    assert who(snapshot) == [(None, "Unknown", "a"), ("1.1", "Ann", "b")]


def test_gap_is_a_problem_and_the_rest_goes_on(tmp_path: Path) -> None:
    """Missing lines keep their place, and nobody is named as author of what follows them."""
    _, snapshot, problems = read(tmp_path, "Ann 1.1 1 a\n2 b\n5 e\n6 f\n")
    assert snapshot.lines == ("a", "b", "", "", "e", "f")
    assert snapshot.missing == {3, 4}
    assert [o.version for o in snapshot.origins] == ["1.1", "1.1", None, None, None, None]
    assert [(p.where.rpartition(":")[2], p.code) for p in problems] == [("3", "line-gap")]


def test_dump_that_begins_late(tmp_path: Path) -> None:
    """The first lines are missing: said, and the rest kept."""
    _, snapshot, problems = read(tmp_path, "![]() |\n1.2 | 3 | c |\n4 | d | ||\n5 | e | ||\n")
    assert (snapshot.lines, snapshot.missing) == (("", "", "c", "d", "e"), frozenset({1, 2}))
    assert [p.code for p in problems] == ["line-gap"]


def test_repeated_line_is_kept_once(tmp_path: Path) -> None:
    """A line that stands twice is a Problem naming the dump's line; the first text counts."""
    _, snapshot, problems = read(tmp_path, "Ann 1.1 1 a\n2 b\n2 B\n3 c\n")
    assert snapshot.lines == ("a", "b", "c")
    assert [(p.where.rpartition(":")[2], p.code) for p in problems] == [("3", "line-repeated")]
    assert "another text" in problems[0].detail


def test_cut_dump_says_so(tmp_path: Path) -> None:
    """A table row without its end is the mark of a dump that was cut."""
    _, snapshot, problems = read(tmp_path, "1.1 | 1 | a |\n2 | b | ||\n3 | half of")
    assert snapshot.lines == ("a", "b", "half of")
    assert [p.code for p in problems] == ["row-cut"]


def test_text_between_rows_is_left_out_and_counted(tmp_path: Path) -> None:
    """Menus and footers of the page are no source, and are not passed over in silence."""
    _, snapshot, problems = read(tmp_path, "Ann 1.1 1 a\n2 b\nGet connected\nImprint\n")
    assert snapshot.lines == ("a", "b")
    assert [p.code for p in problems] == ["no-line-number"]
    assert "2 line(s)" in problems[0].detail


@pytest.mark.parametrize(
    ("encode", "codes"),
    [
        (lambda t: b"\xef\xbb\xbf" + t.encode(), []),
        (lambda t: t.replace("\n", "\r\n").encode(), []),
        (lambda t: b"\xff\xfe" + t.encode("utf-16-le"), []),
        (lambda t: t.encode("gb18030"), ["encoding-assumed"]),
        (lambda t: t.encode() + "2 乱码\n".encode("gb18030"), ["bad-encoding"]),
    ],
)
def test_encodings(tmp_path: Path, encode: Callable[[str], bytes], codes: list[str]) -> None:
    """BOM, CRLF, UTF-16, an older Chinese encoding, and two in one file."""
    _, snapshot, problems = read(tmp_path, encode("Ann 1.1 1 扣费\u2028x\n"))
    assert snapshot.lines[0] == "扣费\u2028x"
    assert [p.code for p in problems] == codes


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\0\0", b"just words\nand more\n", b"\n\n"])
def test_other_files_are_refused_by_name(tmp_path: Path, content: bytes) -> None:
    """A file of another kind: an InputError that names it."""
    file = tmp_path / "other.txt"
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"other\.txt"):
        importer_for(Source(str(file)))
    with pytest.raises(InputError, match=r"other\.txt"):
        list(BlameText().records(Source(str(file)), Options(), NothingKnown(), DigestSink()))


def test_shopping_list_is_no_dump(tmp_path: Path) -> None:
    """Numbered lines among others do not make a wiki page of a text."""
    file = tmp_path / "notes.txt"
    file.write_text("Notes\n\n1 milk\n2 bread\nthen home\nand rest\n")
    assert BlameText().recognises(Source(str(file))) is Confidence.NO


LINE = st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=30)
PAGE = st.lists(st.tuples(LINE, st.booleans()), min_size=1, max_size=12)


@given(PAGE)
def test_table_gives_every_line_back(page: list[tuple[str, bool]]) -> None:
    """Law: whatever the source holds, pipes and digits too, each line comes back as it was."""
    dump = []
    for number, (text, new) in enumerate(page, 1):
        cell = f" {text}" if text else ""
        block = f"{number}.1 | {number} |{cell} |" if new or number == 1 else None
        dump.append(block or f"{number} |{cell} {'|||' if not text else '| ||'}")
    found = assemble(dump, table_rows, "dump")
    expected = [
        text if text.strip(" \t\u00a0|") else found.texts[i] for i, (text, _) in enumerate(page)
    ]
    assert found.texts == expected
    assert len(found.texts) == len(page)


@given(PAGE)
def test_plain_gives_every_line_back(page: list[tuple[str, bool]]) -> None:
    """Law: the same for plain rows."""
    dump = []
    for number, (text, new) in enumerate(page, 1):
        row = f"{number} {text}" if text else f"{number}"
        dump.append(f"Ann Other {number}.1 {row}" if new or number == 1 else row)
    found = assemble(dump, plain_rows, "dump")
    assert found.texts == [text for text, _ in page]


@given(st.lists(st.text(max_size=40), max_size=20))
def test_any_text_is_read_without_an_error(lines: list[str]) -> None:
    """Law: no text whatsoever raises."""
    for shape in (table_rows, plain_rows):
        found = assemble([line for text in lines for line in text.split("\n")], shape, "x")
        assert len(found.texts) == len(found.origins)


def test_sample_page_comes_back_line_for_line(shared: Path, tmp_path: Path) -> None:
    """The page that all this began with: 112 lines, each with its version, none a problem."""
    dump = shared / "samples" / "after-sales-cases.blame.txt"
    source = Source(str(dump))
    assert BlameText().recognises(source) is Confidence.SURE
    page = PageId("xwiki", "Support.Cases.WebHome")
    with Archive(tmp_path / "a.db", create=True) as archive:
        state = archive.source(source.location, "blame-text")
        options = Options(page_name=page.page)
        report = archive.ingest(state, BlameText().records(source, options, state, archive.blobs))
        assert (report.changed, report.problems) == (1, [])
        again = archive.ingest(state, BlameText().records(source, options, state, archive.blobs))
        assert again.changed == 0
        view = archive.page(page)
    assert view is not None
    assert (view.history, view.version, len(view.lines)) == ("lines", None, 112)
    rows = [line for line in dump.read_text("utf-8").split("\n") if "|" in line]
    for line in view.lines:
        own = [row for row in rows if f" {line.number} |" in f" {row}" and line.text in row]
        assert own, line
    assert [(v.number, v.version) for v in view.lines if v.number in {1, 2, 58, 66, 99, 112}] == [
        (1, "1.2"), (2, "1.1"), (58, "2.3"), (66, "2.4"), (99, "2.5"), (112, "1.3"),
    ]  # fmt: skip
    assert all(line.version for line in view.lines)


@pytest.mark.parametrize(
    ("name", "lines", "missing", "codes"),
    [
        ("blame_plain_VersionControl_2023.txt", 17, 0, []),
        ("code_md_table_XWikiXMLFilesCodeStyle_2026.txt", 14, 8, ["line-gap"]),
    ],
)
def test_crawled_texts(shared: Path, name: str, lines: int, missing: int, codes: list[str]) -> None:
    """Two texts as crawlers left them."""
    source = Source(str(shared / "samples" / "text" / name))
    items = list(BlameText().records(source, Options(), NothingKnown(), DigestSink()))
    assert isinstance(items[0], PageSeen)
    snapshot = items[1]
    assert isinstance(snapshot, Snapshot)
    assert (len(snapshot.lines), len(snapshot.missing)) == (lines, missing)
    assert [item.code for item in items[2:] if isinstance(item, Problem)] == codes
    assert len(items) == 2 + len(codes)
