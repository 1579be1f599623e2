"""Repositories of strangers: nothing of them runs, nothing outside is read, nothing takes all."""

from __future__ import annotations

import hashlib
import os
import struct
import time
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from importers.base import Options, Source
from importers.markdown import Markdown
from importers.markdown.git_log import GitLog
from importers.markdown.versions import file_states
from kb.errors import Problem
from kb.model import Item, Revision
from kb.verify import DigestSink, NothingKnown
from tests.importers.git_made import git

SECRET = "what the other repository holds"
POSIX = pytest.mark.skipif(os.name != "posix", reason="links and pipes as POSIX has them")


def made(folder: Path, *texts: str, name: str = "page.md") -> Path:
    """A repository with a commit for each text of a page."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q")
    for text in texts:
        (folder / name).write_text(text)
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "change")
    return folder


def read(folder: Path) -> list[Item]:
    items = Markdown().records(Source(str(folder)), Options(), NothingKnown(), DigestSink())
    return list(items)


def codes(items: list[Item]) -> list[str]:
    return sorted(item.code for item in items if isinstance(item, Problem))


def contents(items: list[Item]) -> list[str]:
    return [item.content for item in items if isinstance(item, Revision)]


RUNS = {
    "signatures": "[log]\nshowSignature = true\n[gpg]\nprogram = {p}\n",
    "ssh signatures": "[log]\nshowSignature = true\n[gpg]\nformat = ssh\n"
                      "[gpg \"ssh\"]\nprogram = {p}\n",
    "promisor": "[extensions]\npartialClone = x\n[remote \"x\"]\nurl = {d}\npromisor = true\n"
                "uploadpack = {p}\n",
    "monitor": "[core]\nfsmonitor = {p}\n",
    "hooks": "[core]\nhooksPath = {d}\n",
    "filters": "[core]\nattributesFile = {d}/attributes\n[filter \"f\"]\nsmudge = {p}\n"
               "clean = {p}\n[diff \"f\"]\ntextconv = {p}\n[diff]\nexternal = {p}\n",
    "pager": "[core]\npager = {p}\neditor = {p}\nsshCommand = {p}\naskPass = {p}\n"
             "alternateRefsCommand = {p}\ngitProxy = {p}\n",
    "alias": "[alias]\nlog = !{p}\ncat-file = !{p}\n[credential]\nhelper = !{p}\n",
    "include": "[include]\npath = {d}/more\n[includeIf \"gitdir:/\"]\npath = {d}/more\n",
}  # fmt: skip


@POSIX
@pytest.mark.parametrize("kind", RUNS)
def test_nothing_that_a_repository_names_is_run(tmp_path: Path, kind: str) -> None:
    """A program named under each key leaves no mark, and the history is read all the same."""
    folder = made(tmp_path / "r", "one\n", "two\n")
    program, mark = tmp_path / "program", tmp_path / "mark"
    program.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n")
    program.chmod(0o755)
    (tmp_path / "attributes").write_text("* filter=f diff=f\n")
    (tmp_path / "more").write_text(RUNS["signatures"].format(p=program, d=tmp_path))
    for hook in ("post-checkout", "post-index-change", "reference-transaction"):
        (tmp_path / hook).symlink_to(program)
    with (folder / ".git" / "config").open("a") as config:
        config.write(RUNS[kind].format(p=program, d=tmp_path))
    items = read(folder)
    assert not mark.exists()
    assert contents(items) == ["one", "two"]


def test_history_is_read_without_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no git at all, the versions are the same."""
    folder = made(tmp_path / "r", "one\n", "two\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert contents(read(folder)) == ["one", "two"]


def _git_file(folder: Path, other: Path) -> None:
    git(folder, "init", "-q")
    (folder / ".git").rename(folder.parent / "away")
    (folder / ".git").write_text(f"gitdir: {other / '.git'}\n")


def _git_link(folder: Path, other: Path) -> None:
    (folder / ".git").symlink_to(other / ".git")


def _linked(name: str) -> Callable[[Path, Path], None]:
    def make(folder: Path, other: Path) -> None:
        git(folder, "init", "-q")
        at = folder / ".git" / name
        at.rename(at.with_name("away"))
        at.symlink_to(other / ".git" / name)
        head = git(other, "rev-parse", "HEAD")
        if name == "objects":
            (folder / ".git" / "refs" / "heads" / "main").write_text(f"{head}\n")

    return make


def _alternates(folder: Path, other: Path) -> None:
    git(folder, "init", "-q")
    (folder / ".git" / "objects" / "info").mkdir(exist_ok=True)
    (folder / ".git" / "objects" / "info" / "alternates").write_text(f"{other / '.git/objects'}\n")
    head = git(other, "rev-parse", "HEAD")
    (folder / ".git" / "refs" / "heads" / "main").write_text(f"{head}\n")


def _commondir(folder: Path, other: Path) -> None:
    git(folder, "init", "-q")
    (folder / ".git" / "commondir").write_text(f"{other / '.git'}\n")


def _head_outside(folder: Path, other: Path) -> None:
    git(folder, "init", "-q")
    (folder / ".git" / "HEAD").write_text(f"ref: refs/../../../{other.name}/.git/refs/heads/main\n")


def _worktree_forged(folder: Path, other: Path) -> None:
    """A file .git whose target names the folder, but has its objects elsewhere."""
    away = folder.parent / "away" / "worktrees" / "x"
    away.mkdir(parents=True)
    (folder / ".git").write_text(f"gitdir: {away}\n")
    (away / "gitdir").write_text(f"{folder / '.git'}\n")
    (away / "commondir").write_text(f"{other / '.git'}\n")
    (away / "HEAD").write_text("ref: refs/heads/main\n")


@POSIX
@pytest.mark.parametrize(
    "lead",
    [
        _git_file, _git_link, _linked("objects"), _linked("refs"), _linked("HEAD"),
        _linked("config"), _alternates, _commondir, _head_outside, _worktree_forged,
    ],
)  # fmt: skip
def test_a_repository_that_leads_elsewhere_is_not_followed(
    tmp_path: Path, lead: Callable[[Path, Path], None]
) -> None:
    """What another repository of this machine holds does not come in, and a problem says why."""
    other = made(tmp_path / "other", f"{SECRET}\n", "now\n")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "page.md").write_text("now\n")
    lead(folder, other)
    items = read(folder)
    assert SECRET not in str(items)
    assert contents(items) == []
    assert set(codes(items)) <= {"git-elsewhere", "bad-git"}
    assert len(codes(items)) == 1


