"""Jobs: generators that yield requests, are sent the answers, and return a result."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from importers.web.failures import FetchError
from importers.web.request import Answer, Request

T = TypeVar("T")
Reply = Answer | FetchError
Job = Generator[list[Request], list[Reply], T]
"""Yields lists of requests, is sent their replies in the same order, returns its result."""


def together(jobs: Sequence[Job[T]]) -> Job[list[T | FetchError]]:
    """Run jobs concurrently; return their results, or the FetchError that a job raised."""
    results: list[Any] = [None] * len(jobs)
    waiting: list[tuple[int, Job[T], list[Request]]] = []

    def step(index: int, job: Job[T], replies: Any) -> Iterator[tuple[int, Job[T], list[Request]]]:
        try:
            yield index, job, job.send(replies)
        except StopIteration as stop:
            results[index] = stop.value
        except FetchError as failed:
            results[index] = failed

    for index, job in enumerate(jobs):
        waiting += step(index, job, None)
    while waiting:
        replies: list[Reply] = yield [request for _, _, requests in waiting for request in requests]
        at, going, waiting = 0, waiting, []
        for index, job, requests in going:
            waiting += step(index, job, replies[at : at + len(requests)])
            at += len(requests)
    return results


def anew(job: Job[T]) -> Job[T]:
    """Run the job without answers of an interrupted run, but for old versions and attachments.

    Those never change.
    """
    replies: Any = None
    while True:
        try:
            requests = job.send(replies)
        except StopIteration as stop:
            result: T = stop.value
            return result
        lasting = [request.bulky or request.kind == "file" for request in requests]
        replies = yield [
            request if last else msgspec.structs.replace(request, fresh=True)
            for request, last in zip(requests, lasting, strict=True)
        ]
