"""Lists that come in parts: how many rows to ask for, and when a list is at its end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from importers.web.calls import Answer, Call
from importers.web.failures import FetchError
from importers.web.work import Job, Reply

T = TypeVar("T")
R = TypeVar("R")
_ROUNDS = 3
_MOST = re.compile(r"less than or equal to (\d+)")


class Limit:
    """How many rows a server gives at a time; it is learned when it refuses."""

    def __init__(self, rows: int) -> None:
        self.rows = rows

    def refused(self, asked: int, failed: FetchError) -> bool:
        """Ask for fewer from now on; False where the refusal is not about that."""
        if failed.status != 400:
            return False
        if found := _MOST.search(failed.detail):
            self.rows = min(self.rows, max(1, int(found[1])))
        elif asked <= self.rows:
            self.rows = max(1, asked // 2)
        return self.rows < asked


def part_of_list(
    limit: Limit, path: Callable[[int, int], str], decode: Callable[[bytes], T], start: int
) -> Job[tuple[T, int]]:
    """Rows from ``start`` on, and how many were asked for. Raises FetchError.

    Lists are few and much hangs on them: each part is worth more tries than other requests.
    """
    rounds = 0
    while True:
        asked = limit.rows
        (reply,) = yield [Call(path(start, asked), decode=decode)]
        if isinstance(reply, Answer):
            return reply.value, asked
        if limit.refused(asked, reply) and asked > 1:
            continue
        rounds += 1
        if not reply.passing or rounds >= _ROUNDS:
            raise reply


def whole_list(
    limit: Limit,
    path: Callable[[int, int], str],
    decode: Callable[[bytes], T],
    rows_of: Callable[[T], Sequence[R]],
    *,
    ended: Callable[[Sequence[R]], bool] = lambda _: False,
) -> Job[list[R]]:
    """All rows of a list that no right filters: a part that is not full is its last.

    ``ended`` may know from the rows so far that there are no more. Raises FetchError.
    """
    rows: list[R] = []
    while True:
        part, asked = yield from part_of_list(limit, path, decode, len(rows))
        new = rows_of(part)
        rows += new
        if len(new) < asked or ended(rows):
            return rows


def together(jobs: Sequence[Job[T]]) -> Job[list[T | FetchError]]:
    """Results of jobs that go on side by side; FetchError in the place of one that raised it."""
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
    """The job with answers of now, but for those that never change: old versions and files."""
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
