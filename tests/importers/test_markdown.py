"""Markdown out and in again, edits, git history, folders of anybody's Markdown."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from importers.base import Options, Source
from importers.markdown import Markdown
from importers.markdown.places import page_by_path
from importers.markdown.restore import to_source
from kb.archive import Archive
from kb.export.markdown.nav import ProjectSettings
from kb.export.markdown.tree_writer import write_tree
from kb.frontmatter import read_front_matter
from kb.model import PageId, Revision
from tests.conftest import Kb

DEMO = Path(__file__).resolve().parents[2] / "demo"
FLAVOURS = ["plain", "mkdocs", "hugo", "obsidian", "docusaurus"]
SITE = ProjectSettings(title="Wiki", language="zh", url=None)


def taken(folder: Path, source: Path, **options: Any) -> Archive:
    """An archive of what the importer gives."""
    archive = Archive(folder / "archive.db", create=True)
    known = archive.source(str(source), "markdown")
    items = Markdown().records(Source(str(source)), Options(**options), known, archive.blobs)
    archive.ingest(known, items)
    return archive


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=Ann Lee", "-c", "user.email=ann@example.org", *arguments],
        cwd=folder, capture_output=True, check=True,
        env={**os.environ, "GIT_AUTHOR_DATE": "2024-05-06T07:08:09Z"},
    )  # fmt: skip
    return done.stdout.decode().strip()


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")


def run(home: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "kb", *arguments], cwd=home, capture_output=True, check=True
    )
    return done.stdout.decode()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has the demo's cases."""
    folder = tmp_path_factory.mktemp("home")
    run(folder, "import", str(DEMO))
    return folder


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_out_and_in_again_the_records_are_the_same(
    home: Path, tmp_path: Path, flavour: str
) -> None:
    """Every case of the demo, each value with its lines, versions and authors."""
    before = run(home, "export", "jsonl", "-")
    run(home, "export", "markdown", str(tmp_path / "tree"), "--flavour", flavour)
    run(tmp_path, "import", "tree")
    assert run(tmp_path, "export", "jsonl", "-") == before
    assert before.count("\n") >= 5


def test_out_in_and_out_again_is_the_same_tree(kb: Kb, tmp_path: Path) -> None:
    """Pages, files and their memory, byte for byte."""
    kb("import", DEMO)
    kb("export", "markdown", "one")
    (tmp_path / "new").mkdir()
    kb("import", "one", "--home", "new")
    kb("export", "markdown", "two", "--home", "new")
    one, two = (
        {p.relative_to(tmp_path / n): p.read_bytes() for p in (tmp_path / n).rglob("*.md*")}
        for n in ("one", "two")
    )
    assert {str(path) for path in one} == {str(path) for path in two}
    assert one == two


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_an_edit_shows_with_its_commit_as_version(kb: Kb, tmp_path: Path, flavour: str) -> None:
    """One line changed in the tree and committed: that line is new, all others as they were."""
    kb("import", DEMO)
    old = [json.loads(line) for line in kb("export", "jsonl", "-").stdout.splitlines()]
    kb("export", "markdown", "tree", "--flavour", flavour)
    tree = tmp_path / "tree"
    git(tree, "init", "-q")
    git(tree, "add", ".")
    git(tree, "commit", "-q", "-m", "the wiki as it was")
    page = next(path for path in tree.rglob("*.md") if "枪号:1" in path.read_text("utf-8"))
    text = page.read_text("utf-8").partition("\n---\n")
    page.write_text(f"{text[0]}{text[1]}{text[2].replace('枪号:1', '枪号:7', 1)}", "utf-8")
    git(tree, "commit", "-q", "-a", "-m", "the other connector")
    commit = git(tree, "rev-parse", "HEAD")
    (tmp_path / "new").mkdir()
    kb("import", "tree", "--home", "new")
    new = [json.loads(ln) for ln in kb("export", "jsonl", "-", "--home", "new").stdout.splitlines()]
    fields = [f for case in new for f in case["fields"] if f["label"] == "枪号"]
    field = next(f for f in fields if f["value"] == "7")
    assert field["origin"]["version"] == "10.1"
    assert (field["origin"]["author"], field["origin"]["date"][:10]) == ("Ann Lee", "2024-05-06")
    for a, b in zip(old, new, strict=True):
        assert [f for f in a["fields"] if f["label"] != "枪号"] == [
            f for f in b["fields"] if f["label"] != "枪号"
        ]
        assert a["turns"] == b["turns"]
    with Archive(tmp_path / "new" / ".kb" / "archive.db") as archive:
        rows = [r for view in archive.pages() for r in archive.revisions(view.key) if r.comment]
    assert [(r.version, r.comment) for r in rows] == [
        ("10.1", f"the other connector\n\ncommit {commit}")
    ]


