"""What one page holds spoils that page alone: a good page is in all that is made."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

import kb
from kb.archive.page_writer import PageWriter
from kb.cases.reader import case_places
from kb.errors import InputError, page_trouble
from tests.xar.making import attachment, jrcs, page_xml, xar

ID = "szds_case#1_20200410"
GOOD = f"== {ID} ==\n手机号码:13800000000\n问题描述:重复扣费\n~-~-跟踪\n【令】:好\n"
DEEP, LONG, HUGE = 400, 3000, "99999999999999999999"
OBJECT = "<object><name>P.x</name><number>{}</number><className>XWiki.X</className>{}</object>"

TEXTS = {
    "html": '{{html wiki="true"}}<p>' * DEEP,
    "html-closed": '{{html wiki="true"}}<p>' * DEEP + "x" + "</p>{{/html}}" * DEEP,
    "bold": "**a " * DEEP, "formats": "**a //b __c " * DEEP, "groups": "(((" * DEEP + ")))" * DEEP,
    "box": "{{box}}" * DEEP + "x" + "{{/box}}" * DEEP, "info": "{{info}}\n" * DEEP,
    "mixed": '(((\n{{info}}\n{{html wiki="true"}}\n* **a\n|' * DEEP, "quotes": ">" * 5000 + " x",
    "list": "\n".join("*" * n + " x" for n in range(1, DEEP)),
    "labels": "[[a [[b " * DEEP + "]]" * DEEP,
    "tags": "{{html}}" + "<div><b>" * 5000 + "{{/html}}", "tables": "|(((\n" * DEEP,
    "itself": '{{include reference="P.itself"/}}' * 50, "footnotes": "{{footnote}}" * DEEP,
    "styles": '(% style="x" %)**a' * DEEP, "headings": "= a =\n====== b ======\n" * DEEP,
    "scripts": "{{velocity}}" * DEEP, "escapes": "~" * 100_001, "blanks": " " * 100_000,
    "bars": "|" * 50_000, "case": f"== {ID}{HUGE} ==\n" + "【令】:" + "[" * 50_000,
    "number": f"== case#{HUGE} ==\n手机号码:{HUGE}\n账单号:{'9' * 5000}\n"
    f"充电时间:{HUGE}-{HUGE}-{HUGE}\n",
}  # fmt: skip
"""Contents of pages."""

PAGES = {
    "version": page_xml("P.version", version=f"{HUGE}.1"),
    "minor": page_xml("P.minor", version=f"1.{HUGE}"),
    "date": page_xml("P.date", date=HUGE * 3, creationDate="-" + HUGE),
    "object": page_xml("P.object", inside=OBJECT.format(HUGE, "")),
    "elements": page_xml("P.elements", inside="<a>" * 20_000 + "</a>" * 20_000),
    "reference": page_xml("S" * LONG + "." + "案" * LONG, content=GOOD.replace("#1", "#2")),
    "title": page_xml("P.title", title="t" * 1_000_000),
    "file": page_xml("P.file", inside=attachment("案" * LONG + ".txt", b"x", filesize=HUGE)),
    "file-version": page_xml("P.fv", inside=attachment("a.txt", b"x", version=f"{HUGE}.1")),
    "history": page_xml("P.history", inside=f"<versions>{jrcs({f'{HUGE}.1': 'x'})}</versions>"),
    "author": page_xml("P.author", author="XWiki." + "A" * LONG, comment="c" * 100_000),
    "case-id": page_xml("P.id", content=GOOD.replace("#1", "#1" + "x" * LONG)),
}
"""Whole pages' XML."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a good page before and one after all that is not."""
    folder = tmp_path_factory.mktemp("poison")
    entries = {"A/Good.xml": page_xml("A.Good", content=GOOD)}
    entries |= {f"P/{n}.xml": page_xml(f"P.{n}", content=text) for n, text in TEXTS.items()}
    entries |= {f"P/{n}_.xml": xml for n, xml in PAGES.items()}
    entries["Z/Last.xml"] = page_xml("Z.Last", content=GOOD.replace("#1", "#9"))
    xar(folder / "wiki.xar", entries)
    (folder / "kb.toml").write_text('[public]\nopen = ["*"]\n', "utf-8")
    with kb.open(folder) as library:
        report = library.import_(folder / "wiki.xar")
    assert {problem.code for problem in report.problems} >= {
        "bad-version",
        "bad-object",
        "too-deep",
    }
    return folder


