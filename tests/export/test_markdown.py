"""The tree of Markdown: names, links, front matter, what a second run does, the proof."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

from kb.errors import InputError
from kb.export.markdown.flavour import TREE_FORMATS
from kb.export.markdown.nav import ProjectSettings
from kb.export.markdown.tree_writer import write_tree
from kb.export.markdown.word_proof import lost_words, markdown_text
from kb.export.report import LossReport, write_report
from kb.frontmatter import write_front_matter
from kb.model import Comment, Gone, PageId, WikiObject
from tests.export.messages import without_messages
from tests.export.rendering import note_rendering
from tests.export.site_links import broken_links
from tests.export.wiki import WIKI, Wiki, page, revisions

SITE = ProjectSettings(title="Wiki", language="zh", url=None)
FLAVOURS = list(TREE_FORMATS)


def export(wiki: Wiki, folder: Path, flavour: str = "plain") -> LossReport:
    return write_tree(wiki.archive, (), folder, flavour, SITE)


def files(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def small(wiki: Wiki) -> None:
    """Two spaces, links both ways, a file, a translation."""
    wiki.add(
        page("WebHome", title="Home"),
        *revisions("[[Cases>>A.WebHome]]"),
    )
    wiki.add(
        page("A.WebHome", title="Cases", tags=("x", "y")),
        *revisions('= One =\n\n[[b>>A.Page||anchor="HTwo"]] [[image:shot.png]] [[no>>No.Such]]'),
        wiki.file("shot.png", b"png"),
        wiki.file("notes.md", b"# no page"),
    )
    wiki.add(
        page("A.Page"), *revisions("== Two ==\n\n[[up>>A.WebHome]] [[attach:A.WebHome@notes.md]]")
    )
    wiki.add(page("A.Page", "fr", title="Deux"), *revisions("[[haut>>A.WebHome]]"))


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_links_between_files_lead_there(wiki: Wiki, tmp_path: Path, flavour: str) -> None:
    """Every relative link of a flavour whose builder follows paths names a file of the tree."""
    small(wiki)
    export(wiki, tmp_path / "out", flavour)
    kind, tree = TREE_FORMATS[flavour], files(tmp_path / "out")
    pages = {path: data.decode() for path, data in tree.items() if path.endswith(".md")}
    assert sum(path.startswith(kind.content) and "title:" in text for path, text in pages.items())
    if kind.by_address:
        return
    count = 0
    for path, text in pages.items():
        for link in re.findall(r"\]\(([^)#\s]+)", text.partition("\n---\n")[2]):
            target = (tmp_path / "out" / path).parent / unquote(link)
            assert target.is_file(), (path, link)
            count += 1
    assert count >= 5


def test_names_of_a_small_tree(wiki: Wiki, tmp_path: Path) -> None:
    """Spaces are folders, files stand beside their page, a Markdown file is no page."""
    small(wiki)
    export(wiki, tmp_path / "out")
    found = sorted(p for p in files(tmp_path / "out") if not p.startswith(".casebook"))
    assert found == [
        "A/Page.fr.md", "A/Page.md", "A/index.md", "A/index_files/notes.md.txt",
        "A/index_files/shot.png", "SUMMARY.md", "index.md",
    ]  # fmt: skip
    text = (tmp_path / "out" / "A" / "index.md").read_text("utf-8")
    assert text.startswith('---\ntitle: "Cases"\ntags:\n  - "x"\n  - "y"\nwiki:\n  name: "xwiki"\n')
    assert "[b](Page.md#HTwo)" in text
    assert "![shot.png](index_files/shot.png)" in text
    assert "No.Such" not in re.findall(r"\]\(.*?\)", text)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_the_same_bytes_each_time(wiki: Wiki, tmp_path: Path, flavour: str) -> None:
    """From nothing, over itself, and taken over from the run before: one tree."""
    small(wiki)
    export(wiki, tmp_path / "one", flavour)
    export(wiki, tmp_path / "two", flavour)
    before = files(tmp_path / "two")
    assert files(tmp_path / "one") == before
    export(wiki, tmp_path / "two", flavour)
    assert files(tmp_path / "two") == before
    assert not (tmp_path / ".two.next").exists()


def test_a_later_run_keeps_names_and_renders_what_changed(
    wiki: Wiki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new page takes no name away; only what changed is rendered again."""
    wiki.add(page("b.Page"), *revisions("x"))
    export(wiki, tmp_path / "out")
    wiki.add(page("B.Page"), *revisions("y"))
    export(wiki, tmp_path / "out")
    assert "x" in (tmp_path / "out" / "b" / "Page.md").read_text().splitlines()
    rendered = note_rendering(monkeypatch)
    wiki.add(page("b.Page"), *revisions("x", "z"))
    export(wiki, tmp_path / "out")
    assert rendered == ["b.Page"]


