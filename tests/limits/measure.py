"""Measures how a function's time grows with its input, in processor time of this process."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


class TooSlowError(Exception):
    """What is measured had not ended at its limit."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise TooSlowError in what runs longer, counted in the process's own time."""

    def stop(_: int, __: FrameType | None) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def seconds(call: Callable[[], object], limit: float) -> float:
    """Processor seconds of a call; infinite where it had not ended at ``limit``."""
    start = time.process_time()
    try:
        with at_most(limit):
            call()
    except TooSlowError:
        return float("inf")
    return time.process_time() - start
