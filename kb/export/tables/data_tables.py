"""What tables there are, their columns, and the rows that a case or a page gives.

A case's key is its id, a page's its reference with the locale in parentheses; those of another
wiki than the first have its name and a colon before. Moments and versions are text, as in the
records; None is unknown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from kb.archive import Archive, PageView
from kb.cases.record import Case, Origin
from kb.export.account import Fates
from kb.model import PageId
from kb.redact.public_rules import without_secrets

CellValue: TypeAlias = str | int | float | None
RowValues: TypeAlias = tuple[CellValue, ...]
ColumnType: TypeAlias = Literal["text", "integer"]

FATES: Final = Fates(
    gone=("changed", "a row that says since when it is gone"),
    revision=("changed", "a row with author, date, comment; the text is in kb export git"),
    file=("changed", "a row with its digest; the bytes are in kb export markdown, git and xar"),
    removed=("changed", "a row; the page no longer has the file"),
    older=("changed", "a row with its digest; the bytes are in kb export git and xar"),
    link=("changed", "stand in the source of their page, as the wiki wrote them"),
)
"""Of all tables; of the table of cases alone see kb.export.jsonl."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column; ``refers`` is the table whose key its values are."""

    name: str
    type: ColumnType = "text"
    refers: str | None = None


@dataclass(frozen=True, slots=True)
class TableKeys:
    """How keys are written: without its name for the main wiki."""

    main_wiki: str

    def page(self, page: PageId) -> str:
        """Return the key of a page."""
        locale = f" ({page.locale})" if page.locale else ""
        return f"{self._prefix(page.wiki)}{page.page}{locale}"

    def case(self, wiki: str, case_id: str) -> str:
        """Return the key of a case."""
        return f"{self._prefix(wiki)}{case_id}"

    def _prefix(self, wiki: str) -> str:
        return "" if wiki == self.main_wiki else f"{wiki}:"


@dataclass(frozen=True, slots=True)
class CaseTable:
    """A table filled from case records."""

    name: str
    columns: tuple[Column, ...]
    rows: Callable[[Case, TableKeys], Iterator[RowValues]]


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table filled from the archive's pages."""

    name: str
    columns: tuple[Column, ...]
    rows: Callable[[Archive, PageView, TableKeys], Iterator[RowValues]]


_ORIGIN: Final = (
    Column("first_line", "integer"), Column("last_line", "integer"), Column("version"),
    Column("author"), Column("date"),
)  # fmt: skip
_OF_CASE: Final = (Column("case", refers="cases"), Column("position", "integer"))


def _where(origin: Origin) -> RowValues:
    return (*origin.lines, origin.version, origin.author, origin.date)


def _key(case: Case, keys: TableKeys) -> str:
    return keys.case(case.source.wiki, case.id)


def _case_row(case: Case, keys: TableKeys) -> Iterator[RowValues]:
    source = case.source
    dates = [event.date for event in case.timeline if event.date]
    yield (
        _key(case, keys), case.number, case.date, case.language, case.status, case.station,
        case.problem, case.resolution.text if case.resolution else None,
        json.dumps(case.engineers, ensure_ascii=False), text_of(case),
        keys.page(PageId(source.wiki, source.page, source.locale)), *source.lines, source.version,
        source.history, max(dates, default=None), source.url,
    )  # fmt: skip


def text_of(case: Case) -> str:
    """Return all that the case says, a part a line."""
    parts = [
        case.station, case.problem,
        *(f"{field.label}: {field.value}" for field in case.fields),
        *(f"{turn.speaker or ''}: {turn.text}".lstrip(": ") for turn in case.turns),
        *(f"{section.label}: {section.text}" for section in case.sections),
        case.resolution.text if case.resolution else None, *case.engineers,
        *(piece.text for piece in case.unclassified),
    ]  # fmt: skip
    return "\n".join(part for part in parts if part)