def texts_in(path: Path) -> str:
    """All that a file or folder says, its names too."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return "\n".join(
        f"{file.name}\n{file.read_bytes().decode('utf-8', 'replace')}" for file in files
    )


def test_every_page_that_has_a_version_is_imported(home: Path) -> None:
    """Only what no archive could hold is left out; each of these is a problem."""
    with kb.open(home) as library:
        names = {page.reference for page in library.pages()}
        assert {"A.Good", "Z.Last", *(f"P.{name}" for name in TEXTS)} <= names
        assert names.isdisjoint({"P.version", "P.minor", "P.elements"})
        codes = library.stats().problems_by_code
        assert codes["bad-version"] >= 2
        assert codes["too-deep"] == 1


def test_cases_and_search(home: Path) -> None:
    """The good cases are there and found."""
    with kb.open(home) as library:
        assert {ID, ID.replace("#1", "#9")} <= {case.id for case in library.cases()}
        assert ID in {hit.id for hit in library.search("重复扣费", limit=100)}
        assert ID in {hit.id for hit in library.like(ID.replace("#1", "#9"), limit=100)}


@pytest.mark.parametrize("audience", ["internal", "public"])
def test_the_site(home: Path, tmp_path: Path, audience: Literal["internal", "public"]) -> None:
    """The site is built, with the good pages and all others."""
    with kb.open(home) as library:
        built = library.build(tmp_path / "out", audience=audience, approve=lambda _: None)
        assert built.pages == sum(1 for _ in library.pages())
    assert "重复扣费" in texts_in(tmp_path / "out" / "case")


@pytest.mark.parametrize(
    "name", ["jsonl", "csv", "sqlite", "markdown", "git", "mediawiki", "xar"]
)  # fmt: skip
def test_each_export(home: Path, tmp_path: Path, name: str) -> None:
    """Each format is written whole, with the good pages."""
    dest = tmp_path / "out"
    with kb.open(home) as library:
        library.export(name, str(dest))
    if name == "sqlite":
        with sqlite3.connect(dest) as db:
            assert db.execute("SELECT count(*) FROM cases WHERE id = ?", (ID,)).fetchone() == (1,)
    elif name not in ("git", "xar"):  # those are packed
        assert "重复扣费" in texts_in(dest)


@pytest.mark.parametrize("name", TEXTS)
def test_a_page_itself(home: Path, name: str) -> None:
    """A hostile page is shown, with its history, lines and differences."""
    with kb.open(home) as library:
        page = library.page(f"P.{name}")
        assert page.text.strip(" ~") in TEXTS[name]
        assert page.blame() is not None
        assert page.history()
        assert page.diff("1.1", "1.1") == []


def test_verify(home: Path) -> None:
    """What the archive holds is what the source has, but for what is a problem there."""
    with kb.open(home) as library:
        found = library.verify(home / "wiki.xar")
    assert not found.damage
    assert found.verdicts["same"] > len(TEXTS)


class _UnexpectedError(Exception):
    """What no code expects."""


@pytest.mark.parametrize(
    "error", [RecursionError(), MemoryError(), OverflowError("x"), _UnexpectedError("y")]
)
def test_a_page_that_no_archive_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """What breaks while a page is written drops this page, is a problem, and harms no other."""
    real = PageWriter.revision

    def revision(self: PageWriter, one: kb.model.Revision) -> None:
        real(self, one)
        if "poison" in one.content:
            raise error

    monkeypatch.setattr(PageWriter, "revision", revision)
    names = ("A", "B", "C")
    pages = {n: page_xml(f"S.{n}", content="poison" if n == "B" else GOOD, author=f"XWiki.{n}",
                         inside=attachment("f.txt", n.encode())) for n in names}  # fmt: skip
    xar(tmp_path / "w.xar", {f"S/{n}.xml": xml for n, xml in pages.items()})
    with kb.open(tmp_path, create=True) as library:
        report = library.import_(tmp_path / "w.xar")
        assert [(p.code, p.page) for p in report.problems if p.page] == [("page-failed", "S.B")]
        assert [page.reference for page in library.pages()] == ["S.A", "S.C"]
        assert not library.verify().damage
        assert library.page("S.C").attachments[0].sha256
    monkeypatch.undo()
    with kb.open(tmp_path) as library:
        assert library.import_(tmp_path / "w.xar").changed == 1
        assert library.verify(tmp_path / "w.xar").whole


def test_a_page_that_cannot_be_read_for_cases(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no cases, `kb stats` says why, and it is not public; the others are as they were."""
    real = case_places.case_places

    def places(title: str, lines: list[str], *rest: object, **more: object) -> object:
        if any("tables" in line or "(((" in line for line in lines[:1]):
            raise RecursionError
        return real(title, lines, *rest, **more)  # type: ignore[arg-type]

    import kb.cases.history.life
    import kb.cases.reader.normalise

    for module in (kb.cases.reader.normalise, kb.cases.history.life):
        monkeypatch.setattr(module, "case_places", places)
    (home / ".kb" / "cases.db").unlink(missing_ok=True)
    with kb.open(home) as library:
        assert ID in {case.id for case in library.cases()}
        failed = {p.page for p in library.stats().problems if p.code == "page-failed"}
        assert "P.groups" in failed
        assert "A.Good" not in failed
        inside = {p.page for group in library.public_pages().inside for p in group.pages}
        assert failed <= inside
    (home / ".kb" / "cases.db").unlink()


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left"), InputError("x"), sqlite3.OperationalError("x")]
)  # fmt: skip
def test_errors_of_the_machine_are_no_page_s_trouble(error: Exception) -> None:
    """A full disk, a locked database, an error on purpose end a run as before."""
    with pytest.raises(type(error)):
        page_trouble(error, "here")


