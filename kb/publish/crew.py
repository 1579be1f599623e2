"""Work shared by as many processes as there are cores, where that pays."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from types import TracebackType
from typing import Any, Generic, NamedTuple, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

_DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of Linux's prctl."""


class Load(NamedTuple):
    """How much there is to do."""

    tasks: int
    pays: int
    """Tasks from which more processes are quicker."""
    batch: int
    """Tasks that are handed over at once."""


class Crew(Generic[Task, Result]):
    """Has ``work`` done for the tasks it is given; all are done when it is left without an error.

    On Linux its processes are forked, so that they have all that ``work`` knows without a copy;
    elsewhere, and for few tasks, this process does everything. Tasks and results are pickled.
    """

    def __init__(self, work: Callable[[Task], Result], load: Load) -> None:
        self.results: list[Result] = []
        """In the order of the tasks."""
        self._work = work
        self._load = load
        self._batch: list[Task] = []
        self._running: deque[Future[list[Result]]] = deque()
        self._pool: ProcessPoolExecutor | None = None
        self._most = 0
        if load.tasks >= load.pays and sys.platform == "linux":
            workers = max(1, min(8, os.cpu_count() or 1))
            self._most = 2 * workers
            self._pool = ProcessPoolExecutor(
                workers, multiprocessing.get_context("fork"), _begin, (work, os.getpid())
            )

    def __enter__(self) -> Crew[Task, Result]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            if kind is None:
                self._send()
                while self._running:
                    self._receive()
            self._pool.shutdown(cancel_futures=True)

    def do(self, task: Task) -> None:
        """Take on a task. Some are under way at a time, so that memory stays bounded."""
        if self._pool is None:
            self.results.append(self._work(task))
            return
        self._batch.append(task)
        if len(self._batch) == self._load.batch:
            self._send()

    def _send(self) -> None:
        assert self._pool is not None
        if len(self._running) >= self._most:
            self._receive()
        self._running.append(self._pool.submit(_do, self._batch))
        self._batch = []

    def _receive(self) -> None:
        self.results += self._running.popleft().result()


_work: Callable[[Any], Any] | None = None
"""In a process of a crew: what it does."""


def _begin(work: Callable[[Any], Any], parent: int) -> None:
    """What a new process does first. It must not go on writing when its parent was killed."""
    global _work  # noqa: PLW0603  (a forked process is told here what it is for)
    _work = work
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _do(tasks: list[Any]) -> list[Any]:
    assert _work is not None
    return [_work(task) for task in tasks]