def test_work_trees_and_submodules_have_their_history(tmp_path: Path) -> None:
    """A repository elsewhere that names the folder back is the folder's own."""
    other = made(tmp_path / "other", "one\n", "two\n")
    git(other, "worktree", "add", "-q", str(tmp_path / "tree"))
    whole = made(tmp_path / "whole", "x\n")
    git(whole, "submodule", "--quiet", "add", str(other), "part")
    for folder in (tmp_path / "tree", whole / "part"):
        items = read(folder)
        assert (contents(items), codes(items)) == (["one", "two"], [])


def test_shallow_clones_and_other_formats(tmp_path: Path) -> None:
    """A shallow clone begins where it was cut; ids of 256 bits; a repository above the folder."""
    made(tmp_path / "r", "one\n", "two\n", "three\n")
    git(tmp_path, "clone", "-q", "--depth=2", f"file://{tmp_path / 'r'}", "shallow")
    assert contents(read(tmp_path / "shallow")) == ["two", "three"]
    (tmp_path / "long").mkdir()
    git(tmp_path / "long", "init", "-q", "--object-format=sha256")
    assert contents(read(made(tmp_path / "long", "one\n", "two\n"))) == ["one", "two"]
    (tmp_path / "r" / "docs").mkdir()
    made(tmp_path / "r", "a\n", "b\n", name="docs/page.md")
    assert contents(read(tmp_path / "r" / "docs")) == ["a", "b"]


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="needs root")
def test_repositories_of_other_users(tmp_path: Path) -> None:
    """One in the folder is its history, whoever has it; one above it must be of the same user."""
    folder = made(tmp_path / "r", "one\n", name="docs/page.md")
    for path in (folder, *folder.rglob("*")):
        os.chown(path, 12345, 12345)
    assert contents(read(folder)) == ["one"]
    assert contents(read(folder / "docs")) == ["one"]
    os.chown(folder / "docs", 12346, 12346)
    items = read(folder / "docs")
    assert (contents(items), codes(items)) == ([], ["git-of-another"])


# --- objects that take all memory or time ---


def _object(folder: Path, kind: bytes, data: bytes) -> str:
    return git(
        folder, "hash-object", "-w", "--literally", "-t", kind.decode(), "--stdin", text=data
    )


def _replace(folder: Path, id_: str, raw: bytes) -> None:
    path = folder / ".git" / "objects" / id_[:2] / id_[2:]
    path.unlink()
    path.write_bytes(raw)


def _blob_of(folder: Path) -> str:
    return git(folder, "rev-parse", "HEAD~1:page.md")


def _declared(folder: Path) -> None:
    _replace(folder, _blob_of(folder), zlib.compress(b"blob 999999999999\0" + b"x" * 100))


def _inflating(folder: Path) -> None:
    _replace(folder, _blob_of(folder), zlib.compress(b"blob 5\0" + b"x" * 500_000_000))


