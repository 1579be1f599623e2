"""Small wikis made of records, for tests of the exports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kb.archive import Archive
from kb.model import AttachmentRevision, Item, PageId, PageSeen, Revision

WIKI = "xwiki"


def page(reference: str, locale: str = "", **fields: Any) -> PageSeen:
    """The record that opens a page with complete history."""
    fields.setdefault("history", "complete")
    return PageSeen(id=PageId(WIKI, reference, locale), **fields)


def revisions(*texts: str, author: str = "XWiki.ruan", day: int = 1) -> list[Revision]:
    """Versions 1.1, 2.1, …, an hour apart."""
    return [
        Revision(
            version=f"{n}.1", content=text, author=author, comment=f"save {n}",
            date=f"2020-04-{day:02d}T{8 + n:02d}:00:00Z",
        )
        for n, text in enumerate(texts, 1)
    ]  # fmt: skip


class Wiki:
    """An archive in a folder, and the records it is fed with."""

    def __init__(self, folder: Path) -> None:
        self.archive = Archive(folder / "archive.db", create=True)
        self._source = self.archive.source("test", "test")

    def add(self, *items: Item) -> None:
        """Take records in."""
        self.archive.ingest(self._source, items)

    def file(self, name: str, data: bytes, version: str = "1.1", **fields: Any) -> Item:
        """A version of an attachment whose bytes are held."""
        sha256 = self.archive.blobs.put([data])
        return AttachmentRevision(
            name=name,
            version=version,
            sha256=sha256,
            size=len(data),
            **fields,
        )
