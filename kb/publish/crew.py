"""Case pages rendered by as many processes as there are cores, where that pays."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from types import TracebackType

from kb.cases.record import from_json
from kb.publish.case_page import case_page
from kb.publish.catalogue import Catalogue
from kb.publish.names import case_path
from kb.publish.render import Renderer
from kb.publish.tree import Tree

_BATCH = 100
_PAYS = 1000
"""Pages to make from which more processes are quicker."""


class Crew:
    """Renders and writes the pages of the records it is given; done when it is left.

    On Linux its processes are forked, so that they have the catalogue without a copy; elsewhere,
    and for few pages, all is done in this one.
    """

    def __init__(self, catalogue: Catalogue, renderer: Renderer, tree: Tree, pages: int) -> None:
        self._work = _Work(catalogue, renderer, tree)
        self._batch: list[bytes] = []
        self._running: deque[Future[None]] = deque()
        self._pool: ProcessPoolExecutor | None = None
        self._most = 0
        if pages >= _PAYS and sys.platform == "linux":
            workers = max(1, min(8, os.cpu_count() or 1))
            self._most = 2 * workers
            _Work.current = self._work
            context = multiprocessing.get_context("fork")
            self._pool = ProcessPoolExecutor(workers, mp_context=context)

    def __enter__(self) -> Crew:
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
                    self._running.popleft().result()
            self._pool.shutdown(cancel_futures=True)

    def render(self, record: bytes) -> None:
        """Take on a page. Some are under way at a time, so that memory stays bounded."""
        if self._pool is None:
            self._work.page(record)
            return
        self._batch.append(record)
        if len(self._batch) == _BATCH:
            self._send()

    def _send(self) -> None:
        assert self._pool is not None
        if len(self._running) >= self._most:
            self._running.popleft().result()
        self._running.append(self._pool.submit(_render, self._batch))
        self._batch = []


class _Work:
    """What a process needs to make pages."""

    current: _Work | None = None

    def __init__(self, catalogue: Catalogue, renderer: Renderer, tree: Tree) -> None:
        self._catalogue = catalogue
        self._renderer = renderer
        self._tree = tree

    def page(self, record: bytes) -> None:
        case = from_json(record)
        data = case_page(case, self._catalogue, self._renderer)
        self._tree.write(case_path(case.source.wiki, case.id), data)


def _render(records: list[bytes]) -> None:
    assert _Work.current is not None
    for record in records:
        _Work.current.page(record)
