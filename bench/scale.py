"""Each stage's rate and peak memory, from a XAR with history to a searchable site.

    python bench/scale.py --pages 2000

Every stage is the command that a user calls, in a process of its own: CPU and wall time are those
of the process and its children, memory is the most that one of them held. Where a stage takes
several pages a second the rate is pages by wall time.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from bench.made_xar import write_xar

STAGES = {
    "import": ("import", "made.xar"),
    "import again": ("import", "made.xar"),
    "cases": ("cases", "--json"),
    "search": ("search", "退款", "--json"),
    "build": ("build",),
    "build again": ("build",),
    "export jsonl": ("export", "jsonl", "cases.jsonl"),
    "export sqlite": ("export", "sqlite", "cases.db"),
    "export git": ("export", "git", "pages.git"),
    "export xar": ("export", "xar", "out.xar"),
}


class Spent(NamedTuple):
    """What a command took."""

    status: int
    wall: float
    cpu: float
    peak: float
    """MB."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--revisions", type=int, default=10)
    parser.add_argument("--stage", choices=list(STAGES), action="append")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        write_xar(home / "made.xar", chosen.pages, chosen.revisions)
        size = (home / "made.xar").stat().st_size / 1e6
        print(f"{chosen.pages} pages, {chosen.pages * chosen.revisions} versions, {size:.1f} MB")
        print(f"{'stage':<14} {'wall s':>8} {'CPU s':>8} {'pages/s':>8} {'peak MB':>8}")
        failed = sum(not stage(name, home, chosen.pages) for name in chosen.stage or STAGES)
        archive = home / ".kb" / "archive.db"
        if archive.exists():
            print(f"archive {archive.stat().st_size / 1e6:.1f} MB")
    sys.exit(1 if failed else 0)


def stage(name: str, home: Path, pages: int) -> bool:
    """Run a stage and print what it took; whether it ended well."""
    spent = run([sys.executable, "-m", "kb", *STAGES[name], "--home", "."], home)
    rate = pages / spent.wall
    fine = spent.status == 0
    print(
        f"{name:<14} {spent.wall:8.2f} {spent.cpu:8.2f} {rate:8.0f} {spent.peak:8.0f}"
        + ("" if fine else f"  failed: {spent.status}"),
        flush=True,
    )
    return fine


def run(command: list[str], home: Path) -> Spent:
    """Run a command in ``home``, its output thrown away."""
    started = monotonic()
    child = os.fork()
    if child == 0:
        os.chdir(home)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        os.execvp(command[0], command)
    _, status, usage = os.wait4(child, 0)
    wall = monotonic() - started
    cpu = usage.ru_utime + usage.ru_stime
    return Spent(os.waitstatus_to_exitcode(status), wall, cpu, usage.ru_maxrss / 1024)


if __name__ == "__main__":
    main()
