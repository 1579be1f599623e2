"""How far an import is: on a terminal only, and never in its result."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator

from importers.base import EXPECTED
from kb.model import AttachmentRevision, FetchState, Gone, Item, PageSeen, Revision


class Counted:
    """Counts what passes by on its way from an importer into the archive."""

    def __init__(self) -> None:
        self.pages = 0
        self.gone = 0
        self.versions = 0
        self.files = 0
        self.bytes = 0
        self.expected: int | None = None
        """Pages that the importer announced, where it knows."""
        self._started = time.monotonic()

    def passing(self, items: Iterable[Item]) -> Iterator[Item]:
        """The items themselves; a bar on stderr where that is a terminal."""
        if sys.stderr.isatty():
            yield from self._shown(items)
            return
        for item in items:
            self._count(item)
            yield item

    def _shown(self, items: Iterable[Item]) -> Iterator[Item]:
        from rich.progress import BarColumn, Progress, TextColumn
        from rich.progress import TimeElapsedColumn as Elapsed
        from rich.progress import TimeRemainingColumn as Remaining

        from kb.cli.console import err

        columns = BarColumn(), TextColumn("{task.fields[done]}"), Elapsed(), Remaining()
        with Progress(
            TextColumn("{task.description}"), *columns, console=err, transient=True
        ) as bar:
            task = bar.add_task("Importing", total=None, done="")
            for item in items:
                self._count(item)
                if isinstance(item, PageSeen):
                    bar.update(task, completed=self.pages, total=self.expected, done=str(self))
                yield item

    @property
    def seconds(self) -> float:
        """Time since the import began."""
        return time.monotonic() - self._started

    def __str__(self) -> str:
        rate = self.versions / max(self.seconds, 0.001)
        return (
            f"{self.pages} pages, {self.versions} versions, {_size(self.bytes)}, {rate:.0f}/s"
        )  # fmt: skip

    def _count(self, item: Item) -> None:
        match item:
            case PageSeen():
                self.pages += 1
            case Revision():
                self.versions += 1
                self.bytes += len(item.raw) if item.raw is not None else len(item.content)
            case AttachmentRevision():
                self.files += item.sha256 is not None
                self.bytes += (item.size or 0) if item.sha256 is not None else 0
            case Gone():
                self.gone += not item.id.locale
            case FetchState() if item.key == EXPECTED:
                self.expected = (self.expected or 0) + int(item.value)
            case _:
                pass


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if count < 1024:
            return f"{count:.0f} {unit}"
        count /= 1024
    return f"{count:.1f} GB"
