"""Jobs: generators that yield requests, are sent the answers, and return a result."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from importers.web.calls import Answer, Call
from importers.web.failures import FetchError

T = TypeVar("T")
Reply = Answer | FetchError
Job = Generator[list[Call], list[Reply], T]
"""Yields lists of calls, is sent their replies in the same order, returns its result."""


def together(jobs: Sequence[Job[T]]) -> Job[list[T | FetchError]]:
    """Run jobs concurrently; return their results, or the FetchError that a job raised."""
    results: list[Any] = [None] * len(jobs)
    waiting: list[tuple[int, Job[T], list[Call]]] = []

    def step(index: int, job: Job[T], replies: Any) -> Iterator[tuple[int, Job[T], list[Call]]]:
        try:
            yield index, job, job.send(replies)
        except StopIteration as stop:
            results[index] = stop.value
        except FetchError as failed:
            results[index] = failed

    for index, job in enumerate(jobs):
        waiting += step(index, job, None)
    while waiting:
        replies: list[Reply] = yield [call for _, _, calls in waiting for call in calls]
        at, going, waiting = 0, waiting, []
        for index, job, calls in going:
            waiting += step(index, job, replies[at : at + len(calls)])
            at += len(calls)
    return results


def anew(job: Job[T]) -> Job[T]:
    """Run the job without answers of an interrupted run, but for old versions and attachments.

    Those never change.
    """
    replies: Any = None
    while True:
        try:
            calls = job.send(replies)
        except StopIteration as stop:
            result: T = stop.value
            return result
        lasting = [call.bulky or call.kind == "file" for call in calls]
        replies = yield [
            call if last else msgspec.structs.replace(call, fresh=True)
            for call, last in zip(calls, lasting, strict=True)
        ]