def _turns(case: Case, keys: TableKeys) -> Iterator[RowValues]:
    for n, turn in enumerate(case.turns, 1):
        yield (_key(case, keys), n, turn.round, turn.speaker, turn.text, *_where(turn.origin))


def _fields(case: Case, keys: TableKeys) -> Iterator[RowValues]:
    for n, field in enumerate(case.fields, 1):
        parsed = None if field.parsed is None else str(field.parsed)
        yield (_key(case, keys), n, field.name, field.label, field.value, parsed,
               *_where(field.origin))  # fmt: skip


def _sections(case: Case, keys: TableKeys) -> Iterator[RowValues]:
    for n, section in enumerate(case.sections, 1):
        yield (_key(case, keys), n, section.label, section.text, *_where(section.origin))


def _identifiers(case: Case, keys: TableKeys) -> Iterator[RowValues]:
    for n, found in enumerate(case.identifiers, 1):
        yield (_key(case, keys), n, found.kind, found.value, *_where(found.origin))


def _engineers(case: Case, keys: TableKeys) -> Iterator[RowValues]:
    for n, name in enumerate(case.engineers, 1):
        yield (_key(case, keys), n, name)


def _files(case: Case, keys: TableKeys) -> Iterator[RowValues]:
    for n, file in enumerate(case.attachments, 1):
        kind, sha256 = (v if isinstance(v, str) else None for v in (file.kind, file.sha256))
        yield (_key(case, keys), n, file.name, kind, sha256, *_where(file.origin))


def _anomalies(case: Case, keys: TableKeys) -> Iterator[RowValues]:
    for n, odd in enumerate(case.anomalies, 1):
        yield (_key(case, keys), n, odd.code, odd.message, *_where(odd.origin))


def _timeline(case: Case, keys: TableKeys) -> Iterator[RowValues]:
    for n, event in enumerate(case.timeline, 1):
        yield (_key(case, keys), n, event.change, event.name, event.old, event.new, event.version,
               event.author, event.date)  # fmt: skip


def _related(case: Case, keys: TableKeys) -> Iterator[RowValues]:
    for n, other in enumerate(case.related, 1):
        via = json.dumps(other.via, ensure_ascii=False)
        yield (_key(case, keys), n, keys.case(case.source.wiki, other.id), via)


def _page_row(archive: Archive, page: PageView, keys: TableKeys) -> Iterator[RowValues]:
    yield (
        keys.page(page.id), page.id.wiki, page.id.page, page.id.locale, page.title, page.history,
        page.version, page.syntax, page.parent, page.creator, page.created, page.modified,
        json.dumps(page.tags, ensure_ascii=False), page.gone, page.renamed_to, page.url,
        page.source,
    )  # fmt: skip


def _revisions(archive: Archive, page: PageView, keys: TableKeys) -> Iterator[RowValues]:
    for r in archive.revisions(page.key):
        minor = None if r.minor is None else int(r.minor)
        yield (keys.page(page.id), r.version, r.author, r.date, r.comment, minor, r.title,
               int(r.held))  # fmt: skip


def _attachments(archive: Archive, page: PageView, keys: TableKeys) -> Iterator[RowValues]:
    for f in page.attachments:
        yield (keys.page(page.id), f.name, f.version, f.sha256, f.size, f.mimetype, f.author,
               f.date, f.comment)  # fmt: skip


def _comments(archive: Archive, page: PageView, keys: TableKeys) -> Iterator[RowValues]:
    for c in page.comments:
        resolved = None if c.resolved is None else int(c.resolved)
        yield (keys.page(page.id), c.number, c.author, c.date, c.text, c.reply_to, c.selection,
               resolved)  # fmt: skip


def _objects(archive: Archive, page: PageView, keys: TableKeys) -> Iterator[RowValues]:
    for one in page.objects:
        properties = json.dumps(without_secrets(one).properties, ensure_ascii=False)
        yield keys.page(page.id), one.class_name, one.number, one.guid, properties


