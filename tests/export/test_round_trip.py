"""What a tree brings back: objects, classes, comments, every version of files, in every flavour."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import msgspec
import pytest

from importers.base import Options, Source
from importers.markdown import Markdown
from kb.archive import Archive, PageView
from kb.export.markdown.flavour import TREE_FORMATS
from kb.export.markdown.nav import ProjectSettings
from kb.export.markdown.tree_writer import write_tree
from kb.model import Comment, PageId, WikiClass, WikiObject
from kb.redact.public_rules import without_secrets
from tests.export.rendering import note_rendering
from tests.export.wiki import WIKI, Wiki, page, revisions

SITE = ProjectSettings(title="Wiki", language="zh", url=None)
FLAVOURS = list(TREE_FORMATS)
AT = "2020-04-20T00:00:00Z"


def taken(folder: Path, tree: Path) -> Archive:
    """An archive of what the importer gives of a tree."""
    archive = Archive(folder / "again.db", create=True)
    known = archive.source(str(tree), "markdown")
    items = Markdown().records(Source(str(tree)), Options(), known, archive.blobs)
    archive.ingest(known, items)
    return archive


def said(archive: Archive, view: PageView) -> dict[str, object]:
    """All of a page that a tree keeps."""
    class_ = archive.class_(view.key)
    lines = [(line.text, line.version, line.author, line.date) for line in view.lines]
    held = [f for f in view.attachments if f.sha256 and not f.gone]
    files = [msgspec.structs.replace(file, way=None) for file in held]
    return {
        "title": view.title, "syntax": view.syntax, "parent": view.parent, "hidden": view.hidden,
        "creator": view.creator, "created": view.created, "tags": view.tags, "lines": lines,
        "files": files, "comments": view.comments, "objects": view.objects,
        "class": class_ and (class_.properties, class_.raw),
    }  # fmt: skip


def full(wiki: Wiki) -> None:
    """A page with everything that a page can have, and one that links to all of it."""
    wiki.add(
        page("A.WebHome", title="首页", tags=("x", "案例"), parent="Main.WebHome", hidden=False,
             creator="XWiki.ann", created=AT, syntax="xwiki/2.1"),
        *revisions("= One =\n\nold", "= One =\n\n[[b>>B.P||anchor=\"HTwo\"]] {{info}}x{{/info}}\n"),
        wiki.file("shot.png", b"1", "1.1", author="XWiki.ann", date=AT, comment="c"),
        wiki.file("shot.png", b"2", "1.2", author="XWiki.ben", date=AT, mimetype="image/png"),
        wiki.file("notes.md", b"# no page", "1.1", date=AT),
        Comment(number=0, text="**yes**", author="XWiki.ann", date=AT, resolved=True),
        Comment(number=2, text="no\n---\n", reply_to=0, selection="One"),
        WikiObject(class_name="B.P", number=3, guid="g",
                   properties={"n": 1, "x": ["a", "b"], "t": "=cmd()\n\0", "none": None}),
        WikiClass(properties={"n": "Number"}, raw=b"<class>\xe6\xa1\x88</class>"),
    )  # fmt: skip
    wiki.add(page("B.P"), *revisions("== Two ==\n\n[[attach:A.WebHome@shot.png]] `{x}` <b> ~*"))
    wiki.add(page("_objects.P"), *revisions("a space of that name"))


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_everything_of_a_page_comes_back(wiki: Wiki, tmp_path: Path, flavour: str) -> None:
    """Objects, class, comments, tags, facts and every version of the files."""
    full(wiki)
    report = write_tree(wiki.archive, (), tmp_path / "tree", flavour, SITE, all_versions=True)
    assert report.table()["attachment"] == {"kept": 3}
    assert report.table()["object"] == {"kept": 1}
    with taken(tmp_path, tmp_path / "tree") as again:
        for view in wiki.archive.pages():
            back = again.page(view.id)
            assert back is not None
            before = said(wiki.archive, view)
            after = said(again, back)
            lines = after.pop("lines")
            assert isinstance(lines, list)
            assert [line[0] for line in lines] == view.source.split("\n")
            del before["lines"]
            assert after == before


def test_older_versions_stand_beside_the_newest_where_asked_for(wiki: Wiki, tmp_path: Path) -> None:
    """Without the option they are told of; a later run with one more moves the names on."""
    full(wiki)
    report = write_tree(wiki.archive, (), tmp_path / "tree", "plain", SITE)
    assert report.table()["attachment"] == {"kept": 2, "dropped": 1}
    for _ in range(2):
        write_tree(wiki.archive, (), tmp_path / "tree", "plain", SITE, all_versions=True)
        folder = tmp_path / "tree" / "A" / "index_files"
        found = {path.name: path.read_bytes() for path in folder.iterdir()}
        assert found == {"shot.png": b"2", "shot-v1.1.png": b"1", "notes.md.txt": b"# no page"}


def test_objects_stand_outside_what_is_published(wiki: Wiki, tmp_path: Path) -> None:
    """As data that people can read and change; hashes of passwords are left out, and told."""
    full(wiki)
    user = WikiObject(class_name="XWiki.XWikiUsers", number=0,
                      properties={"first_name": "Ann", "password": "hash:SHA-512:x"})  # fmt: skip
    wiki.add(page("XWiki.ann"), *revisions(""), user)
    report = write_tree(wiki.archive, (), tmp_path / "tree", "mkdocs", SITE)
    assert report.table()["property"] == {"dropped": 1}
    files = [p.relative_to(tmp_path / "tree") for p in (tmp_path / "tree").rglob("*.json")]
    assert sorted(p.as_posix() for p in files if p.parts[0] == "_objects") == [
        "_objects/A/index.json", "_objects/XWiki/ann.json",
    ]  # fmt: skip
    assert "SHA-512" not in (tmp_path / "tree" / "_objects" / "XWiki" / "ann.json").read_text()
    path = tmp_path / "tree" / "_objects" / "A" / "index.json"
    told = json.loads(path.read_text("utf-8"))
    assert told["objects"][0]["properties"]["x"] == ["a", "b"]
    path.write_text(path.read_text("utf-8").replace('"a"', '"z"'), "utf-8")
    with taken(tmp_path, tmp_path / "tree") as again:
        view = again.page(PageId(WIKI, "A.WebHome"))
        assert view is not None
        assert view.objects[0].properties["x"] == ["z", "b"]


def test_only_what_a_change_touches_is_rendered_again(
    wiki: Wiki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new page is rendered, and those whose links it mends; a page that moved nothing is not."""
    wiki.add(page("A.One"), *revisions("[[A.Two]]"))
    wiki.add(page("A.Three"), *revisions("[[A.One]] [[image:s.png]]"), wiki.file("s.png", b"1"))
    write_tree(wiki.archive, (), tmp_path / "tree", "plain", SITE)
    rendered = note_rendering(monkeypatch)
    wiki.add(page("A.Two"), *revisions("x"))
    write_tree(wiki.archive, (), tmp_path / "tree", "plain", SITE)
    assert rendered == ["A.One", "A.Two"]
    assert "](Two.md)" in (tmp_path / "tree" / "A" / "One.md").read_text()
    rendered.clear()
    write_tree(wiki.archive, (), tmp_path / "tree", "plain", SITE)
    assert rendered == []


