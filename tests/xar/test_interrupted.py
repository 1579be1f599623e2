"""An import killed at any moment and run again ends as one that was never disturbed."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kb.archive import Archive
from tests.xar.making import attachment, jrcs, page_xml, xar

IMPORT = """
import sys
from pathlib import Path
import kb.archive.ingest
from importers.base import Options, Source
from importers.xar import Xar
from kb.archive import Archive
kb.archive.ingest._COMMIT_SECONDS = 0.01
with Archive(Path(sys.argv[2]), create=True) as archive:
    print("begun", flush=True)
    state = archive.source("a", "xar")
    source = Source(sys.argv[1])
    archive.ingest(state, Xar().records(source, Options(), state, archive.blobs))
"""

Undisturbed = tuple[Path, tuple[object, ...], float]
"""A XAR, all that its import gives, and the seconds that it takes."""


def wiki(folder: Path) -> Path:
    """A XAR that takes a second or so to import."""
    entries: dict[str, str | bytes] = {}
    for n in range(150):
        name = f"S.P{n}"
        files = attachment("f", random.Random(n).randbytes(9000)) + attachment("g", b"same")
        texts = {
            f"{v}.1": page_xml(name, version=f"{v}.1", content=f"{n} {v}\n" + "line\n" * 200)
            for v in range(12, 0, -1)
        }
        archive = jrcs(texts, full={"7.1"}).replace("&", "&amp;").replace("<", "&lt;")
        inside = f"<versions>{archive}</versions>{files}"
        head = page_xml(name, version="12.1", content=f"{n} 12\n" + "line\n" * 200, inside=inside)
        entries[f"{name}.xml"] = head
    entries["bad.xml"] = "<xwikidoc>"
    return xar(folder / "a.xar", entries, listed=[f"S.P{n}" for n in range(150)])


def all_of(path: Path) -> tuple[object, ...]:
    """All that an archive holds, but when it was fetched."""
    with Archive(path) as archive:
        pages = [
            (page.id, page.digest, page.lines, page.attachments,
             [(r, archive.content(page.key, r.version), archive.raw(page.key, r.version))
              for r in archive.revisions(page.key)],
             [raw for _, raw in archive.page_raws(page.key)])
            for page in archive.pages()
        ]  # fmt: skip
        blobs = archive._db.execute("SELECT hex(sha256), size FROM blob ORDER BY 1").fetchall()
        broken = archive._db.execute("PRAGMA integrity_check").fetchone()[0]
        loose = archive._db.execute("PRAGMA foreign_key_check").fetchall()
        return pages, blobs, list(archive.problems()), archive.counts(), broken, loose


def begun(path: Path, file: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", IMPORT, str(path), str(file)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert running.stdout is not None
    running.stdout.readline()
    return running


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("whole")
    path = wiki(folder)
    started = time.monotonic()
    assert begun(path, folder / "a.db").wait() == 0
    return path, all_of(folder / "a.db"), time.monotonic() - started


def check(undisturbed: Undisturbed, tmp_path: Path, seed: int, kills: int) -> None:
    path, expected, seconds = undisturbed
    pick = random.Random(seed)
    for _ in range(kills):
        running = begun(path, tmp_path / "a.db")
        time.sleep(pick.uniform(0, seconds))
        running.send_signal(signal.SIGKILL)
        running.wait()
        with Archive(tmp_path / "a.db") as archive:
            for page in archive.pages():
                assert page.history == "complete"
                assert len(list(archive.revisions(page.key))) == 12
    assert begun(path, tmp_path / "a.db").wait() == 0
    assert all_of(tmp_path / "a.db") == expected


def test_killed_three_times_and_resumed(undisturbed: Undisturbed, tmp_path: Path) -> None:
    """Three kills leave whole pages only, and the last run completes the archive."""
    check(undisturbed, tmp_path, seed=1, kills=3)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(30))
def test_killed_at_thirty_moments(undisturbed: Undisturbed, tmp_path: Path, seed: int) -> None:
    """One kill at any of thirty moments changes nothing of the end result."""
    check(undisturbed, tmp_path, seed=100 + seed, kills=1)
