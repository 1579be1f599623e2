"""A long history takes little room, and any version of it is read at once."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import process_time

import pytest

from kb.archive import Archive
from kb.archive.text_frames import DEPTH, FRAME_BYTES
from kb.model import Item, PageId, PageSeen, Revision

PAGE = PageId("xwiki", "Long.History")


def texts(count: int, lines: int = 1500, seed: int = 3) -> Iterator[str]:
    pick = random.Random(seed)
    words = ["".join(pick.choices("abcdefghijklmnop", k=pick.randint(2, 9))) for _ in range(4000)]
    text = [" ".join(pick.choices(words, k=11)) for _ in range(lines)]
    for _ in range(count):
        text[pick.randrange(lines)] = " ".join(pick.choices(words, k=11))
        yield "\n".join(text)


def history(found: list[str], order: int = 1) -> Iterator[Item]:
    yield PageSeen(id=PAGE, history="complete", version=f"{len(found)}.1")
    for n, text in list(enumerate(found, 1))[::order]:
        raw = f"<xwikidoc><version>{n}.1</version><date>{n * 7919}</date><content>{text}</content>"
        yield Revision(
            version=f"{n}.1", content=text, author=f"XWiki.u{n % 5}", comment=f"change {n}",
            date=f"2020-01-01T00:{n % 60:02d}:00Z", raw=raw.encode(),
        )  # fmt: skip


def made(path: Path, found: list[str], order: int = 1) -> int:
    with Archive(path, create=True) as archive:
        archive.ingest(archive.source("a", "test"), history(found, order))
    return path.stat().st_size


def in_git(folder: Path, found: list[str]) -> int:
    """Bytes of a repository with a commit for each text, after `git gc`."""
    subprocess.run(["git", "init", "-q", folder], check=True)
    parts = []
    for n, text in enumerate(found):
        data = text.encode()
        parts.append(f"commit refs/heads/main\ncommitter u <u@x> {1_500_000_000 + n} +0000\n")
        parts.append(f"data 9\nchange{n % 1000:03d}\nM 644 inline p\ndata {len(data)}\n")
        parts.append(f"{text}\n")
    stream = "".join(parts).encode()
    subprocess.run(["git", "-C", folder, "fast-import", "--quiet"], input=stream, check=True)
    subprocess.run(["git", "-C", folder, "gc", "-q"], check=True)
    return sum(file.stat().st_size for file in (folder / ".git/objects").rglob("*"))


def seconds_of_reading(path: Path, found: list[str], versions: Iterable[int]) -> list[float]:
    """CPU time of reading each version from an archive just opened."""
    spent = []
    for n in versions:
        with Archive(path) as archive:
            (page,) = archive.pages()
            key = page.key
            started = process_time()
            assert archive.content(key, f"{n}.1") == found[n - 1]
            spent.append(process_time() - started)
    return sorted(spent)


@pytest.mark.parametrize("order", [1, -1])
def test_a_hundred_versions_of_a_page_of_100_kb(tmp_path: Path, order: int) -> None:
    """They take less than three times what git takes, in either order, and 5 ms to read."""
    found = list(texts(100))
    assert len(found[0]) > 90_000
    assert made(tmp_path / "a.db", found, order) < 3 * in_git(tmp_path / "git", found)
    spent = seconds_of_reading(tmp_path / "a.db", found, range(1, 101, 7))
    assert spent[len(spent) // 2] < 0.005


@pytest.mark.prove
def test_a_thousand_versions_of_a_page_of_100_kb(tmp_path: Path) -> None:
    """The same of a long history that came newest first."""
    found = list(texts(1000))
    size = made(tmp_path / "a.db", found, -1)
    assert size < 3 * in_git(tmp_path / "git", found)
    spent = seconds_of_reading(tmp_path / "a.db", found, range(1, 1001, 13))
    assert spent[int(len(spent) * 0.95)] < 0.005


def test_versions_that_come_one_by_one_take_little_more_room(tmp_path: Path) -> None:
    """Imports of one version each fill frames as one import does, within the depth."""
    found = list(texts(60, lines=300))
    whole = made(tmp_path / "a.db", found)
    with Archive(tmp_path / "b.db", create=True) as archive:
        for n in range(1, 61):
            seen, *revisions = history(found[:n])
            archive.ingest(archive.source("a", "test"), [seen, revisions[-1]])
        frames = archive._db.execute("SELECT count(*), max(depth) FROM frame").fetchone()
        (page,) = archive.pages()
        assert [archive.content(page.key, f"{n}.1") for n in range(1, 61)] == found
    assert (tmp_path / "b.db").stat().st_size < 1.5 * whole
    assert frames[0] <= 60 * 2 * len(found[0]) // FRAME_BYTES + 1
    assert frames[1] <= DEPTH


def test_texts_larger_than_a_frame_stand_alone(tmp_path: Path) -> None:
    """Longer than the deepest chain of frames, each text is still read."""
    found = ["x" * (FRAME_BYTES + n) + str(n) for n in range(DEPTH + 5)]
    made(tmp_path / "a.db", found)
    assert seconds_of_reading(tmp_path / "a.db", found, [1, DEPTH + 5])
