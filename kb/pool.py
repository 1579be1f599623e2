"""Work shared by as many processes as there are cores, 8 at most, where it pays; results in order.

On Linux, while no other thread runs, processes are forked, so that they have all that the work
knows without a copy; elsewhere, and for few tasks, this process does everything.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final, NamedTuple, TypeVar

from kb.errors import KbError

Task = TypeVar("Task")
Result = TypeVar("Result")

MOST_WORKERS: Final = 8
_DIE_WITH_PARENT: Final = 1
"""PR_SET_PDEATHSIG of Linux's prctl."""


class Load(NamedTuple):
    """How much there is to do, and how it is shared among at most 8 processes."""

    tasks: int
    pays: int
    """Tasks from which on more processes are quicker than one."""
    batch: int
    """Tasks that a process gets at once."""


def workers_for(load: Load) -> int:
    """How many processes serve the load best here; 1 means none but this one."""
    can_fork = sys.platform == "linux" and threading.active_count() == 1
    return min(MOST_WORKERS, os.cpu_count() or 1) if can_fork and load.tasks >= load.pays else 1


def pooled(
    work: Callable[[Task], Result], tasks: Iterable[Task], load: Load, workers: int | None = None
) -> Iterator[Result]:
    """Yield ``work(task)`` of each task, in the order of the tasks.

    Tasks and results are pickled where further processes are used. Only some tasks are taken in
    advance, so that memory stays bounded. An error of ``work`` is raised here; see _processes.
    """
    count = workers_for(load) if workers is None else workers
    if count == 1:
        yield from map(work, tasks)
        return
    running: deque[Future[list[Result]]] = deque()
    with _processes(work, count) as pool:
        for batch in _batches(tasks, load.batch):
            if len(running) == 2 * count:
                yield from running.popleft().result()
            running.append(pool.submit(_do, batch))
        while running:
            yield from running.popleft().result()


@contextmanager
def _processes(work: Callable[[Any], Any], count: int) -> Iterator[ProcessPoolExecutor]:
    """Start worker processes, which end with the block, and with this process however it ends.

    Where the block fails, or is left early, nobody waits for what they are at. KbError where one
    of them was killed.
    """
    theirs, ours = os.pipe()
    fork = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(count, fork, _start, (work, os.getpid(), theirs, ours))
    try:
        yield pool
    except BrokenProcessPool as error:
        raise KbError(
            "a process that shared the work was ended by the system",
            hint="was there too little memory? run it again to go on from there",
        ) from error
    except BaseException:
        for process in list((pool._processes or {}).values()):
            process.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        os.close(ours)
        os.close(theirs)


def _batches(tasks: Iterable[Task], size: int) -> Iterator[list[Task]]:
    rest = iter(tasks)
    return iter(lambda: list(islice(rest, size)), [])


_work: Callable[[Any], Any] | None = None
"""In a worker process: what it does."""


def _start(work: Callable[[Any], Any], parent: int, theirs: int, ours: int) -> None:
    """Set a worker process up. It must not go on writing when its parent was killed.

    The system kills it then; where it does not know how, the pipe that only the parent holds open
    ends, which a thread waits for. Ctrl-C is for the parent to answer.
    """
    global _work  # noqa: PLW0603  (a forked process is told here what it is for)
    _work = work
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.close(ours)
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    threading.Thread(target=_end_with, args=(theirs,), daemon=True).start()


def _end_with(pipe: int) -> None:
    os.read(pipe, 1)
    os._exit(1)


def _do(tasks: list[Any]) -> list[Any]:
    assert _work is not None
    return [_work(task) for task in tasks]