CASE_TABLES: Final = (
    CaseTable("cases", (
        Column("id"), Column("number", "integer"), Column("date"), Column("language"),
        Column("status"), Column("station"), Column("problem"), Column("resolution"),
        Column("engineers"), Column("text"), Column("page", refers="pages"),
        Column("first_line", "integer"), Column("last_line", "integer"), Column("version"),
        Column("history"), Column("last_change"), Column("url"),
    ), _case_row),
    CaseTable("turns", (*_OF_CASE, Column("round", "integer"), Column("speaker"), Column("text"),
                        *_ORIGIN), _turns),
    CaseTable("fields", (*_OF_CASE, Column("name"), Column("label"), Column("value"),
                         Column("parsed"), *_ORIGIN), _fields),
    CaseTable("sections", (*_OF_CASE, Column("label"), Column("text"), *_ORIGIN), _sections),
    CaseTable("identifiers", (*_OF_CASE, Column("kind"), Column("value"), *_ORIGIN), _identifiers),
    CaseTable("engineers", (*_OF_CASE, Column("name")), _engineers),
    CaseTable("files", (*_OF_CASE, Column("name"), Column("kind"), Column("sha256"), *_ORIGIN),
              _files),
    CaseTable("anomalies", (*_OF_CASE, Column("code"), Column("message"), *_ORIGIN), _anomalies),
    CaseTable("timeline", (*_OF_CASE, Column("change"), Column("name"), Column("old"),
                           Column("new"), Column("version"), Column("author"), Column("date")),
              _timeline),
    CaseTable("related", (*_OF_CASE, Column("other", refers="cases"), Column("via")), _related),
)  # fmt: skip

PAGE_TABLES: Final = (
    PageTable("pages", (
        Column("page"), Column("wiki"), Column("reference"), Column("locale"), Column("title"),
        Column("history"), Column("version"), Column("syntax"), Column("parent"),
        Column("creator"), Column("created"), Column("modified"), Column("tags"), Column("gone"),
        Column("renamed_to"), Column("url"), Column("source"),
    ), _page_row),
    PageTable("revisions", (
        Column("page", refers="pages"), Column("version"), Column("author"), Column("date"),
        Column("comment"), Column("minor", "integer"), Column("title"), Column("held", "integer"),
    ), _revisions),
    PageTable("attachments", (
        Column("page", refers="pages"), Column("name"), Column("version"), Column("sha256"),
        Column("size", "integer"), Column("mimetype"), Column("author"), Column("date"),
        Column("comment"),
    ), _attachments),
    PageTable("comments", (
        Column("page", refers="pages"), Column("number", "integer"), Column("author"),
        Column("date"), Column("text"), Column("reply_to", "integer"), Column("selection"),
        Column("resolved", "integer"),
    ), _comments),
    PageTable("objects", (
        Column("page", refers="pages"), Column("class"), Column("number", "integer"),
        Column("guid"), Column("properties"),
    ), _objects),
)  # fmt: skip

KEY_OF: Final = {"cases": "id", "pages": "page"}
"""The tables that others refer to, by the column that is their key."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The archive and its cases, ready to be read row by row."""

    archive: Archive
    cases: Iterable[Case]
    keys: TableKeys

    def rows(self) -> Iterator[tuple[CaseTable | PageTable, RowValues]]:
        """Yield each row with its table: the pages' first, since cases refer to them."""
        for page in self.archive.pages():
            for table in PAGE_TABLES:
                for row in table.rows(self.archive, page, self.keys):
                    yield table, row
        for case in self.cases:
            for of_case in CASE_TABLES:
                for row in of_case.rows(case, self.keys):
                    yield of_case, row


def tables_of(archive: Archive, cases: Iterable[Case]) -> Tables:
    """Return the tables; keys are short for the archive's first wiki."""
    first = next((page.wiki for _, page, _ in archive.digests()), "")
    return Tables(archive, cases, TableKeys(first))
