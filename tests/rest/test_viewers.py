"""The viewers alone give the same pages, versions, texts; saved pages do as far as they go."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import httpx
import pytest

from importers.viewer_html.view_markup import read_code, read_date, whole_source
from importers.web.html import parse_html
from kb.archive import Archive
from kb.errors import RemoteError
from kb.model import PageId

from .standin import PASSWORD, Home, Standing, moment

ZONE = "Asia/Shanghai"
CASES = "售后.华南.2021.WebHome"


def facts(home: Home, doc: Any) -> dict[str, Any]:
    with Archive(home.path) as archive:
        view = archive.page(PageId("xwiki", doc.full, doc.locale))
        assert view is not None, doc.full
        return {
            r.version: (archive.content(view.key, r.version), r.author, r.date, r.comment)
            for r in archive.revisions(view.key)
        }


def expected(wiki: Any, doc: Any) -> dict[str, Any]:
    """What viewers can know: dates to the minute, a bare name where there is no profile."""
    return {
        r.version: (
            r.content,
            {r.author, wiki.user_name(r.author)},
            moment(r.ms)[:16] + "Z" if not doc.no_history else None,
            None if doc.no_history else r.comment,
        )
        for r in doc.revs
    }


@pytest.mark.parametrize(
    ("skin", "version", "more"),
    [
        ("flamingo", "17.4", {"bin_ignores_basic": True}),
        ("colibri", "13.10", {"context_path": "/xwiki"}),
        ("flamingo", "18.2", {"page_limit": 7, "ui_language": "zh"}),
    ],
)
def test_viewers_alone_give_every_version(
    stand: Callable[..., Standing], home: Home, skin: str, version: str, more: dict[str, Any]
) -> None:
    """In each skin, the viewers give every version's text, author, date and comment."""
    wiki = stand(skin=skin, version=version, **more)
    home.take(wiki.url, "viewer-html", timezone=ZONE)
    for doc in wiki.server.wiki.all_docs():
        found, should = facts(home, doc), expected(wiki.server.wiki, doc)
        assert found.keys() == should.keys(), doc.full
        for number, (content, authors, date, comment) in should.items():
            is_content, is_author, is_date, is_comment = found[number]
            assert (is_content, is_date, is_comment) == (content, date, comment)
            assert is_author is None or is_author in authors
    assert home.differences(wiki.server, skip=lambda d: True) == []


def test_a_page_that_rest_cannot_address_comes_by_its_viewers(
    stand: Callable[..., Standing], home: Home
) -> None:
    """A page with a slash in its name is read by its viewers, and remembered as such."""
    wiki = stand()
    home.take(wiki.url)
    doc = next(d for d in wiki.server.wiki.all_docs() if "/" in d.name)
    assert {v: f[0] for v, f in facts(home, doc).items()} == {
        r.version: r.content for r in doc.revs
    }
    with Archive(home.path) as archive:
        known = archive.source(wiki.url, "rest")
        ways = dict(known.fetch_states("page/"))
    assert [key for key, value in ways.items() if '"way":"viewer"' in value] == [
        f"page/xwiki:{doc.full}"
    ]


def test_viewers_take_over_where_rest_is_off(stand: Callable[..., Standing], home: Home) -> None:
    """Where REST is switched off, the same page comes by its viewers, and a problem says so."""
    wiki = stand(faults="html200:path=/rest*")
    report = home.take(wiki.url + "/bin/view/Support/Edges?viewer=code", timezone=ZONE)
    assert [p.code for p in report.problems] == ["rest-off"]
    doc = wiki.server.wiki.get(["Support"], "Edges")
    assert {v: f[0] for v, f in facts(home, doc).items()} == {
        r.version: r.content for r in doc.revs
    }


def test_a_page_that_is_not_there_is_said_so(stand: Callable[..., Standing], home: Home) -> None:
    """A page that does not exist is an error with its status, by either importer."""
    wiki = stand()
    for way in ("rest", "viewer-html"):
        with pytest.raises(RemoteError, match="404"):
            home.take(wiki.url + "/bin/view/Support/Nowhere", way)


def test_a_file_that_is_listed_and_lost_is_a_problem(
    stand: Callable[..., Standing], home: Home
) -> None:
    """The wiki's list of files names it; its bytes are nowhere."""
    report = home.take(stand().url, "viewer-html")
    (lost,) = [problem for problem in report.problems if "lost.pdf" in problem.detail]
    assert (lost.code, lost.page) == ("file-without-bytes", "Support.Harbour.Case log")


@dataclass
class Saver:
    """Saves viewers' pages of the sample wiki as a browser's user would."""

    wiki: Standing
    folder: Path

    def __call__(self, *queries: str, page: str = "售后/华南/2021/") -> Path:
        self.folder.mkdir(exist_ok=True)
        for number, query in enumerate(queries):
            url = f"{self.wiki.url}/bin/view/{page}?{query}"
            answer = httpx.get(url, auth=("admin", PASSWORD))
            answer.raise_for_status()
            (self.folder / f"{number}.html").write_bytes(answer.content)
        return self.folder


