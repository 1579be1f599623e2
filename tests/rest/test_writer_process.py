"""The writer's own process: the same archive, no secret in it, and an end to every run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from kb.archive import Archive
from kb.archive.writer_process import BlobPart, ImportEnds, WriterProcess, frame, messages
from kb.errors import KbError
from kb.model import (
    AttachmentRevision,
    Checkpoint,
    FetchState,
    Item,
    PageId,
    PageSeen,
    Revision,
)
from tests.conftest import Kb

from .standin import PASSWORD, Home, Standing

LINUX = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads /proc")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    Archive(tmp_path / "archive.db", create=True).close()
    return tmp_path / "archive.db"


def page(number: int, text: str = "text") -> list[Item]:
    return [
        PageSeen(id=PageId("xwiki", f"A.P{number}"), history="complete", version="1.1"),
        Revision(version="1.1", content=text, raw=text.encode() * 2),
    ]


def test_what_goes_through_the_pipe_comes_out(tmp_path: Path) -> None:
    """Frames of records and bytes decode to what was sent; one that is cut off is ignored."""
    sent = [
        *page(1, "售后 ☃"),
        BlobPart(b"\0\xff", last=True),
        FetchState(key="a", value="b"),
        ImportEnds(),
    ]
    (tmp_path / "pipe").write_bytes(frame(sent[:2]) + frame(sent[2:]) + frame(sent)[:-1])
    with (tmp_path / "pipe").open("rb") as pipe:
        assert list(messages(pipe)) == sent


def test_the_archive_is_the_one_written_here(
    stand: Callable[..., Standing], home: Home, kb: Kb, tmp_path: Path
) -> None:
    """`kb import`, with its writer process, makes the archive that one process makes."""
    wiki = stand(faults="bigfile:mb=3,page=Support.Empty")
    home.take(wiki.url)
    kb("import", wiki.url, "--user", "admin", "--password-env", "KB_TEST_PASSWORD")
    with Archive(home.path) as here, Archive(tmp_path / ".kb" / "archive.db") as beside:
        assert {(p, d) for _, p, d in here.digests()} == {(p, d) for _, p, d in beside.digests()}
        assert here.counts() == beside.counts()


def test_bytes_and_commits(path: Path) -> None:
    """Bytes of any size reach the archive, and a checkpoint has committed when it returns."""
    writer = WriterProcess(path, "http://w", "rest")

    def items() -> Iterator[Item]:
        yield from page(1)
        digest = writer.put([b"a" * 300_000, b"b"])
        yield AttachmentRevision(name="f", version="1.1", sha256=digest, size=300_001)
        yield Checkpoint()
        with Archive(path) as archive:
            assert archive.counts()["page"] == 1, "committed before the iterator is asked again"
            assert archive.blobs.open(digest) == b"a" * 300_000 + b"b"
        yield from page(2)

    report = writer.ingest(items())
    assert (report.pages, report.changed, report.attachments) == (2, 2, 1)


@pytest.mark.parametrize("where", ["record", "bytes"])
def test_a_run_that_breaks_off_leaves_whole_pages(path: Path, where: str) -> None:
    """Interrupted between records or within bytes, the archive holds whole pages only."""
    writer = WriterProcess(path, "http://w", "rest")

    def broken() -> Iterator[bytes]:
        yield b"a" * 1_000_000
        raise KeyboardInterrupt

    def items() -> Iterator[Item]:
        for number in range(200):
            yield from page(number)
        if where == "bytes":
            writer.put(broken())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        writer.ingest(items())
    with Archive(path) as archive:
        views = list(archive.pages())
        assert 100 < len(views) < 200
        assert all(view.source == "text" for view in views)


def test_a_writer_that_is_killed_ends_the_run(path: Path) -> None:
    """The run ends with an error, what was committed stays, and the next run goes on."""
    writer = WriterProcess(path, "http://w", "rest")

    def items() -> Iterator[Item]:
        yield from page(0)
        yield Checkpoint()
        assert writer._process is not None
        writer._process.kill()
        for number in range(10_000):
            yield from page(number)

    with pytest.raises(KbError, match=f"writer ended with -{signal.SIGKILL.value}"):
        writer.ingest(items())
    with Archive(path) as archive:
        assert archive.counts()["page"] == 1
        again = WriterProcess(path, "http://w", "rest").ingest(iter(page(1)))
        assert again.changed == 1, "the next run goes on"


def test_a_writer_that_cannot_write_says_why(tmp_path: Path) -> None:
    """An error that the writer process meets is raised in the importing one."""
    (tmp_path / "folder").mkdir()
    with pytest.raises(KbError, match="folder: "):
        WriterProcess(tmp_path / "folder", "http://w", "rest").ingest(iter(page(1)))


@LINUX
def test_no_process_shows_a_secret(
    stand: Callable[..., Standing], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Command lines of all processes of a run, and the environment of its children."""
    wiki = stand(faults="stall:seconds=0.02")
    monkeypatch.setenv("KB_COOKIE", "JSESSIONID=0badc0de")
    command = [sys.executable, "-m", "kb", "import", wiki.url, "--user", "admin",
               "--password-env", "KB_TEST_PASSWORD", "--home", str(tmp_path)]  # fmt: skip
    running = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    lines, environments = set[bytes](), set[bytes]()
    while running.poll() is None:
        for pid in (running.pid, *_children(running.pid)):
            lines.add(line := _read(pid, "cmdline"))
            if b"kb.archive.writer_process" in line:  # what was forked is our own until it is that
                environments.add(_read(pid, "environ"))
        time.sleep(0.002)
    assert running.returncode == 0
    assert any(b"PATH=" in text for text in environments), "the writer was seen"
    basic = b64encode(f"admin:{PASSWORD}".encode()).decode()
    for secret in (PASSWORD, quote(PASSWORD), basic, "0badc0de"):
        assert all(secret.encode() not in text for text in lines | environments)


def _children(parent: int) -> list[int]:
    """Processes that came of ``parent``, those that left its session too."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and int(folder.name) != os.getpid():
            fields = _read(int(folder.name), "stat").rpartition(b")")[2].split()
            if fields and int(fields[1]) == parent:
                found.append(int(folder.name))
    return found


def _read(pid: int, what: str) -> bytes:
    try:
        return (Path("/proc") / str(pid) / what).read_bytes()
    except OSError:
        return b""
