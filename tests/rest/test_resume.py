"""Killed at any moment and started again: the same archive, and next to nothing asked twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from importers.web.journal import Journal

from .standin import Home, Standing

CONCURRENCY = 4


def larger(sample: Callable[[], dict[str, Any]], copies: int) -> dict[str, Any]:
    """The sample wiki several times over, in spaces of their own."""
    wiki = sample()
    pages = list(wiki["pages"])
    for copy in range(1, copies):
        for page in sample()["pages"]:
            pages.append({**page, "spaces": [f"Copy{copy}", *page["spaces"]]})  # noqa: PERF401
    wiki["pages"] = pages
    return wiki


def started(folder: Path, url: str) -> subprocess.Popen[bytes]:
    """`kb import`, in a process of its own that heeds an interrupt.

    A shell starts its background jobs with SIGINT ignored, and children inherit that.
    """
    heeding = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from kb.cli import main; main()"
    )
    command = [sys.executable, "-c", heeding, "import", url, "--user", "admin",
               "--password-env", "KB_TEST_PASSWORD", "--home", str(folder)]  # fmt: skip
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def run_with_kills(folder: Path, wiki: Standing, kills: int, seed: int) -> int:
    """Import, killed at moments of chance, then to the end; how often it was killed."""
    chance, done = random.Random(seed), 0
    while done < kills:
        at = wiki.requests() + chance.randrange(1, 40)
        process = started(folder, wiki.url)
        while process.poll() is None and wiki.requests() < at:
            time.sleep(0.002)
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        done += 1
    process = started(folder, wiki.url)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors.decode()
    return done


@pytest.mark.parametrize(
    ("kills", "copies"), [(4, 2), pytest.param(30, 6, marks=pytest.mark.prove)]
)
def test_killed_and_started_again(
    stand: Callable[..., Standing],
    sample: Callable[[], dict[str, Any]],
    tmp_path: Path,
    kills: int,
    copies: int,
) -> None:
    """After any number of kills the archive equals the wiki, and little was fetched twice."""
    made = larger(sample, copies)
    whole = stand(made)
    process = started(tmp_path / "whole", whole.url)
    process.communicate(timeout=120)
    wiki = stand(made)
    done = run_with_kills(tmp_path / "killed", wiki, kills, seed=kills)
    assert done > kills // 2
    archive = Home(tmp_path / "killed" / ".kb")
    assert archive.differences(wiki.server) == []
    twice = wiki.requests() - whole.requests()
    assert twice <= done * CONCURRENCY, Counter(wiki.server.stats()["by_path"]).most_common(5)
    left = tmp_path / "killed" / ".kb" / "fetch"
    assert not left.exists() or list(left.iterdir()) == []


def test_interrupted_by_hand_says_so_and_goes_on(
    stand: Callable[..., Standing], sample: Callable[[], dict[str, Any]], tmp_path: Path
) -> None:
    """SIGINT ends with exit code 130 and no traceback; the next run completes the archive."""
    # A wiki that thinks before it answers: the import must not be over before the signal comes.
    wiki = stand(larger(sample, 3), faults="stall:seconds=0.02")
    process = started(tmp_path, wiki.url)
    while process.poll() is None and wiki.requests() < 60:
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors.decode()
    assert b"Traceback" not in errors
    process = started(tmp_path, wiki.url)
    process.communicate(timeout=120)
    assert Home(tmp_path / ".kb").differences(wiki.server) == []


def test_each_attachment_comes_in_by_a_file_of_its_own(tmp_path: Path) -> None:
    """Whatever somebody named it: these paths have one CRC-32 and one length."""
    journal = Journal(tmp_path / "journal", "x")
    assert zlib.crc32(b"/gnyijstj") == zlib.crc32(b"/etislvlf")
    assert journal.part("/gnyijstj") != journal.part("/etislvlf")
    journal.close()


def test_nothing_of_another_user_is_taken_for_ours(
    stand: Callable[..., Standing], home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal of one user's interrupted run is of no use to another."""
    from importers.base import Options, Source, importer_named
    from kb.archive import Archive

    wiki = stand()
    with Archive(home.path, create=True) as archive:
        known = archive.source(wiki.url, "rest")
        options = Options(scratch=str(home.folder / "fetch"))
        items = importer_named("rest").records(Source(wiki.url), options, known, archive.blobs)
        for _ in range(30):
            next(items)
        assert isinstance(items, Generator)
        items.close()
    home.take(wiki.url)
    assert home.differences(wiki.server) == []
    assert os.environ["KB_TEST_PASSWORD"]
