"""Folders of strangers: only regular files inside them, of bounded size, each refusal said."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from importers.base import Importer, Options, Source, importer_for
from importers.markdown import Markdown
from importers.viewer_html import ViewerHtml
from importers.xar import Xar
from kb.archive import Archive
from kb.errors import InputError, Problem
from kb.export.markdown.nav import ProjectSettings
from kb.export.markdown.tree_writer import write_tree
from kb.foreign_folder import DEEPEST, ForeignFileError, ForeignFolder
from kb.library.taking_in import match
from kb.model import AttachmentRevision, Item, PageId, PageSeen, Revision, Snapshot, WikiObject
from kb.verify import DigestSink, NothingKnown
from tests.conftest import Kb

SECRET = "what stands outside of the folder"
pytestmark = pytest.mark.skipif(os.name != "posix", reason="links and pipes as POSIX has them")


def read(folder: Path, importer: Importer | None = None) -> list[Item]:
    source = Source(str(folder))
    chosen = importer or importer_for(source)
    return list(chosen.records(source, Options(), NothingKnown(), DigestSink()))


def read_in_part(folder: Path, importer: Importer) -> tuple[list[Item], str]:
    """What an importer gives, and what it says where it then ends with an error."""
    items: list[Item] = []
    try:
        for item in importer.records(Source(str(folder)), Options(), NothingKnown(), DigestSink()):
            items.append(item)  # noqa: PERF402  (what came before the error counts)
    except InputError as error:
        return items, str(error)
    return items, ""


def codes(items: Iterable[object]) -> list[str]:
    return sorted(item.code for item in items if isinstance(item, Problem))


def _link(at: Path, outside: Path) -> None:
    at.symlink_to(outside)


def _loop(at: Path, outside: Path) -> None:
    at.symlink_to(at)


def _zero(at: Path, outside: Path) -> None:
    at.symlink_to("/dev/zero")


def _pipe(at: Path, outside: Path) -> None:
    os.mkfifo(at)


def _socket(at: Path, outside: Path) -> None:
    here = Path.cwd()
    os.chdir(at.parent)  # the name of a socket may have 100 bytes
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(at.name)
    finally:
        os.chdir(here)


ODD = {
    "link": (_link, "link-not-followed"), "loop": (_loop, "link-not-followed"),
    "zero": (_zero, "link-not-followed"), "pipe": (_pipe, "not-a-file"),
    "socket": (_socket, "not-a-file"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ODD)
def test_no_file_that_is_none_is_opened(tmp_path: Path, kind: str) -> None:
    """A link, device, pipe or socket is a problem that names it, and the rest is read."""
    make, code = ODD[kind]
    folder = tmp_path / "f"
    folder.mkdir()
    outside = tmp_path / "secret"
    outside.write_text(SECRET)
    (folder / "good").write_text("good")
    make(folder / "odd", outside)
    whole = ForeignFolder(folder)
    found = list(whole.walk(lambda name: False))
    assert [p for p in found if isinstance(p, str)] == ["good"]
    assert [(p.code, p.where) for p in found if isinstance(p, Problem)] == [
        (code, str(folder / "odd"))
    ]
    with pytest.raises(ForeignFileError) as raised:
        whole.open("odd")
    assert raised.value.code == code
    assert not whole.is_file("odd")
    assert not whole.is_folder("odd")


@pytest.mark.parametrize(
    "path", ["../secret", "/etc/passwd", "a/../../secret", "", ".", "a//b", "in/secret", "a\0b"]
)
def test_no_path_leads_out_of_the_folder(tmp_path: Path, path: str) -> None:
    """Neither two dots, nor an absolute path, nor a folder that is a link."""
    (tmp_path / "f" / "a").mkdir(parents=True)
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "f" / "in").symlink_to(tmp_path)
    with pytest.raises(ForeignFileError):
        ForeignFolder(tmp_path / "f").open(path)


def test_without_opening_within_folders_it_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On systems that cannot open within a folder each part of the way is looked at."""
    monkeypatch.setattr("kb.foreign_folder._BY_FOLDER", False)
    for number, kind in enumerate(ODD):
        folder = tmp_path / str(number)
        folder.mkdir()
        test_no_file_that_is_none_is_opened(folder, kind)
    test_no_path_leads_out_of_the_folder(tmp_path / "x", "in/secret")