def test_a_case_written_in_the_tree_is_a_case(kb: Kb, tmp_path: Path) -> None:
    """A section added to an exported page, not committed, stands in the records."""
    kb("import", DEMO)
    kb("export", "markdown", "tree")
    page = tmp_path / "tree" / "after-sales-zh.blame.md"
    page.write_text(
        page.read_text("utf-8")
        + "\n# njhx_case#99_20240101\n\n手机号码:13800138099\\\n问题描述:新问题\n",
        "utf-8",
    )
    (tmp_path / "new").mkdir()
    kb("import", "tree", "--home", "new")
    new = [json.loads(ln) for ln in kb("export", "jsonl", "-", "--home", "new").stdout.splitlines()]
    made = next(case for case in new if case["number"] == 99)
    assert made["problem"] == "新问题"
    assert made["fields"][0]["value"] == "13800138099"


def test_a_folder_with_history_is_whole_revisions(tmp_path: Path) -> None:
    """Each commit of a file is a version with author, date, message; a rename is followed."""
    folder = tmp_path / "notes"
    write(folder, {"Ops/index.md": "# Ops\n\n[a](A.md#x) ![s](s.png)\n", "Ops/A.md": "one\n"})
    (folder / "Ops" / "s.png").write_bytes(b"png")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    git(folder, "mv", "Ops/A.md", "Ops/B.md")
    git(folder, "commit", "-q", "-m", "renamed")
    write(folder, {"Ops/B.md": "one\n\n- two\n  - three **bold**\n"})
    git(folder, "commit", "-q", "-a", "-m", "second\x01 line")
    with taken(tmp_path, folder) as archive:
        view = archive.page(PageId("xwiki", "Ops.B"))
        assert view
        held = [(r.version, r.author, (r.comment or "").split("\n")[0]) for r in
                archive.revisions(view.key)]  # fmt: skip
        assert held == [("1.1", "Ann Lee", "first"), ("2.1", "Ann Lee", "second\x01 line")]
        assert view.source == "one\n\n* two\n** three **bold**"
        assert view.history == "complete"
        assert [line.version for line in view.lines] == ["1.1", "2.1", "2.1", "2.1"]
        home = archive.page(PageId("xwiki", "Ops.WebHome"))
        assert home
        assert home.attachments[0].name == "s.png"
        assert "[[a>>path:A.md" not in home.source
        assert "[[image:" in home.source