def test_edits_in_the_tree_are_not_written_over(wiki: Wiki, tmp_path: Path) -> None:
    """An edited page stops the export; a folder that is not ours is left alone."""
    small(wiki)
    export(wiki, tmp_path / "out")
    edited = tmp_path / "out" / "A" / "Page.md"
    edited.write_text(edited.read_text() + "more\n")
    with pytest.raises(InputError, match=r"A/Page\.md"):
        export(wiki, tmp_path / "out")
    assert edited.read_text().endswith("more\n")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").touch()
    with pytest.raises(InputError, match="not a folder that kb made"):
        export(wiki, tmp_path / "mine")


def test_a_memory_that_is_damaged_is_made_again(wiki: Wiki, tmp_path: Path) -> None:
    """What the tree remembers of a page is not taken over where it is not what was written."""
    small(wiki)
    export(wiki, tmp_path / "tree")
    before = files(tmp_path / "tree")
    for memory in (tmp_path / "tree" / ".casebook.d").rglob("*.json"):
        memory.write_bytes(memory.read_bytes().replace(b"e", b"f", 1))
    export(wiki, tmp_path / "tree")
    assert files(tmp_path / "tree") == before


def test_the_report_counts_and_names(wiki: Wiki, tmp_path: Path) -> None:
    """What is dropped or broken stands there with its page and reason; digests are true."""
    small(wiki)
    wiki.add(
        page("B.Old"),
        *revisions("a", "b"),
        wiki.file("f", b"1"),
        wiki.file("f", b"2", "1.2"),
        WikiObject(class_name="X.Y", number=0, properties={}),
    )
    wiki.add(page("B.Gone"), *revisions("a"))
    wiki.add(Gone(id=PageId(WIKI, "B.Gone"), noticed="2020-05-01"))
    report = export(wiki, tmp_path / "out")
    write_report(report, tmp_path / "report")
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    assert report["counts"]["page"] == {"kept": 5, "dropped": 1}
    assert report["counts"]["attachment"] == {"kept": 3, "dropped": 1}
    assert report["counts"]["revision"] == {"kept": 5, "dropped": 1}
    fates = {(e["kind"], e["where"], e["what"]): e["fate"] for e in report["entries"]}
    assert fates["link in", "A.WebHome", "page No.Such"] == "broken"
    assert report["counts"]["object"] == {"kept": 1}
    import hashlib

    for path, sha256 in report["digests"].items():
        assert hashlib.sha256((tmp_path / "out" / path).read_bytes()).hexdigest() == sha256
    html = (tmp_path / "report" / "report.html").read_text()
    assert "No.Such" in html
    moved = (tmp_path / "report" / "_redirects").read_text().splitlines()
    assert "/bin/view/A/ /A/index.md 301" in moved
    assert "/bin/download/A/WebHome/shot.png /A/index_files/shot.png 301" in moved


HOSTILE = [
    "..\\.\\./etc.passwd", "CON.aux\\.txt", "A." + "长" * 300, "🚗.🚙", "a\nb.c\td", "A.A", "a.a",
    "x.trailing\\.\\.\\..WebHome", '<script>.="y"', "A.index", "e\u0301.x", "\u00e9.x", ".", "#.?",
    "{{<x>}}.{% raw %}", ".".join(f"a very long name of a space {n}" for n in range(40)),
]  # fmt: skip
HOSTILE_FILES = ("../../x", ".htaccess", "NUL", "a.md", "A.md", "é" * 99)
HOSTILE_TITLE = '"]}>\n---\ninjected: yes\n\u2028{{< x >}} ${1} <b> \x00\x07 = & |'


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_hostile_names_and_titles(wiki: Wiki, tmp_path: Path, flavour: str) -> None:
    """A file for each page and file, none outside, none equal on another system."""
    for name in HOSTILE:
        wiki.add(
            page(name, title=HOSTILE_TITLE), *revisions("{{html}}<script>{{/html}} \0 ${x} {y}"),
            *(wiki.file(name, b"x") for name in HOSTILE_FILES),
            Comment(number=0, text=HOSTILE_TITLE),
        )  # fmt: skip
    export(wiki, tmp_path / "out", flavour)
    content = tmp_path / "out" / TREE_FORMATS[flavour].content
    made = set(json.loads((tmp_path / "out" / ".casebook").read_text())["made"])
    kept = (p for p in files(content) if not p.startswith(".casebook"))
    tree = [p for p in kept if f"{TREE_FORMATS[flavour].content}{p}" not in made]
    assert len(tree) == len(HOSTILE) * 7
    assert len({p.casefold() for p in tree}) == len(tree)
    for path in tree:
        assert len(path) < 250
        assert not re.search(r'[<>:"\\|?*#%\x00-\x1f ]|(^|/)\.|[. ](/|$)', path)
    for path in (p for p in tree if p.endswith(".md")):
        head = (content / path).read_text("utf-8").split("\n---\n")[0]
        assert "\ninjected" not in head
        assert "\x00" not in head


def test_front_matter_is_yaml_that_says_the_same() -> None:
    """Texts in quotes, empties left out, nested lists and maps."""
    text = write_front_matter(
        {"a": "yes", "b": None, "no": 1, "c": ["x: y", "#"], "d": {"e f": True, "g": []},
         "h": [{"i": "1", "j": {"k": 2}}]}
    )  # fmt: skip
    assert text == (
        '---\na: "yes"\n"no": 1\nc:\n  - "x: y"\n  - "#"\nd:\n  "e f": true\nh:\n  - i: "1"\n'
        "    j:\n      k: 2\n---\n"
    )