@pytest.fixture
def saved(stand: Callable[..., Standing], tmp_path: Path) -> Saver:
    return Saver(stand(), tmp_path / "saved")


def test_a_saved_blame_page_knows_its_name_and_lines(saved: Saver, home: Home) -> None:
    """A saved blame page and history give reference, text, authors of lines and versions."""
    folder = saved("viewer=code&showLastAuthors=true", "viewer=history&showminor=true&perPage=100")
    home.take(str(folder), "viewer-html", timezone=ZONE)
    with Archive(home.path) as archive:
        view = archive.page(PageId("xwiki", CASES))
        assert view is not None
        assert view.history == "lines"
        doc = saved.wiki.server.wiki.by_full(CASES)
        assert view.source == doc.head.content
        assert all(line.author and line.author.startswith("XWiki.") for line in view.lines)
        assert len(list(archive.revisions(view.key))) == len(doc.revs)


def test_saved_views_of_both_kinds_give_a_whole_version(saved: Saver, home: Home) -> None:
    """A saved plain view and blame view together give the whole source."""
    folder = saved(
        "viewer=code&showLastAuthors=true", "viewer=code", "viewer=comments", page="Support/Edges"
    )
    home.take(str(folder), "viewer-html")
    doc = saved.wiki.server.wiki.get(["Support"], "Edges")
    assert facts(home, doc)[doc.head.version][0] == doc.head.content


HISTORY = (
    '<table id="_history"><tr><td><a href="/bin/viewrev/A/B?rev=1.1">1.1</a></td></tr></table>'
)
MORE = '<a class="nextPagination" href="?x">next</a>'


@pytest.mark.parametrize(
    ("views", "history"),
    [([], "latest"), ([HISTORY + MORE], "latest"), ([HISTORY + MORE, HISTORY], "complete")],
)
def test_a_saved_page_is_complete_where_the_last_part_of_its_history_is_there(
    home: Home, views: list[str], history: str
) -> None:
    """Without a history, or with one that goes on, there may be more versions."""
    folder = home.folder / "saved"
    folder.mkdir()
    for number, shown in enumerate(['<textarea class="wiki-code">x</textarea>', *views]):
        facts = 'data-xwiki-reference="w:A.B" data-xwiki-wiki="w" data-xwiki-version="1.1"'
        (folder / f"{number}.html").write_text(f"<html {facts}>{shown}</html>", "utf-8")
    home.take(str(folder), "viewer-html")
    with Archive(home.path) as archive:
        view = archive.page(PageId("xwiki", "A.B"))
        assert view is not None
        assert (view.history, view.source) == (history, "x")


def test_no_token_of_a_session_is_kept(saved: Saver, home: Home) -> None:
    """The form token of a saved page does not reach the archive."""
    folder = saved("viewer=code&showLastAuthors=true")
    home.take(str(folder / "0.html"), "viewer-html")
    with Archive(home.path) as archive:
        blobs = [archive.blobs.get(i) for (i,) in archive._db.execute("SELECT id FROM blob")]
    assert any(b"data-xwiki-form-token" in blob for blob in blobs) is False or all(
        b'data-xwiki-form-token=""' in blob for blob in blobs if b"form-token" in blob
    )


@pytest.mark.parametrize(
    ("shown", "zone", "moment_"),
    [
        ("2020/04/10 09:30", "Asia/Shanghai", "2020-04-10T01:30Z"),
        ("2020/04/10 09:30", None, "2020-04-10T09:30"),
        ("2020-04-10", "Asia/Shanghai", "2020-04-10"),
        ("2020年4月10日 09:30:12", "UTC", "2020-04-10T09:30:12Z"),
        ("2021/10/31 02:30", "Europe/Paris", "2021-10-31T02:30"),
        ("?/?/?", None, None),
        ("2020/13/40", None, None),
        ("10/04/2020", None, None),
    ],
)
def test_dates_are_no_more_precise_than_shown(
    shown: str, zone: str | None, moment_: str | None
) -> None:
    """A displayed date becomes ISO 8601 of its own precision, in UTC where the zone is known."""
    assert read_date(shown, zone) == moment_


def table(*rows: str) -> bytes:
    body = "".join(rows)
    return (
        f'<html><body><div class="wiki-code"><table class="revision"><tbody class="group">{body}'
        "</tbody></table></div></body></html>"
    ).encode()


def row(number: int, text: str, version: str | None = None) -> str:
    cells = "" if version is None else f'<td class="author"></td><td class="version">{version}</td>'
    return (
        f'<tr class="line" id="{number}">{cells}<td class="line-number">{number}</td>'
        f'<td class="content">{text}</td></tr>'
    )