def test_a_folder_without_history(tmp_path: Path) -> None:
    """Front matter of YAML and TOML, translations, files with no page, nothing invented."""
    folder = tmp_path / "notes"
    write(folder, {
        "a.md": "---\ntitle: One\ntags: [x, 2]\ndate: 2020-04-10\n---\ntext\n",
        "b/c.md": "+++\ntitle = 'Two'\n+++\n= not a heading =\n",
        "b/c.fr.md": "deux\n", "b/readme.md": "home\n", "bad.md": "---\n: [\n---\nkept\n",
        "bomb.md": "---\na: &a [x]\nb: [*a, *a]\n---\nkept\n", "x/alone.bin": "1",
        ".hidden/y.md": "no", "node_modules/z.md": "no",
    })  # fmt: skip
    (folder / "link.md").symlink_to("/etc/passwd")
    with taken(tmp_path, folder) as archive:
        views = {(v.id.page, v.id.locale): v for v in archive.pages()}
        assert sorted(views) == [
            ("a", ""), ("b.WebHome", ""), ("b.c", ""), ("b.c", "fr"), ("bad", ""), ("bomb", ""),
        ]  # fmt: skip
        one = views["a", ""]
        assert (one.title, one.tags, one.created, one.history) == (
            "One", ("x", "2"), "2020-04-10", "latest",
        )  # fmt: skip
        assert one.lines[0].version is None
        assert views["b.c", ""].source == "~= not a heading ="
        codes = sorted(problem.code for problem in archive.problems())
        assert codes == [
            "bad-front-matter", "bad-front-matter", "file-of-no-page", "link-not-followed",
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "page", "locale"),
    [
        ("a.md", "a", ""), ("A/index.md", "A.WebHome", ""), ("A/A.md", "A.WebHome", ""),
        ("A/x.y/P.fr.md", "A.x\\.y.P", "fr"), ("P.pt-BR.md", "P", "pt_BR"),
        ("v1.2.md", "v1\\.2", ""), ("_index.md", "WebHome", ""),
    ],
)  # fmt: skip
def test_references_of_paths(path: str, page: str, locale: str) -> None:
    """Folders are spaces, a folder's own file its home."""
    assert page_by_path(path, "w") == PageId("w", page, locale)


@pytest.mark.parametrize(
    ("markdown", "source"),
    [
        ("# One {#x}\n\ntwo", "= One =\n\ntwo"),
        ("a\\\nb  \nc", "a\nb\nc"),
        ("*i* **b** ~~s~~ `c`", "//i// **b** --s-- {{{c}}}"),
        ("1. a\n2. b", "1. a\n1. b"),
        ("> q", ">q"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "|=a|=b\n|1|2"),
        ("[l](https://x.org)", "[[l>>url:https://x.org]]"),
        ("~-~-x", None),
        ("// {{velocity}}", None),
    ],
)
def test_markdown_as_source(markdown: str, source: str | None) -> None:
    """What XWiki reads the same; text that it would read as marks is escaped."""
    from kb.markup import parse
    from kb.markup.render.plain import plain_text

    made = to_source(markdown, lambda target: None)
    if source is None:
        assert plain_text(parse(made).children).strip() == markdown.replace("~-~-", "~-~-")
    else:
        assert made == source


def test_front_matter_without_an_end_is_text() -> None:
    """And so is front matter larger than a page has."""
    assert read_front_matter("---\na: 1\n").facts == {}
    assert read_front_matter("---\n" + "a: 1\n" * 300_000 + "---\nx").problem


def test_the_whole_tree_of_generated_histories(tmp_path: Path) -> None:
    """Pages with held revisions: source and files come back, with their version."""
    archive = Archive(tmp_path / "a.db", create=True)
    from kb.model import AttachmentRevision, PageSeen

    sha256 = archive.blobs.put([b"log"])
    archive.ingest(archive.source("t", "t"), [
        PageSeen(id=PageId("xwiki", "S.P.WebHome"), history="latest", syntax="xwiki/2.1"),
        Revision(version="3.1", content="= x =\n\n{{toc/}}\n\n[[attach:a b@1.log]]\n", author="A"),
        AttachmentRevision(name="a b@1.log", version="2.1", sha256=sha256),
    ])  # fmt: skip
    with archive:
        write_tree(archive, (), tmp_path / "tree", "plain", SITE)
        before = next(archive.pages())
    with taken(tmp_path, tmp_path / "tree") as again:
        after = next(again.pages())
    assert (after.source, after.version, after.history) == (before.source, "3.1", "latest")
    assert [(f.name, f.version, f.sha256) for f in after.attachments] == [
        ("a b@1.log", "2.1", sha256)
    ]