def test_mkdocs_builds_a_small_tree_in_strict_mode(wiki: Wiki, tmp_path: Path) -> None:
    """The real one, with another theme than Material's; every link of its pages leads somewhere."""
    small(wiki)
    export(wiki, tmp_path / "out", "mkdocs")
    settings = tmp_path / "out" / "mkdocs.yml"
    text = settings.read_text("utf-8")
    for key, value in (("plugins", "[]"), ("theme", "mkdocs")):
        text = re.sub(rf"(?m)^{key}:\n(  .*\n)+", f"{key}: {value}\n", text)
    settings.write_text(text, "utf-8")
    mkdocs = [sys.executable, "-m", "mkdocs", "build", "-q", "--strict"]
    command = [*mkdocs, "-d", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=tmp_path / "out", capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    count, broken = broken_links(tmp_path / "site", "//*[@role='main']")
    assert not broken
    assert count >= 6


def test_what_html_leads_to_is_there_for_docusaurus(wiki: Wiki, tmp_path: Path) -> None:
    """A file that text in HTML shows stands where its address from the root leads."""
    wiki.add(
        page("A.P"), *revisions('|(((a\n\n* [[image:s.png]])))|(% rowspan="2" %)b'),
        wiki.file("s.png", b"png"),
    )  # fmt: skip
    export(wiki, tmp_path / "out", "docusaurus")
    text = (tmp_path / "out" / "docs" / "A" / "P.md").read_text("utf-8")
    assert 'src="/A/P_files/s.png"' in text
    assert (tmp_path / "out" / "static" / "A" / "P_files" / "s.png").read_bytes() == b"png"


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_words_of_real_pages_are_kept(
    wiki: Wiki, tmp_path: Path, shared: Path, flavour: str
) -> None:
    """Every thirtieth page of the corpus: XWiki's plain text is in what the Markdown shows."""
    with gzip.open(shared / "corpus" / "pages.jsonl.gz") as file:
        rows = [json.loads(line) for line in list(file)[::30]]
    for number, row in enumerate(rows):
        wiki.add(page(f"S.P{number}", syntax=row["syntax"]), *revisions(row["source"]))
    tree = tmp_path / "tree"
    report = write_tree(wiki.archive, (), tree, flavour, SITE, proof=True)
    shape = TREE_FORMATS[flavour].shape
    total = lost = 0
    for number, row in enumerate(rows):
        inner = "/index.md" if shape.bundle else ".md"
        text = (tree / TREE_FORMATS[flavour].content / f"S/P{number}{inner}").read_text("utf-8")
        shown = markdown_text(text.partition("\n---\n")[2])
        count, missing = lost_words(without_messages(row["plain"]), shown)
        total, lost = total + count, lost + missing.total()
    assert total > 10_000
    assert lost <= total * 0.001
    words = report.table()["word"]
    assert words.get("dropped", 0) <= words["kept"] * 0.001


def test_what_others_put_into_a_tree_stays(wiki: Wiki, tmp_path: Path) -> None:
    """Their repository with empty folders, files and links, and settings that they changed."""
    small(wiki)
    export(wiki, tmp_path / "out", "mkdocs")
    tree = tmp_path / "out"
    (tree / ".git" / "refs" / "tags").mkdir(parents=True)
    (tree / ".git" / "HEAD").write_text("ref: refs/heads/main")
    (tree / "docs" / "A" / "mine.md").write_text("mine")
    (tree / "link").symlink_to("nowhere")
    settings = (tree / "mkdocs.yml").read_text() + "theme: ours\n"
    (tree / "mkdocs.yml").write_text(settings)
    others = {path for path in files(tree) if "mine" in path or ".git" in path}
    wiki.add(page("New.Page"), *revisions("new"))
    for _ in range(2):
        export(wiki, tree, "mkdocs")
        assert others <= files(tree).keys()
        assert (tree / "mkdocs.yml").read_text() == settings
        assert (tree / ".git" / "refs" / "tags").is_dir()
        assert (tree / "link").is_symlink()
    assert (tree / "docs" / "New" / "Page.md").is_file()


def test_what_others_put_in_the_way_of_a_page_is_told(wiki: Wiki, tmp_path: Path) -> None:
    """A page of the wiki does not take the place of their file, and the tree stays as it was."""
    small(wiki)
    export(wiki, tmp_path / "out")
    mine = tmp_path / "out" / "New" / "Page.md"
    mine.parent.mkdir()
    mine.write_text("mine")
    before = files(tmp_path / "out")
    wiki.add(page("New.Page"), *revisions("new"))
    with pytest.raises(InputError, match=r"New/Page\.md: not of this tree, and in the way"):
        export(wiki, tmp_path / "out")
    assert files(tmp_path / "out") == before
    mine.unlink()
    export(wiki, tmp_path / "out")
