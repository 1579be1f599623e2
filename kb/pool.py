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
from itertools import islice
from typing import Any, Final, NamedTuple, TypeVar

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
    advance, so that memory stays bounded. An error of ``work`` is raised here.
    """
    count = workers_for(load) if workers is None else workers
    if count == 1:
        yield from map(work, tasks)
        return
    running: deque[Future[list[Result]]] = deque()
    pool = ProcessPoolExecutor(
        count, multiprocessing.get_context("fork"), _start, (work, os.getpid())
    )
    try:
        for batch in _batches(tasks, load.batch):
            if len(running) == 2 * count:
                yield from running.popleft().result()
            running.append(pool.submit(_do, batch))
        while running:
            yield from running.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _batches(tasks: Iterable[Task], size: int) -> Iterator[list[Task]]:
    rest = iter(tasks)
    return iter(lambda: list(islice(rest, size)), [])


_work: Callable[[Any], Any] | None = None
"""In a worker process: what it does."""


def _start(work: Callable[[Any], Any], parent: int) -> None:
    """Set a worker process up. It must not go on writing when its parent was killed."""
    global _work  # noqa: PLW0603  (a forked process is told here what it is for)
    _work = work
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _do(tasks: list[Any]) -> list[Any]:
    assert _work is not None
    return [_work(task) for task in tasks]
