"""Archives for tests: pages with whole histories, from texts alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from kb.archive import Archive
from kb.cases.record import Case
from kb.cases.store.store import CaseStore
from kb.config import CasesConfig
from kb.model import Gone, Item, PageId, PageSeen, Revision

WIKI = "xwiki"


def history(page: str, *texts: str, start: int = 1, author: str = "ann") -> Iterator[Item]:
    """A page whose versions 1.1, 1.2, … have these texts, a day apart from the ``start``th on."""
    yield PageSeen(id=PageId(WIKI, page), history="complete")
    for number, text in enumerate(texts, 1):
        date = (
            f"2020-{1 + (start + number - 2) // 28:02}-{1 + (start + number - 2) % 28:02}T10:00:00Z"
        )
        yield Revision(version=f"1.{number}", content=text, author=author, date=date)


def gone(page: str, when: str, renamed_to: str | None = None) -> Gone:
    return Gone(id=PageId(WIKI, page), noticed=when, renamed_to=renamed_to)


class Wiki:
    """An archive and its case store in a folder, brought up to date after each import."""

    def __init__(self, folder: Path) -> None:
        self.archive = Archive(folder / "archive.db", create=True)
        self.store = CaseStore(folder / "cases.db")
        self.config = CasesConfig()

    def take(self, *items: Sequence[Item] | Iterator[Item]) -> dict[str, Case]:
        source = self.archive.source("test", "test")
        self.archive.ingest(source, (item for some in items for item in some))
        self.store.refresh(self.archive, self.config)
        return {case.id: case for case in self.store.cases()}

    def removed(self) -> dict[str, Case]:
        return {case.id: case for case in self.store.removed(self.archive)}
