"""Locks: one writer at a time, waited for, given back by the system."""

from __future__ import annotations

import errno
import fcntl
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kb.errors import InputError, KbError
from kb.locks import BusyError, UnwritableError, is_lock, lock_of, writing
from tests.conftest import fill

_HOLD = """
import sys, time
from pathlib import Path
from kb.locks import writing
with writing(Path(sys.argv[1]), "the archive"):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""

Hold = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def hold(tmp_path: Path) -> Iterator[Hold]:
    """Start a process that holds the lock of a path for some seconds."""
    started: list[subprocess.Popen[str]] = []

    def start(path: Path, seconds: float = 60) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", _HOLD, str(path), str(seconds)], text=True,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_another_process_is_waited_for_with_a_message(
    tmp_path: Path, hold: Hold, caplog: pytest.LogCaptureFixture
) -> None:
    """A holder that ends within the limit is waited for, and the message names it."""
    holder = hold(tmp_path / "archive.db", 1)
    with writing(tmp_path / "archive.db", "the archive"):
        pass
    assert caplog.messages == [f"waiting: another kb (process {holder.pid}) writes the archive"]


def test_after_the_limit_the_error_says_what_to_do(tmp_path: Path, hold: Hold) -> None:
    """A holder that goes on is named in an error."""
    holder = hold(tmp_path / "archive.db")
    with (
        pytest.raises(KbError, match=rf"process {holder.pid}\) still writes the archive") as caught,
        writing(tmp_path / "archive.db", "the archive", limit=0.3),
    ):
        pass
    assert "KB_WAIT" in caught.value.hint


def test_who_does_not_wait_says_nothing(
    tmp_path: Path, hold: Hold, caplog: pytest.LogCaptureFixture
) -> None:
    """Without a time to wait there is an error and no message."""
    hold(tmp_path / "x")
    with pytest.raises(BusyError), writing(tmp_path / "x", "x", limit=0):
        pass
    assert caplog.messages == []


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_holder_holds_nothing(tmp_path: Path, hold: Hold, ending: signal.Signals) -> None:
    """The system gives the lock back, and the file that was left is no obstacle."""
    holder = hold(tmp_path / "archive.db")
    holder.send_signal(ending)
    holder.wait()
    assert lock_of(tmp_path / "archive.db").exists()
    with writing(tmp_path / "archive.db", "the archive", limit=0):
        pass


def test_locks_leave_nothing(tmp_path: Path) -> None:
    """A lock's file goes away with it; while it is there, its name tells what it is."""
    with writing(tmp_path / "cases.jsonl", "the export"):
        assert [is_lock(path.name) for path in tmp_path.iterdir()] == [True]
    assert not list(tmp_path.iterdir())


def test_the_holder_may_take_it_again(tmp_path: Path) -> None:
    """A thread that holds a lock takes it again, and holds it until the outer block ends."""
    with writing(tmp_path / "x", "x"):
        with writing(tmp_path / "x", "x", limit=0):
            pass
        assert lock_of(tmp_path / "x").exists()
        assert not free(tmp_path / "x")
    assert free(tmp_path / "x")


def free(path: Path) -> bool:
    """Whether a process beside this one could take the lock."""
    lock = lock_of(path)
    if not lock.exists():
        return True
    with lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def test_threads_of_one_process_wait_for_each_other(tmp_path: Path) -> None:
    """Two threads are never inside together."""
    inside: list[int] = []
    most: list[int] = []

    def write() -> None:
        for _ in range(5):
            with writing(tmp_path / "x", "x"):
                inside.append(1)
                most.append(len(inside))
                time.sleep(0.01)
                inside.pop()

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 15


_COUNT = """
import sys
from pathlib import Path
from kb.locks import writing
file = Path(sys.argv[1])
for _ in range(50):
    with writing(file, "x"):
        file.write_text(str(int(file.read_text()) + 1))
"""


def test_no_write_is_lost_between_processes(tmp_path: Path) -> None:
    """Locks whose files come and go still let one in at a time: all of 200 additions count."""
    (tmp_path / "n").write_text("0")
    command = [sys.executable, "-c", _COUNT, str(tmp_path / "n")]
    for process in [subprocess.Popen(command) for _ in range(4)]:
        assert process.wait() == 0
    assert (tmp_path / "n").read_text() == "200"


def test_two_names_of_one_place_have_one_lock(tmp_path: Path) -> None:
    """A link to a folder leads to the same lock."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert lock_of(tmp_path / "link" / "x") == lock_of(tmp_path / "real" / "x")


def test_a_read_only_folder_is_named(disk: Path) -> None:
    """Where no lock can be made, the error names the place and the cause."""
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with pytest.raises(UnwritableError, match="Read-only file system"), writing(disk / "x", ""):
        pass


def test_a_full_disk_is_no_obstacle_to_a_lock(disk: Path) -> None:
    """A holder that cannot say who it is holds the lock all the same."""
    fill(disk)
    with writing(disk / "x", "x"):
        assert not free(disk / "x")


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    """A folder that is a file is an error of ours."""
    (tmp_path / "file").touch()
    with (
        pytest.raises(InputError, match="cannot be written here"),
        writing(tmp_path / "file" / "x", ""),
    ):
        pass


def test_a_file_system_without_locks_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """There the block runs, with a message."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with writing(tmp_path / "x", "x"):
        pass
    assert "no locks on this file system" in caplog.text


@pytest.mark.parametrize("given", ["soon", "-1", "1.5", "²"])
def test_a_wait_that_is_no_number_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    """KB_WAIT is whole seconds."""
    monkeypatch.setenv("KB_WAIT", given)
    with pytest.raises(InputError, match="KB_WAIT"), writing(tmp_path / "x", ""):
        pass
