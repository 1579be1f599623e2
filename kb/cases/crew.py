"""Pages read by as many processes as there are cores, where that pays; in order all the same."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

import msgspec

from kb.archive import Archive
from kb.cases.reading import Job, Reading, read_one
from kb.cases.selection import Selection

_BATCH = 25
_PAYS = 500
"""Pages to read from which more processes are quicker."""
_PACK = msgspec.msgpack.Encoder()
_READINGS = msgspec.msgpack.Decoder(list[Reading])


def readings(
    archive: Archive, selection: Selection, jobs: Sequence[Job], workers: int | None = None
) -> Iterator[Reading]:
    """What each page holds, in the order of the jobs, whatever the number of processes.

    On Linux the processes are forked; elsewhere, beside other threads, for few pages, or with one
    of ``workers`` (as many as there are cores), all is done in this one.
    """
    if workers is None:
        alone = sys.platform == "linux" and threading.active_count() == 1
        pays = len(jobs) >= _PAYS and alone
        workers = min(8, os.cpu_count() or 1) if pays else 1
    if workers == 1:
        yield from (read_one(archive, selection, job) for job in jobs)
        return
    context = multiprocessing.get_context("fork")
    batches = [jobs[n : n + _BATCH] for n in range(0, len(jobs), _BATCH)]
    running: deque[Future[bytes]] = deque()
    with ProcessPoolExecutor(
        workers, mp_context=context, initializer=_Reader.start, initargs=(archive.path, selection)
    ) as pool:
        for batch in batches:
            if len(running) == 2 * workers:
                yield from _READINGS.decode(running.popleft().result())
            running.append(pool.submit(_read, batch))
        while running:
            yield from _READINGS.decode(running.popleft().result())


class _Reader:
    """What a process reads with: the archive, opened by itself, and the profiles."""

    current: tuple[Archive, Selection] | None = None

    @classmethod
    def start(cls, path: Path, selection: Selection) -> None:
        """Open the archive in this process."""
        cls.current = (Archive(path), selection)


def _read(jobs: Sequence[Job]) -> bytes:
    assert _Reader.current is not None
    return _PACK.encode([read_one(*_Reader.current, job) for job in jobs])
