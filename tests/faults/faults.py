"""What may befall the job, a function a kind. Each disturbs a step or spoils what it left."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tests.faults.job import READERS, STEPS, Done, Job, Step, finish, run, start


@dataclass
class Attempt:
    """One fault: the step, its home, what chance says; and what commands said of it."""

    job: Job
    number: int
    home: Path
    pick: random.Random
    ended: list[Done] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    damaged: Path | None = None

    @property
    def step(self) -> Step:
        """The step that is disturbed, or whose outcome is spoilt."""
        return STEPS[self.number]

    def run(self, conditions: dict[str, Any] | None = None) -> None:
        """Run the step under conditions."""
        self.ended.append(run(self.home, self.step.arguments, conditions))


def killed(by: signal.Signals, attempt: Attempt) -> None:
    """End the step by a signal at a random moment; nothing of it may go on."""
    begun = time.monotonic()
    running = start(attempt.home, attempt.step.arguments)
    usual = attempt.job.done[attempt.number].seconds
    with suppress(subprocess.TimeoutExpired):
        running.wait(attempt.pick.uniform(0.02, usual))
    with suppress(ProcessLookupError):
        running.send_signal(by)
    attempt.ended.append(finish(running, attempt.step.arguments, begun))
    if left := _outlived(running.pid):
        attempt.notes.append(f"left running: {left}")


def _outlived(session: int, patience: float = 5) -> list[int]:
    """Processes of a session that go on some seconds after its leader has ended."""
    deadline = time.monotonic() + patience
    while (left := list(_of_session(session))) and time.monotonic() < deadline:
        time.sleep(0.1)
    for process in left:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    return left


def _of_session(session: int) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError):
                rest = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(rest[3]) == session and rest[0] != "Z":
                    yield int(entry.name)


def lost_wal(attempt: Attempt) -> None:
    """Kill the step, then lose what SQLite had not yet moved into the database."""
    killed(signal.SIGKILL, attempt)
    for name in ("archive.db", "cases.db"):
        for end in ("-wal", "-shm"):
            (attempt.home / ".kb" / f"{name}{end}").unlink(missing_ok=True)


def small_files(attempt: Attempt) -> None:
    """Let every write beyond a random size fail."""
    attempt.run({"file_size": int(10 ** attempt.pick.uniform(2, 5.5))})


def full_disk(attempt: Attempt) -> None:
    """Put the home on a disk that has next to nothing free."""
    used = sum(f.stat().st_size for f in attempt.home.rglob("*") if f.is_file()) // 1024
    files = sum(1 for _ in attempt.home.rglob("*"))
    free = int(10 ** attempt.pick.uniform(0.5, 3.5))
    with mounted(attempt.home, f"size={used + 4 * files + free}k"):
        attempt.run()


def read_only(attempt: Attempt) -> None:
    """Put the home on a disk that cannot be written."""
    with mounted(attempt.home, "size=64m"):
        subprocess.run(["mount", "-o", "remount,ro", str(attempt.home)], check=True)
        attempt.run()
        attempt.ended.append(run(attempt.home, attempt.pick.choice(READERS)))


@contextmanager
def mounted(home: Path, options: str) -> Iterator[None]:
    """Have the home on a file system of its own; what is there in the end stays."""
    aside = home.with_name("aside")
    home.rename(aside)
    home.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(home)], check=True)
    try:
        shutil.copytree(aside, home, symlinks=True, dirs_exist_ok=True)
        shutil.rmtree(aside)
        yield
    finally:
        shutil.copytree(home, aside, symlinks=True, dirs_exist_ok=True)
        subprocess.run(["umount", str(home)], check=True)
        home.rmdir()
        aside.rename(home)


def little_memory(attempt: Attempt) -> None:
    """Leave the process 64 MB of memory, or somewhat more or less."""
    attempt.run({"memory": attempt.pick.randrange(24, 96) << 20})


def few_files(attempt: Attempt) -> None:
    """Leave the process 32 open files, or fewer."""
    attempt.run({"files": attempt.pick.randrange(12, 33)})


def no_hard_links(attempt: Attempt) -> None:
    """Refuse hard links, as some file systems do."""
    attempt.run({"no_links": True})


def other_clock(attempt: Attempt) -> None:
    """Set the clock an hour or a year back or ahead."""
    attempt.run({"clock": attempt.pick.choice((-3600, -365 * 86400, 3600, 365 * 86400))})


def twice_at_once(attempt: Attempt) -> None:
    """Run the step twice at the same time."""
    _together(attempt, [attempt.step.arguments] * 2)


def beside_another(attempt: Attempt) -> None:
    """Run another step beside it that writes other things."""
    _together(attempt, [attempt.step.arguments, _other(attempt).arguments])


def _other(attempt: Attempt) -> Step:
    """A step that changes nothing that is looked at afterwards."""
    return attempt.pick.choice([step for step in STEPS if step.name in ("cases", "search")])


def beside_readers(attempt: Attempt) -> None:
    """Read while the step writes."""
    readers = [attempt.pick.choice(READERS) for _ in range(3)]
    _together(attempt, [attempt.step.arguments, *readers])


def _together(attempt: Attempt, commands: list[tuple[str, ...]]) -> None:
    begun = time.monotonic()
    running = [(start(attempt.home, arguments), arguments) for arguments in commands]
    attempt.ended += [finish(process, arguments, begun) for process, arguments in running]


def flipped(where: str, attempt: Attempt) -> None:
    """Turn over one bit of what the job has made so far."""
    if (file := _victim(where, attempt)) is not None:
        data = bytearray(file.read_bytes())
        data[attempt.pick.randrange(len(data))] ^= 1 << attempt.pick.randrange(8)
        _spoil(attempt, file, bytes(data))


def truncated(where: str, attempt: Attempt) -> None:
    """Cut off the end of what the job has made so far."""
    if (file := _victim(where, attempt)) is not None:
        _spoil(attempt, file, file.read_bytes()[: attempt.pick.randrange(file.stat().st_size)])


def removed(where: str, attempt: Attempt) -> None:
    """Take away a file that the job has made."""
    if (file := _victim(where, attempt)) is not None:
        file.unlink()
        attempt.damaged = file.relative_to(attempt.home)


def _spoil(attempt: Attempt, file: Path, data: bytes) -> None:
    file.write_bytes(data)
    attempt.damaged = file.relative_to(attempt.home)


NETWORK = (
    "reset:p=0.2", "truncate:p=0.2", "slow:p=0.1,rate=4000", "stall:p=0.05,seconds=2",
    "html200:p=0.2", "empty:p=0.2", "503:p=0.2,burst=2", "429:p=0.2,retry_after=0", "badutf8:p=0.2",
    "login:p=0.1", "otherhost:p=0.1", "gzip:p=0.5,force=1", "reset:p=0.9,times=2",
)  # fmt: skip
"""What a stand-in of a wiki does wrong, by its own words."""


def bad_network(attempt: Attempt) -> None:
    """Import a living wiki over a network that fails, or that is gone in the middle."""
    faults = f"seed={attempt.pick.randrange(1000)};{attempt.pick.choice(NETWORK)}"
    begun = time.monotonic()
    with attempt.job.stand_in(faults) as url:
        command = ("import", url, "--set", "timeout=5", "--set", "attempts=3")
        running = start(attempt.home, command)
        if attempt.pick.random() < 0.3:
            time.sleep(attempt.pick.uniform(0.3, 1.5))
        else:
            attempt.ended.append(finish(running, command, begun))
    if not attempt.ended:
        attempt.ended.append(finish(running, command, begun))
    with attempt.job.stand_in("") as url:
        attempt.ended.append(run(attempt.home, ("import", url)))


PLACES: dict[str, Callable[[Path], bool]] = {
    "archive": lambda place: place.name == "archive.db",
    "cases": lambda place: place.name == "cases.db",
    "index": lambda place: place.parts[:2] == (".kb", "index"),
    "site": lambda place: place.parts[0] == "build" and not place.parts[1].startswith("."),
    "state": lambda place: place.parts[:2] == (".kb", "site"),
    "key": lambda place: place.name == "public.key",
    "output": lambda place: place.parts[0] == "out",
}
"""Kinds of files in a home."""


def _victim(where: str, attempt: Attempt) -> Path | None:
    """A file of the kind at random; the largest kinds of a home are not met more often for that."""
    files = [
        file
        for file in sorted(attempt.home.rglob("*"))
        if file.is_file() and not file.is_symlink() and file.stat().st_size
        and PLACES[where](file.relative_to(attempt.home))
    ]  # fmt: skip
    return attempt.pick.choice(files) if files else None


DISTURBING: dict[str, Callable[[Attempt], None]] = {
    "SIGKILL": partial(killed, signal.SIGKILL),
    "SIGTERM": partial(killed, signal.SIGTERM),
    "SIGINT": partial(killed, signal.SIGINT),
    "SIGKILL, write-ahead log lost": lost_wal,
    "writes fail": small_files,
    "full disk": full_disk,
    "read-only disk": read_only,
    "little memory": little_memory,
    "few open files": few_files,
    "no hard links": no_hard_links,
    "clock wrong": other_clock,
    "twice at once": twice_at_once,
    "beside another": beside_another,
    "beside readers": beside_readers,
}
"""Faults while a step runs."""
SPOILING: dict[str, Callable[[Attempt], None]] = {
    **{f"bit flipped: {where}": partial(flipped, where) for where in PLACES},
    **{f"truncated: {where}": partial(truncated, where) for where in PLACES},
    **{f"removed: {where}": partial(removed, where) for where in PLACES if where != "archive"},
}
"""Faults of what lies on the disk."""
ASKING: dict[str, Callable[[Attempt], None]] = {"bad network": bad_network}
"""Faults between the import and a living wiki."""
NEED_ROOT = {"full disk", "read-only disk"}