FRONT: dict[str, Callable[[], str]] = {
    "YAML": lambda: "---\na: " + "[" * 100_000 + "\n---\nx",
    "YAML mappings": lambda: "---\n" + "".join("  " * n + "a:\n" for n in range(900)) + "---\nx",
    "YAML aliases": lambda: "---\na: &a [1]\nb: [*a,*a]\n---\nx",
    "TOML": lambda: "+++\na = " + "[" * 100_000 + "\n+++\nx",
    "TOML keys": lambda: "+++\n" + ".".join("a" * 30_000) + " = 1\n+++\nx",
    "a number": lambda: f"---\na: {'9' * 10_000}\n---\nx",
    "facts": lambda: "---\nwiki: " + json.dumps({
        "version": f"{HUGE}.1",
        "comments": [{"number": int(HUGE), "text": "x", "reply_to": 1 << 99}],
    }) + "\n---\nx",
    "Markdown": lambda: "> " * 3000 + "- " * 3000 + "**a_" * 3000 + "[" * 3000,
}  # fmt: skip


@pytest.mark.parametrize("name", FRONT)
def test_a_folder_of_markdown(tmp_path: Path, name: str) -> None:
    """A page with hostile front matter is there, by its text at least; so are those beside it."""
    (tmp_path / "w").mkdir()
    for file, text in {"a": "# Good", "b": FRONT[name](), "c": "last"}.items():
        (tmp_path / "w" / f"{file}.md").write_text(text, "utf-8")
    with kb.open(tmp_path, create=True) as library:
        report = library.import_(tmp_path / "w")
        assert report.pages == 3
        assert "page-failed" not in {problem.code for problem in report.problems}
        assert len(list(library.pages())) == 3


ROW = '<tr class="line" id="{}"><td class="version">1.1</td><td class="content">x</td></tr>'


@pytest.mark.parametrize(
    "rows",
    [
        ROW.format(900_000_000), ROW.format("9" * 6000), "<div>" * 100_000,
        "".join(ROW.format(n * 50_000) for n in range(1, 200)),
    ],
    ids=["far line", "long number", "deep", "many far lines"],
)  # fmt: skip
def test_saved_pages_of_viewers(tmp_path: Path, rows: str) -> None:
    """A viewer's table that leaves out more lines than any page has is no page; others are read."""
    (tmp_path / "w").mkdir()
    for name, body in {"a": ROW.format(1), "b": rows, "c": ROW.format(1)}.items():
        html = (
            f'<html data-xwiki-reference="xwiki:P.{name}" data-xwiki-document="P.{name}"'
            f' data-xwiki-wiki="xwiki" data-xwiki-version="1.1"><body>'
            f'<table class="revision wiki-code">{body}</table></body></html>'
        )
        (tmp_path / "w" / f"{name}.html").write_text(html, "utf-8")
    with kb.open(tmp_path, create=True) as library:
        report = library.import_(tmp_path / "w")
        assert {"P.a", "P.c"} <= {page.reference for page in library.pages()}
        assert report.pages == 3 or "bad-page" in {problem.code for problem in report.problems}
        assert sum(len(page.text) for page in library.pages()) < 2_000_000


QUERIES = (
    "(" * 50_000, "(a " * 20_000, "-" * 50_000, "a OR " * 20_000, '"' * 50_001, "a:" * 20_000,
    "after:" + "9" * 5000, "number:" + "9" * 5000, "退款 " * 5000, "*" * 50_000, "a" * 100_000,
)  # fmt: skip


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:8])
def test_queries(home: Path, query: str) -> None:
    """Whatever is typed has an answer."""
    with kb.open(home) as library:
        assert library.search(query).total >= 0