def test_sizes_depth_and_names_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large file, folders without end, a name that is no text: problems; too many: an error."""
    folder = ForeignFolder(tmp_path)
    (tmp_path / "large").write_bytes(b"x" * 101)
    assert len(folder.read("large", 101)) == 101
    with pytest.raises(ForeignFileError, match="more than 100 bytes"):
        folder.read("large", 100)
    deep = tmp_path
    for _ in range(DEEPEST + 5):
        deep /= "d"
        deep.mkdir()
    (deep / "file").touch()
    if sys.platform == "linux":
        (tmp_path / os.fsdecode(b"\xff\xfe")).touch()
    found = list(folder.walk(lambda name: False))
    assert "large" in found
    assert set(codes(found)) == {"too-deep", "bad-file-name"}
    str(found).encode()
    monkeypatch.setattr("kb.foreign_folder.MOST_FILES", 2)
    with pytest.raises(InputError, match="more than 2 files"):
        list(folder.walk(lambda name: False))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree as an export wrote it: a page with an object and a file."""
    with Archive(tmp_path / "a.db", create=True) as archive:
        sha256 = archive.blobs.put([b"log"])
        archive.ingest(archive.source("t", "t"), [
            PageSeen(id=PageId("xwiki", "S.P"), history="latest", syntax="xwiki/2.1"),
            Revision(version="3.1", content="one\n\ntwo\n\nthree", author="A"),
            AttachmentRevision(name="a.log", version="2.1", sha256=sha256),
            WikiObject(class_name="XWiki.Tag", number=0, properties={}),
        ])  # fmt: skip
        write_tree(archive, (), tmp_path / "tree", "mkdocs",
                   ProjectSettings(title="W", language="zh", url=None))  # fmt: skip
    assert codes(read(tmp_path / "tree")) == []
    return tmp_path / "tree"


def _changed(path: Path, change: Callable[[Any], None]) -> None:
    said = json.loads(path.read_bytes())
    change(said)
    path.write_text(json.dumps(said))


def _docs_link(tree: Path) -> None:
    (tree / "docs").rename(tree.parent / "docs")
    (tree.parent / "docs" / "secret.md").write_text(SECRET)
    (tree / "docs").symlink_to(tree.parent / "docs")


def _beside(path: str) -> Callable[[Path], None]:
    def change(tree: Path) -> None:
        (tree.parent / "secret.json").write_text(
            json.dumps({"reference": "S.P", "objects": [
                {"class_name": SECRET, "number": 0, "properties": {}}]})
        )  # fmt: skip
        (tree / "in").symlink_to(tree.parent)
        target = path.format(tree=tree)

        def say(said: Any) -> None:
            for page in said["pages"].values():
                page["beside"] = target

        _changed(tree / ".casebook", say)

    return change


def _memory(**changed: object) -> Callable[[Path], None]:
    def change(tree: Path) -> None:
        (file,) = (tree / ".casebook.d").rglob("*.json")
        _changed(file, lambda said: said.update(changed))

    return change


def _memory_zero(tree: Path) -> None:
    (file,) = (tree / ".casebook.d").rglob("*.json")
    file.unlink()
    file.symlink_to("/dev/zero")


def _mark_pipe(tree: Path) -> None:
    (tree / ".casebook").unlink()
    os.mkfifo(tree / ".casebook")


def _deep_json(tree: Path) -> None:
    (file,) = (tree / ".casebook.d").rglob("*.json")
    file.write_text('{"lines":' + "[" * 100_000)


HUGE = 10**12
TREES = {
    "docs is a link": (_docs_link, {"link-not-followed"}),
    "beside leads up": (_beside("../secret.json"), {"outside-folder", "link-not-followed"}),
    "beside is absolute": (_beside("{tree}/../secret.json"),
                           {"outside-folder", "link-not-followed"}),
    "beside by a link": (_beside("in/secret.json"), {"link-not-followed"}),
    "beside is a device": (_beside("/dev/zero"), {"outside-folder", "link-not-followed"}),
    "a run of 10^12 lines": (_memory(origins=[[HUGE, "1.1", "A", None]]), {"bad-memory"}),
    "many long runs": (_memory(origins=[[3, "1.1", "A", None]] * 1000), {"bad-memory"}),
    "a run of no version": (_memory(origins=[[3, "x", "A", None]]), {"bad-memory"}),
    "a negative run": (_memory(origins=[[-1, "1.1", "A", None]]), {"bad-memory"}),
    "a block of 10^12 lines": (_memory(pieces=[[0, 1, 0, HUGE]]), {"bad-memory"}),
    "a block far away": (_memory(pieces=[[HUGE, 1, 0, 1]]), {"bad-memory"}),
    "blocks on each other": (_memory(pieces=[[0, 1, 0, 5]] * 9), {"bad-memory"}),
    "a number of any length": (_memory(pieces=[[10**4000, 1, 0, 1]]), {"bad-memory"}),
    "memory is a device": (_memory_zero, {"link-not-followed"}),
    "memory nested without end": (_deep_json, {"bad-memory"}),
    "the mark is a pipe": (_mark_pipe, {"not-a-file"}),
}  # fmt: skip


