"""How fast `kb export git` is beside bare `git fast-import` of the same blobs and commits.

python bench/git_export.py [--revisions N] [--each M]: N revisions in pages of M each. CPU seconds
of this process and its children; the share that is git's own work is what the bare run takes.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from kb.archive import Archive
from kb.export.git import export_git
from kb.model import Item, PageId, PageSeen, Revision

WORDS = [
    "案例",
    "状态",
    "已解决",
    "重复扣费",
    "退款",
    "账单号",
    "桩号",
    "枪号",
    "客服",
    "研发",
    "第一轮",
    "=",
    "**",
    "the",
    "log",
    "of",
    "a",
    "pile",
]


def texts(seed: int, count: int) -> list[str]:
    """Versions of a page of some 1,500 characters, each an edit of the one before."""
    rng = random.Random(seed)
    lines = [" ".join(rng.choices(WORDS, k=8)) for _ in range(40)]
    made = []
    for _ in range(count):
        for _ in range(rng.randint(1, 3)):
            lines[rng.randrange(len(lines))] = " ".join(rng.choices(WORDS, k=8))
        made.append("\n".join(lines))
    return made


def items(revisions: int, each: int) -> Iterator[Item]:
    """The records of the wiki."""
    kinds = [texts(seed, each) for seed in range(20)]
    for page in range(revisions // each):
        yield PageSeen(id=PageId("xwiki", f"Space{page % 50}.Page{page}"), history="complete")
        for number, text in enumerate(kinds[page % 20], 1):
            second = page * 7 + number * 40_000
            date = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_500_000_000 + second))
            yield Revision(
                version=f"{number}.1", content=f"page {page}\n{text}", date=date,
                author=f"XWiki.user{page % 30}", comment=f"save {number}",
            )  # fmt: skip


def cpu() -> float:
    """CPU seconds of this process and its finished children."""
    now = os.times()
    return now.user + now.system + now.children_user + now.children_system


def main() -> None:
    """Generate, export, take git's own stream of the result, import that bare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--revisions", type=int, default=100_000)
    parser.add_argument("--each", type=int, default=20)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Archive(folder / "archive.db", create=True) as archive:
            archive.ingest(archive.source("bench", "bench"), items(chosen.revisions, chosen.each))
            before, wall = cpu(), time.monotonic()
            report = export_git(archive, folder / "out.git")
            ours, our_wall = cpu() - before, time.monotonic() - wall
        with (folder / "stream").open("wb") as file:
            subprocess.run(
                ["git", "fast-export", "--all"], cwd=folder / "out.git", stdout=file, check=True
            )
        subprocess.run(["git", "init", "-q", "--bare", folder / "bare.git"], check=True)
        before, wall = cpu(), time.monotonic()
        with (folder / "stream").open("rb") as file:
            subprocess.run(
                ["git", "fast-import", "--quiet"], cwd=folder / "bare.git", stdin=file, check=True
            )
        bare, bare_wall = cpu() - before, time.monotonic() - wall
    print(f"{report.commits} commits")
    print(
        f"kb export git    {ours:7.1f} CPU-s {our_wall:7.1f} s {report.commits / ours:8.0f}/CPU-s"
    )
    print(
        f"git fast-import  {bare:7.1f} CPU-s {bare_wall:7.1f} s {report.commits / bare:8.0f}/CPU-s"
    )
    print(f"ratio {ours / bare:.2f} (CPU), {our_wall / bare_wall:.2f} (wall)")


if __name__ == "__main__":
    main()
