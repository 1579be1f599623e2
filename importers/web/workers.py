"""Run jobs on worker threads, with a journal of answers and a budget of failures."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from queue import Empty, PriorityQueue, SimpleQueue
from typing import Any, Generic, TypeVar

from importers.web.client import Client, WikiServer
from importers.web.failures import FetchError, ShutError
from importers.web.jobs import Job, Reply
from importers.web.journal import Journal
from importers.web.request import Answer, Request
from importers.web.retries import fetch
from kb.errors import RemoteError

T = TypeVar("T")

_HELD = 12 << 20
"""Bytes of answers that may wait in memory; further ones are read again from the journal."""
_AHEAD = 8
"""Jobs that are run for each thread, so that none is idle while results are consumed."""
_IN_A_ROW = 12
"""Failures in a row after which the server counts as down."""


class RefusedError(RemoteError):
    """The server does not accept the login: no other request would be answered."""


@dataclass(slots=True, eq=False)
class _Task(Generic[T]):
    """A job that is being run."""

    number: int
    job: Job[T]
    requests: list[Request] = field(default_factory=list)
    replies: list[Reply | None] = field(default_factory=list)
    missing: int = 0
    held: int = 0


class _Backlog:
    """Bytes that were fetched and that nobody has taken yet; fetching waits while they are many."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._size = 0

    def add(self, size: int) -> None:
        """Add so many bytes, once there is room; there is for any number where there are none."""
        with self._changed:
            self._changed.wait_for(lambda: not self._size or self._size + size <= _HELD)
            self._size += size

    def take(self, size: int) -> None:
        """Take so many bytes out."""
        with self._changed:
            self._size -= size
            self._changed.notify_all()


class Workers:
    """Worker threads that make requests; jobs are driven by the thread that iterates."""

    def __init__(self, wiki: WikiServer, journal: Journal) -> None:
        self.wiki = wiki
        self.journal = journal
        self.requests = 0
        self.clock: str | None = None
        """The Date of the first answer."""
        self._client = Client(wiki, journal.part)
        self._failed = 0
        self._in_a_row = 0
        self._held = 0
        self._backlog = _Backlog()
        self._numbers = count()
        self._wanted: PriorityQueue[tuple[int, int, tuple[_Task[Any], int, Request] | None]] = (
            PriorityQueue()
        )
        """Requests by the age of their job: what an old one has waits for it in memory."""
        self._done: SimpleQueue[tuple[_Task[Any], int, Reply | BaseException]] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._serve, daemon=True)
            for _ in range(wiki.settings.concurrency)
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """End the threads, each after its present request, and close the connections."""
        with suppress(Empty):
            while True:
                self._wanted.get_nowait()
        for _ in self._threads:
            self._want(-1, None)
        for thread in self._threads:
            thread.join(timeout=0.5)
        self._client.close()

    def run(self, jobs: Iterable[Job[T]], ahead: int | None = None) -> Iterator[T]:
        """Run jobs, at most ``ahead`` at a time; yield results in the order in which they end.

        RemoteError where the server is down, refuses the login, or fails too often.
        """
        waiting, active = iter(jobs), 0
        most = ahead or _AHEAD * len(self._threads)
        while True:
            while active < most and (job := next(waiting, None)) is not None:
                active += 1
                task = _Task(next(self._numbers), job)
                if (result := self._advance(task, None)) is not None:
                    active -= 1
                    yield result[0]
            if not active:
                return
            task, index, reply = self._done.get()
            self._backlog.take(_weight(reply))
            if isinstance(reply, BaseException) and not isinstance(reply, FetchError):
                raise reply
            self._count(task.requests[index], reply)
            task.replies[index] = self._kept(task, task.requests[index], reply)
            task.missing -= 1
            if not task.missing and (result := self._advance(task, task.replies)) is not None:
                active -= 1
                yield result[0]
                self._held -= task.held

    def one(self, job: Job[T]) -> T:
        """Run one job; return its result."""
        return next(iter(self.run([job])))

    def with_body(self, answer: Answer) -> Answer:
        """Return the answer with its body, read again from the journal where it was dropped."""
        if answer.body is not None or answer.file is not None:
            return answer
        whole = self.journal.reply(answer.path)
        assert isinstance(whole, Answer)
        return whole

    def _advance(self, task: _Task[T], replies: Any) -> tuple[T] | None:
        """Run a job up to requests that the journal cannot answer; return its result at its end."""
        while True:
            try:
                requests = task.job.send(replies)
            except StopIteration as stop:
                return (stop.value,)
            task.requests, task.replies, task.missing = requests, [None] * len(requests), 0
            for index, request in enumerate(requests):
                task.replies[index] = reply = self._known(request)
                if reply is None:
                    task.missing += 1
                    self._want(task.number, (task, index, request))
            if task.missing:
                return None
            replies = task.replies

    def _want(self, age: int, wanted: tuple[_Task[Any], int, Request] | None) -> None:
        self._wanted.put((age, next(self._numbers), wanted))

    def _known(self, request: Request) -> Reply | None:
        """Return the answer or the refusal of an interrupted run."""
        if request.fresh or request.path not in self.journal:
            return None
        reply = self.journal.reply(request.path)
        if isinstance(reply, Answer):
            if request.decode and reply.body is not None:
                reply.value = request.decode(reply.body)
            self.clock = self.clock or reply.date
        return reply

    def _count(self, request: Request, reply: Reply) -> None:
        """Count a reply against the budget of failures. RemoteError where it is used up."""
        self.requests += 1
        if isinstance(reply, Answer):
            self._in_a_row = 0
            self.clock = self.clock or reply.date
            return
        if isinstance(reply, ShutError):
            raise RefusedError(
                f"{self.wiki.base}: {reply.detail}", hint=_HINTS.get(reply.code, "")
            )  # fmt: skip
        if not reply.temporary:
            return
        self._failed += 1
        self._in_a_row += 1
        most = max(self.wiki.settings.failures, self.requests // 10)
        if self._in_a_row >= _IN_A_ROW or self._failed > most:
            raise RemoteError(
                f"{self.wiki.base}{request.path}: {reply.detail}; too many requests fail,"
                f" {self._failed} so far",
                hint="what came before is kept; run it again to go on from there",
            )

    def _kept(self, task: _Task[Any], request: Request, reply: Reply) -> Reply:
        """Drop the body of a reply that may be read again, where too much waits in memory."""
        if isinstance(reply, Answer) and reply.file is None and reply.body is not None:
            if request.bulky and self._held + len(reply.body) > _HELD:
                reply.body = reply.value = None
            else:
                self._held += len(reply.body)
                task.held += len(reply.body)
        return reply

    def _serve(self) -> None:
        while (wanted := self._wanted.get()[-1]) is not None:
            task, index, request = wanted
            try:
                answer = fetch(self._client, request)
                if answer.file is None and not answer.unchanged:
                    self.journal.add(answer)
                self._backlog.add(_weight(answer))
                self._done.put((task, index, answer))
            except FetchError as failed:
                if failed.final:
                    self.journal.refuse(request.path, failed)
                self._done.put((task, index, failed))
            except BaseException as error:  # raised again where jobs are run
                self._done.put((task, index, error))


def _weight(reply: Reply | BaseException) -> int:
    """Return the bytes of an answer in memory."""
    return len(reply.body or b"") if isinstance(reply, Answer) else 0


_HINTS = {
    "logged-out": "check --user and its password, or get a new cookie",
    "login-refused": "check --user and the variable that --password-env names",
    "busy": "run it again later: it goes on where it was",
}
