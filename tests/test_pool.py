"""Worker processes: none is left behind, however the work or the process that shared it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kb.errors import KbError
from kb.pool import Load, pooled

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux")
LOAD = Load(tasks=100, pays=1, batch=1)
SHARE = """
import os, sys, time
import kb.pool
if sys.argv[1] == "pipe":
    kb.pool._DIE_WITH_PARENT = 9999  # which the system does not know
def work(number):
    os.write(1, b"%d " % os.getpid() + bytes([10]))
    time.sleep(60)
list(kb.pool.pooled(work, range(100), kb.pool.Load(100, 1, 1), 3))
"""


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _gone(pids: set[int], within: float = 10) -> bool:
    until = time.monotonic() + within
    while any(map(_alive, pids)) and time.monotonic() < until:
        time.sleep(0.05)
    return not any(map(_alive, pids))


@pytest.mark.parametrize("way", ["system", "pipe"])
@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"])
def test_workers_end_with_who_shared_the_work(way: str, name: str) -> None:
    """Whatever ends it, by the system's word or by the pipe; Ctrl-C is answered by it alone."""
    with subprocess.Popen(
        [sys.executable, "-c", SHARE, way], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout
        assert process.stderr
        pids = {int(process.stdout.readline()) for _ in range(3)}
        assert len(pids) == 3
        if name == "SIGINT":
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.send_signal(signal.Signals[name])
        assert _gone({process.pid, *pids})
        assert process.stderr.read().count(b"Traceback (most recent call last)") <= (
            name == "SIGINT"
        )


def _slow(number: int) -> int:
    if number:
        time.sleep(60)
    return os.getpid()


def test_work_that_is_left_early_is_not_waited_for() -> None:
    """Who takes the first result alone goes on at once, and no worker does."""
    begun = time.monotonic()
    results = pooled(_slow, range(10), LOAD, 3)
    pid = next(results)
    results.close()  # type: ignore[attr-defined]  # a generator is an iterator with close
    assert time.monotonic() - begun < 20
    assert _gone({pid})


def _fails(number: int) -> int:
    if number == 1:
        raise ValueError("one")
    return _slow(number)


def test_an_error_is_raised_at_once() -> None:
    """That of a task, though others would take long."""
    begun = time.monotonic()
    with pytest.raises(ValueError, match="one"):
        list(pooled(_fails, range(10), LOAD, 3))
    assert time.monotonic() - begun < 20


def _ended(number: int) -> int:
    if number == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_a_worker_that_the_system_ended_is_said() -> None:
    """Not a traceback: an error that says what to do."""
    with pytest.raises(KbError, match="ended by the system") as raised:
        list(pooled(_ended, range(100), LOAD, 3))
    assert raised.value.hint


def test_results_come_in_order_and_nothing_stays_open() -> None:
    """All of them, in the order of the tasks; files that were open before are open after."""
    list(pooled(abs, range(3), LOAD, 3))
    before = len(list(Path("/proc/self/fd").iterdir()))
    assert list(pooled(abs, range(-300, 0), Load(300, 1, 7), 3)) == list(range(300, 0, -1))
    assert len(list(Path("/proc/self/fd").iterdir())) == before