def test_a_line_that_the_view_left_out_is_missing_not_empty() -> None:
    """A gap in the numbers of lines is reported as missing lines."""
    view = read_code(table(row(1, "a", "1.1"), row(3, "c", "")))
    assert (view.lines, view.missing) == (["a", "", "c"], frozenset({2}))


def test_two_views_that_differ_give_no_source() -> None:
    """The source is whole only where the plain view and the blame view agree."""
    plain, blamed = read_code(table(row(1, "a"))), read_code(table(row(1, "b", "1.1")))
    assert whole_source(plain, blamed) is None
    assert whole_source(plain, None) is None


def marked(server: Any) -> list[int]:
    """Has a stand-in mark its views as a server with a cache does; counts what it spared."""
    spared: list[int] = []
    handle = server.html.handle

    def answer(request: Any) -> Any:
        found = handle(request)
        if found.status == 200 and request.get("viewer") == "code":
            found.headers.append(("ETag", tag := f'"{hashlib.md5(found.body).hexdigest()}"'))
            if request.headers.get("if-none-match") == tag:
                spared.append(len(found.body))
                found.status, found.body = 304, b""
        return found

    server.html.handle = answer
    return spared


def test_what_still_holds_is_not_sent_again(stand: Callable[..., Standing], home: Home) -> None:
    """A sync by viewers sends ETags, and reads only the views that have changed."""
    wiki = stand()
    spared = marked(wiki.server)
    home.take(wiki.url, "viewer-html")
    assert spared == []
    assert home.take(wiki.url, "viewer-html").changed == 0
    assert len(spared) == len(wiki.server.wiki.docs), "one view of each page is asked for"
    wiki.server.add_revision(["Support"], "Empty", content="no longer")
    home.take(wiki.url, "viewer-html")
    doc = wiki.server.wiki.get(["Support"], "Empty")
    assert {v: f[0] for v, f in facts(home, doc).items()} == {
        r.version: r.content for r in doc.revs
    }


def test_links_lead_to_pages_where_nothing_lists_them(
    stand: Callable[..., Standing], home: Home
) -> None:
    """REST is off; the start page links to some pages, those to others."""
    made = [{"spaces": ["A"], "name": f"P{n}", "title": "", "language": "en", "revisions": []}
            for n in range(6)]  # fmt: skip
    made.append({**made[0], "spaces": ["Main"], "name": "WebHome"})
    wiki = stand({"pages": made}, faults="html200:path=/rest*")
    frame = wiki.server.html.frame
    links = {"Main.WebHome": ["A/P0", "A/P1?viewer=code", "A/Nowhere"], "A.P1": ["A/P2#x"],
             "A.P2": ["A/P3", "A/P0"], "A.P3": ["A/P4/"]}  # fmt: skip

    def linked(request: Any, doc: Any, body: str, *args: Any, **more: Any) -> Any:
        targets = links.get(doc.full, []) if doc else []
        crumbs = "".join(f'<a href="/bin/view/{target}">x</a>' for target in targets)
        return frame(request, doc, crumbs + body, *args, **more)

    wiki.server.html.frame = linked
    report = home.take(wiki.url)
    with Archive(home.path) as archive:
        assert {page.page for _, page, _ in archive.digests()} == {
            "Main.WebHome", "A.P0", "A.P1", "A.P2", "A.P3"
        }  # fmt: skip
    assert {p.code for p in report.problems} == {"rest-off", "not-found"}


@pytest.mark.parametrize(
    "text",
    ["\t \t", " ", "  a\tb  ", "\u00a0", "a\rb", "{{box}} &amp; <b>", "x\u2028y\u0085z", "\x01"],
)
def test_a_line_comes_out_as_it_was_sent(text: str) -> None:
    """White space, carriage returns and odd characters of a line reach the archive unchanged."""
    sent = escape(text).replace("\r", "&#13;")
    assert read_code(table(row(1, sent), row(2, ""))).lines == [text, ""]


def test_a_textarea_keeps_its_first_line_feed() -> None:
    """The view before Flamingo has the source between its tags, an empty first line too."""
    view = read_code(b'<textarea class="wiki-code">\n\n a \n\n</textarea>')
    assert (view.lines, view.exact) == (["", "", " a ", "", ""], True)


@pytest.mark.filterwarnings("error")
def test_a_page_may_nest_as_deep_as_it_likes() -> None:
    """5,000 open elements around a view and before it are neither an error nor its end."""
    deep, after = b"<div>" * 5_000, b"</div>" * 5_000
    view = deep + table(row(1, "a", "1.1")) + after + table(row(1, "b"))
    assert read_code(view).lines == ["a"]
    assert read_code(deep + after + table(row(1, "b"))).lines == ["b"]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("body", [b"", b" ", b"page.html", b"http://x", b"<!-- x -->", b"\xff<p>"])
def test_what_is_no_page_is_a_value_error(body: bytes) -> None:
    """Nothing but a ValueError comes of it, and no warning."""
    with pytest.raises(ValueError, match=r"no HTML|empty page|can't decode"):
        parse_html(body)
