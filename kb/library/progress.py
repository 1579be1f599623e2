"""How far something is: counted from what passes, told to a callback."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from importers.base import EXPECTED
from kb.model import AttachmentRevision, FetchState, Gone, Item, PageSeen, Revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an import is."""

    source: str
    """Location of what is being imported."""
    pages: int
    """Pages that came so far."""
    expected: int | None
    """Pages that the importer announced; None where it cannot know."""
    revisions: int
    """Versions of pages, with their text."""
    attachments: int
    """Versions of attachments, with their bytes."""
    gone: int
    """Pages that the wiki no longer has."""
    size: int
    """Bytes of texts and attachments."""


OnProgress: TypeAlias = Callable[[Progress], None]
"""Called for each page, in the thread that imports. What it raises ends the import."""


class Counter:
    """Counts what passes from an importer into the archive."""

    def __init__(self, source: str, on_progress: OnProgress | None = None) -> None:
        self._source = source
        self._on_progress = on_progress
        self._expected: int | None = None
        self.pages = self.revisions = self.attachments = self.gone = self.size = 0

    def passing(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield the items themselves."""
        for item in items:
            self._count(item)
            if self._on_progress is not None and isinstance(item, PageSeen):
                self._on_progress(self.state())
            yield item
        if self._on_progress is not None:
            self._on_progress(self.state())

    def state(self) -> Progress:
        """What was counted so far."""
        return Progress(
            source=self._source, pages=self.pages, expected=self._expected,
            revisions=self.revisions, attachments=self.attachments, gone=self.gone, size=self.size,
        )  # fmt: skip

    def _count(self, item: Item) -> None:
        match item:
            case PageSeen():
                self.pages += 1
            case Revision():
                self.revisions += 1
                self.size += len(item.raw) if item.raw is not None else len(item.content)
            case AttachmentRevision():
                self.attachments += item.sha256 is not None
                self.size += (item.size or 0) if item.sha256 is not None else 0
            case Gone():
                self.gone += not item.id.locale
            case FetchState() if item.key == EXPECTED:
                self._expected = (self._expected or 0) + int(item.value)
            case _:
                pass