def _endless_header(folder: Path) -> None:
    _replace(folder, _blob_of(folder), zlib.compress(b"b" * 100_000_000))


def _cut(folder: Path) -> None:
    _replace(folder, _blob_of(folder), zlib.compress(b"blob 100\0" + b"x" * 100)[:-20])


def _forged(folder: Path) -> None:
    _replace(folder, _blob_of(folder), zlib.compress(b"blob 6\0forged"))


def _packed(*entries: tuple[int, int, bytes, bytes]) -> Callable[[Path], None]:
    """Put the first entry of a pack in the place of a blob; others are there for it to stand on.

    An entry is kind, declared size, what stands before the stream, and what is in it.
    """

    def make(folder: Path) -> None:
        body, rows = b"PACK" + struct.pack(">LL", 2, len(entries)), []
        for number, (kind, size, before, data) in enumerate(reversed(entries)):
            last = number == len(entries) - 1
            id_ = _blob_of(folder) if last else f"{number:040x}"
            rows.append((bytes.fromhex(id_), len(body)))
            first = kind << 4 | size & 15
            head = bytes([first | 0x80]) + _number(size >> 4) if size > 15 else bytes([first])
            body += head + before + zlib.compress(data)
        body += hashlib.sha1(body).digest()
        rows.sort()
        fan = b"".join(
            struct.pack(">L", sum(id_[0] <= top for id_, _ in rows)) for top in range(256)
        )
        index = b"\377tOc" + struct.pack(">L", 2) + fan + b"".join(id_ for id_, _ in rows)
        index += b"\0\0\0\0" * len(rows) + b"".join(struct.pack(">L", at) for _, at in rows)
        index += body[-20:]
        index += hashlib.sha1(index).digest()
        at = folder / ".git" / "objects" / "pack"
        (at / "pack-x.pack").write_bytes(body)
        (at / "pack-x.idx").write_bytes(index)

    return make


def _number(value: int) -> bytes:
    made = []
    while True:
        made.append(value & 0x7F | (0x80 if value > 0x7F else 0))
        value >>= 7
        if not value:
            return bytes(made)


_HUGE = _number(5) + _number(1 << 50) + b"\x90\x05" * 10
_COPIES = _number(1 << 20) + _number(200 << 20) + b"\xf0\x00\x00\x10" * 200
_SELF = bytes.fromhex("00" * 20)

