"""All rows of all tables, in one pass over the cases and one over the pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kb.archive import Archive
from kb.cases.record import Case
from kb.export.account import Fates
from kb.export.tables.tables import CASE_TABLES, PAGE_TABLES, CaseTable, Keys, PageTable, Row

FATES = Fates(
    gone=("changed", "a row that says since when it is gone"),
    revision=("changed", "a row with author, date, comment; the text is in kb export git"),
    file=("changed", "a row with its digest; the bytes are in kb export markdown, git and xar"),
    removed=("changed", "a row; the page no longer has the file"),
    older=("changed", "a row with its digest; the bytes are in kb export git and xar"),
    link=("changed", "stand in the source of their page, as the wiki wrote them"),
)
"""Of all tables; of the table of cases alone see kb.export.jsonl."""


class Tables(NamedTuple):
    """The archive and its cases, ready to be read row by row."""

    archive: Archive
    cases: Iterable[Case]
    keys: Keys

    def rows(self) -> Iterator[tuple[CaseTable | PageTable, Row]]:
        """Each row with its table: the pages' first, since cases refer to them."""
        for page in self.archive.pages():
            for table in PAGE_TABLES:
                for row in table.rows(self.archive, page, self.keys):
                    yield table, row
        for case in self.cases:
            for of_case in CASE_TABLES:
                for row in of_case.rows(case, self.keys):
                    yield of_case, row


def tables_of(archive: Archive, cases: Iterable[Case]) -> Tables:
    """The tables; keys are short for the archive's first wiki."""
    first = next((page.wiki for _, page, _ in archive.digests()), "")
    return Tables(archive, cases, Keys(first))