def test_an_interrupted_run_is_gone_on_with(
    wiki: Wiki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages that were written are not rendered again; the tree is the same as without a break."""
    for number in range(6):
        wiki.add(page(f"A.P{number}"), *revisions(f"text {number}"))
    write_tree(wiki.archive, (), tmp_path / "whole", "hugo", SITE)
    rendered = note_rendering(monkeypatch, pages=4)
    with pytest.raises(KeyboardInterrupt):
        write_tree(wiki.archive, (), tmp_path / "tree", "hugo", SITE)
    assert not (tmp_path / "tree").exists()
    write_tree(wiki.archive, (), tmp_path / "tree", "hugo", SITE)
    assert rendered == ["A.P0", "A.P1", "A.P2", "A.P3", "break", "A.P4", "A.P5"]
    whole, tree = (
        {
            p.relative_to(tmp_path / n): p.read_bytes()
            for p in (tmp_path / n).rglob("*")
            if p.is_file()
        }
        for n in ("whole", "tree")
    )
    assert whole == tree
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


@pytest.mark.prove
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_every_page_of_the_corpus_comes_back(tmp_path: Path, shared: Path, flavour: str) -> None:
    """Some 2,300 real pages: text, facts, files, comments, objects, classes; nothing is lost."""
    with tarfile.open(shared / "corpus" / "xml.tar.gz") as archive:
        archive.extractall(tmp_path / "pages", filter="data")
    command = [sys.executable, "-m", "kb", "import", str(tmp_path / "pages")]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    differ = []
    with Archive(tmp_path / ".kb" / "archive.db") as before:
        write_tree(before, (), tmp_path / "tree", flavour, SITE, all_versions=True)
        with taken(tmp_path, tmp_path / "tree") as after:
            for view in before.pages():
                back = after.page(view.id)
                assert back is not None, view.id
                objects = tuple(map(without_secrets, view.objects))
                one = said(before, msgspec.structs.replace(view, objects=objects))
                two = said(after, back)
                differ += [(view.id.page, key) for key in one if one[key] != two[key]]
    assert not differ, (len(differ), differ[:20])