BOMBS = {
    "declares 10^12 bytes": _declared,
    "inflates beyond its size": _inflating,
    "has no end of a header": _endless_header,
    "is cut off": _cut,
    "is another than its id": _forged,
    "declares 10^15 in a pack": _packed((3, 1 << 50, b"", b"x")),
    "inflates in a pack": _packed((3, 5, b"", b"x" * 100_000_000)),
    "delta declares 10^15": _packed((7, len(_HUGE), _SELF, _HUGE), (3, 5, b"", b"hello")),
    "delta copies without end": _packed(
        (7, len(_COPIES), _SELF, _COPIES), (3, 1 << 20, b"", b"\0" * (1 << 20))
    ),
    "delta of itself": _packed((6, 3, b"\x00", b"\x01\x01\x00")),
    "deltas of each other": _packed((7, 3, _SELF, b"\x01\x01\x00"), (7, 3, _SELF, b"\x01\x01\x00")),
    "delta of what is missing": _packed((7, 3, b"\x77" * 20, b"\x01\x01\x00")),
    "distance without end": _packed((6, 3, b"\xff" * 60, b"\x01\x01\x00")),
    "size without end": _packed((3, (1 << 300) - 1, b"", b"x")),
    "bad delta": _packed((7, 4, _SELF, b"\x05\x05\x90\x09"), (3, 5, b"", b"hello")),
    "unknown kind": _packed((5, 1, b"", b"x")),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_an_object_that_takes_all_is_one_lost_version(tmp_path: Path, kind: str) -> None:
    """Its version is a problem that names the commit; all others are read, in little memory."""
    folder = made(tmp_path / "r", "one\n", "two\n", "three\n")
    BOMBS[kind](folder)
    if (folder / ".git" / "objects" / "pack" / "pack-x.pack").exists():
        id_ = _blob_of(folder)
        (folder / ".git" / "objects" / id_[:2] / id_[2:]).unlink()
    tracemalloc.start()
    begun = time.process_time()
    items = read(folder)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 150_000_000
    assert time.process_time() - begun < 20
    assert codes(items) == ["lost-version"]
    assert contents(items) == ["one", "three"]


def _nested(folder: Path) -> None:
    """Each tree has the next one thirty times: 30^12 files in a dozen objects."""
    tree = b"100644 a.md\0" + bytes.fromhex(_object(folder, b"blob", b"x"))
    for _ in range(12):
        id_ = bytes.fromhex(_object(folder, b"tree", tree))
        tree = b"".join(b"40000 d%02d\0" % n + id_ for n in range(30))
    _commit(folder, tree)


def _deep(folder: Path) -> None:
    tree = b"100644 a.md\0" + bytes.fromhex(_object(folder, b"blob", b"x"))
    for _ in range(300):
        tree = b"40000 d\0" + bytes.fromhex(_object(folder, b"tree", tree))
    _commit(folder, tree)


def _no_tree(folder: Path) -> None:
    _commit(folder, b"100644 a.md\0too short")


def _own_parent(folder: Path) -> None:
    (folder / ".git" / "refs" / "heads" / "main").write_text("0" * 40)


def _commit(folder: Path, tree: bytes) -> None:
    id_ = _object(folder, b"tree", tree)
    commit = git(folder, "commit-tree", "-m", "x", "-p", "HEAD", id_)
    (folder / ".git" / "refs" / "heads" / "main").write_text(f"{commit}\n")


@POSIX
def _pipes(folder: Path) -> None:
    os.mkfifo(folder / ".git" / "packed-refs")
    (folder / ".git" / "refs" / "heads" / "main").unlink()


def _index_without_objects(folder: Path) -> None:
    at = folder / ".git" / "objects" / "pack"
    (at / "pack-x.pack").write_bytes(b"PACK")
    fan = struct.pack(">L", 0xFFFFFFFF) * 256
    (at / "pack-x.idx").write_bytes(b"\377tOc\0\0\0\2" + fan)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_nested, "git-too-large"), (_deep, "git-too-large"), (_no_tree, "bad-git"),
        (_own_parent, "bad-git"), (_index_without_objects, "bad-git"),
        pytest.param(_pipes, "bad-git", marks=POSIX),
    ],
)  # fmt: skip
def test_a_history_that_cannot_be_read_is_said(
    tmp_path: Path, spoil: Callable[[Path], None], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pages come as they stand, with a problem that says why there is no history."""
    monkeypatch.setattr("importers.markdown.git_log.MOST_CHANGES", 20_000)
    folder = made(tmp_path / "r", "one\n", "two\n")
    spoil(folder)
    items = read(folder)
    assert codes(items) == [code]
    assert contents(items) == []


def test_odd_people_and_messages_are_read(tmp_path: Path) -> None:
    """An encoding that is named, a date that is none, no name at all: records, not errors."""
    folder = made(tmp_path / "r", "one\n")
    tree = git(folder, "rev-parse", "HEAD^{tree}")
    blob = _object(folder, b"blob", b"two\n")
    tree = _object(folder, b"tree", b"100644 page.md\0" + bytes.fromhex(blob))
    parent = git(folder, "rev-parse", "HEAD")
    head = f"tree {tree}\nparent {parent}\nauthor ".encode()
    rows = [
        (
            b"\xc0\xee <a@b> 1700000000 +0800", b"encoding GBK\n", "李 <a@b>",
            "2023-11-15T06:13:20+08:00",
        ),
        (b"x <a@b> 99999999999999999 +0000", b"", "x <a@b>", None),
        (b"<> 0 +9999", b"encoding no-such\n", " <>", None),
        (b"no mail", b"", " <>", None),
    ]  # fmt: skip
    for author, encoding, who, when in rows:
        body = head + author + b"\ncommitter " + author + b"\n" + encoding + b"\nmessage\n"
        (folder / ".git" / "refs" / "heads" / "main").write_text(_object(folder, b"commit", body))
        last = GitLog(folder).of("page.md")[-1].commit
        assert (last.author, last.date, last.message) == (who, when, "message")


def test_a_long_history_is_never_in_memory_as_a_whole(tmp_path: Path) -> None:
    """A hundred versions of two megabytes, a few kilobytes in the repository, come one by one."""
    folder = made(tmp_path / "r", "one\n")
    rows = []
    for number in range(100):
        text = b"%d\n" % number + b"x\n" * 1_000_000
        rows.append(b"commit refs/heads/main\ncommitter A <a@b> %d +0000\ndata 1\nx\n" % number)
        rows.append(b"M 100644 inline page.md\ndata %d\n%s\n" % (len(text), text))
    git(folder, "fast-import", "--quiet", "--force", text=b"".join(rows))
    git(folder, "repack", "-q", "-ad")
    log = GitLog(folder)
    tracemalloc.start()
    with log.blobs() as blobs:
        states = file_states(log.of("page.md"), blobs, "now", "page.md")
        assert sum(1 for _ in states) == 101
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 120_000_000