@pytest.mark.parametrize("kind", TREES)
def test_a_tree_that_was_tampered_with(tree: Path, kind: str) -> None:
    """Nothing outside comes in, nothing takes all memory, and a problem names what was refused."""
    spoil, expected = TREES[kind]
    spoil(tree)
    tracemalloc.start()
    begun = time.process_time()
    items, error = read_in_part(tree, Markdown())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100_000_000
    assert time.process_time() - begun < 10
    assert set(codes(items)) & expected or "[link-not-followed]" in error
    assert set(codes(items)) <= expected | {"file-of-no-page"}
    assert SECRET not in str(items)
    assert error or any(isinstance(item, Snapshot | Revision) for item in items)


def test_a_file_whose_version_is_none_is_read(tree: Path) -> None:
    """What the mark says of a file's version does not count where it says none."""

    def say(said: Any) -> None:
        for file in said["files"].values():
            file["version"] = "latest"

    _changed(tree / ".casebook", say)
    (file,) = tree.rglob("a.log")
    file.write_text("changed")
    found = [item for item in read(tree, Markdown()) if isinstance(item, AttachmentRevision)]
    assert [item.version for item in found] == ["1.1"]


def test_a_page_that_is_too_large_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is named, and the other pages are read."""
    monkeypatch.setattr("importers.markdown.folder.MOST_PAGE", 1000)
    (tmp_path / "large.md").write_text("x" * 1001)
    (tmp_path / "small.md").write_text("x")
    items = read(tmp_path)
    assert [item.id.page for item in items if isinstance(item, PageSeen)] == ["small"]
    assert codes(items) == ["file-too-large"]


@pytest.mark.parametrize(
    ("importer", "name", "text"),
    [
        (Xar(), "P.xml", "<xwikidoc version='1.3'><web>A</web><name>{}</name></xwikidoc>"),
        (ViewerHtml(), "p.html", "<html data-xwiki-reference='x:A.{0}'><div class='wiki-code'>"
                                 "<code>{0}</code></div></html>"),
    ],
)  # fmt: skip
def test_other_folders_are_read_in_the_same_way(
    tmp_path: Path, importer: Importer, name: str, text: str
) -> None:
    """Page XML, pages saved from a browser: a link in the folder is not followed, but said."""
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / name).write_text(text.format("Good"))
    (tmp_path / "secret").write_text(text.format(SECRET))
    (tmp_path / "f" / f"a{name}").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "f" / f"b{name}")
    items, _ = read_in_part(tmp_path / "f", importer)
    assert SECRET not in str(items)
    assert {"link-not-followed", "not-a-file"} <= {*codes(items)}


def test_a_mixed_folder_names_what_is_skipped(tmp_path: Path) -> None:
    """A link among dumps that are taken file by file is among those that were skipped."""
    dump = "Wiki source code of P\n1.1 | 1 | text |\n1.1 | 2 | more |\n"
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "a.txt").write_text(dump)
    (tmp_path / "b.txt").write_text(dump)
    (tmp_path / "f" / "b.txt").symlink_to(tmp_path / "b.txt")
    found = match(str(tmp_path / "f"), None)
    assert [source.path.name for source, _ in found.pairs] == ["a.txt"]
    assert "link-not-followed" in str(found.skipped[0])


def test_the_command_takes_what_it_can(kb: Kb, tmp_path: Path) -> None:
    """Folders without end, names that are no text, loops, pipes: the page comes in, all is said."""
    folder = tmp_path / "f"
    folder.mkdir()
    (folder / "page.md").write_text("text")
    deep = folder
    for _ in range(1500):
        deep /= "d"
        deep.mkdir()
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.md")
    if sys.platform == "linux":
        (folder / os.fsdecode(b"\xff.md")).touch()
    done = kb("import", folder)
    assert "1 page" in done.stdout + done.stderr
    for code in ("too-deep", "link-not-followed", "not-a-file"):
        assert code in done.stdout + done.stderr + kb("stats").stdout
    assert "Traceback" not in done.stderr
    while deep != folder:
        deep.rmdir()
        deep = deep.parent
