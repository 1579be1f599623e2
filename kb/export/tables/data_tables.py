"""What tables there are, their columns, and the rows that a case or a page gives.

A case's key is its id, a page's its reference with the locale in parentheses; those of another
wiki than the first have its name and a colon before. Moments and versions are text, as in the
records; None is unknown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Generic, Literal, TypeAlias, TypeVar

from kb.archive import Archive, PageView
from kb.cases.record import Case, Origin
from kb.export.report import Fates
from kb.model import PageId
from kb.redact.public_rules import without_secrets

CellValue: TypeAlias = str | int | float | None
RowValues: TypeAlias = tuple[CellValue, ...]
ColumnType: TypeAlias = Literal["text", "integer"]
SubjectT = TypeVar("SubjectT", Case, PageView)

FATES: Final = Fates(
    gone=("changed", "a row that says since when it is gone"),
    revision=("changed", "a row with author, date, comment; the text is in kb export git"),
    file=("changed", "a row with its digest; the bytes are in kb export markdown, git and xar"),
    removed=("changed", "a row; the page no longer has the file"),
    older=("changed", "a row with its digest; the bytes are in kb export git and xar"),
    link=("changed", "stand in the source of their page, as the wiki wrote them"),
)
"""Of all tables; of the table of cases alone see kb.export.jsonl."""

KEY_OF: Final = {"cases": "id", "pages": "page"}
"""The tables that others refer to, by the column that is their key."""
_REFERS: Final = {"case": "cases", "other": "cases", "page": "pages"}
"""Columns that hold the key of a row of another table."""
_INTEGERS: Final = frozenset((
    "first_line", "held", "last_line", "minor", "number", "position", "reply_to", "resolved",
    "round", "size",
))  # fmt: skip
_ORIGIN: Final = "first_line last_line version author date"


@dataclass(frozen=True, slots=True)
class Column:
    """A column; ``refers`` is the table whose key its values are."""

    name: str
    type: ColumnType = "text"
    refers: str | None = None


@dataclass(frozen=True, slots=True)
class DataTable(Generic[SubjectT]):
    """A table, and the rows that a case or a page of the archive gives."""

    name: str
    columns: tuple[Column, ...]
    rows: Callable[[SubjectT, Tables], Iterable[RowValues]]


def _table(
    name: str, columns: str, rows: Callable[[SubjectT, Tables], Iterable[RowValues]]
) -> DataTable[SubjectT]:
    """Return a table of named columns; what a column's name says of it is the same everywhere."""
    found = (
        Column(
            column,
            "integer" if column in _INTEGERS else "text",
            None if column == KEY_OF.get(name) else _REFERS.get(column),
        )
        for column in columns.split()
    )
    return DataTable(name, tuple(found), rows)


def _of_case(
    name: str, columns: str, items: Callable[[Case, Tables], Iterable[RowValues]]
) -> DataTable[Case]:
    """Return a table of what a case has several of; case and position come first."""

    def rows(case: Case, tables: Tables) -> Iterator[RowValues]:
        key = tables.case_key(case.source.wiki, case.id)
        return ((key, n, *item) for n, item in enumerate(items(case, tables), 1))

    return _table(name, f"case position {columns}", rows)


def _of_page(
    name: str, columns: str, items: Callable[[PageView, Tables], Iterable[RowValues]]
) -> DataTable[PageView]:
    """Return a table of what a page has several of; the page comes first."""

    def rows(page: PageView, tables: Tables) -> Iterator[RowValues]:
        key = tables.page_key(page.id)
        return ((key, *item) for item in items(page, tables))

    return _table(name, f"page {columns}", rows)


def _where(origin: Origin) -> RowValues:
    return (*origin.lines, origin.version, origin.author, origin.date)


def _flag(value: bool | None) -> int | None:
    return None if value is None else int(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _case_row(case: Case, tables: Tables) -> Iterator[RowValues]:
    source = case.source
    dates = [event.date for event in case.timeline if event.date]
    yield (
        tables.case_key(source.wiki, case.id), case.number, case.date, case.language, case.status,
        case.station, case.problem, case.resolution.text if case.resolution else None,
        _json(case.engineers), text_of(case),
        tables.page_key(PageId(source.wiki, source.page, source.locale)), *source.lines,
        source.version, source.history, max(dates, default=None), source.url,
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


def _page_row(page: PageView, tables: Tables) -> Iterator[RowValues]:
    yield (
        tables.page_key(page.id), page.id.wiki, page.id.page, page.id.locale, page.title,
        page.history, page.version, page.syntax, page.parent, page.creator, page.created,
        page.modified, _json(page.tags), page.gone, page.renamed_to, page.url, page.source,
    )  # fmt: skip


CASE_TABLES: Final = (
    _table("cases", "id number date language status station problem resolution engineers text page"
           " first_line last_line version history last_change url", _case_row),
    _of_case("turns", f"round speaker text {_ORIGIN}", lambda case, _: (
        (turn.round, turn.speaker, turn.text, *_where(turn.origin)) for turn in case.turns)),
    _of_case("fields", f"name label value parsed {_ORIGIN}", lambda case, _: (
        (f.name, f.label, f.value, None if f.parsed is None else str(f.parsed), *_where(f.origin))
        for f in case.fields)),
    _of_case("sections", f"label text {_ORIGIN}", lambda case, _: (
        (section.label, section.text, *_where(section.origin)) for section in case.sections)),
    _of_case("identifiers", f"kind value {_ORIGIN}", lambda case, _: (
        (found.kind, found.value, *_where(found.origin)) for found in case.identifiers)),
    _of_case("engineers", "name", lambda case, _: ((name,) for name in case.engineers)),
    _of_case("files", f"name kind sha256 {_ORIGIN}", lambda case, _: (
        (f.name, *(v if isinstance(v, str) else None for v in (f.kind, f.sha256)),
         *_where(f.origin)) for f in case.attachments)),
    _of_case("anomalies", f"code message {_ORIGIN}", lambda case, _: (
        (odd.code, odd.message, *_where(odd.origin)) for odd in case.anomalies)),
    _of_case("timeline", "change name old new version author date", lambda case, _: (
        (e.change, e.name, e.old, e.new, e.version, e.author, e.date) for e in case.timeline)),
    _of_case("related", "other via", lambda case, tables: (
        (tables.case_key(case.source.wiki, other.id), _json(other.via))
        for other in case.related)),
)  # fmt: skip
PAGE_TABLES: Final = (
    _table("pages", "page wiki reference locale title history version syntax parent creator created"
           " modified tags gone renamed_to url source", _page_row),
    _of_page("revisions", "version author date comment minor title held", lambda page, tables: (
        (r.version, r.author, r.date, r.comment, _flag(r.minor), r.title, int(r.held))
        for r in tables.archive.revisions(page.key))),
    _of_page("attachments", "name version sha256 size mimetype author date comment",
             lambda page, _: (
        (f.name, f.version, f.sha256, f.size, f.mimetype, f.author, f.date, f.comment)
        for f in page.attachments)),
    _of_page("comments", "number author date text reply_to selection resolved", lambda page, _: (
        (c.number, c.author, c.date, c.text, c.reply_to, c.selection, _flag(c.resolved))
        for c in page.comments)),
    _of_page("objects", "class number guid properties", lambda page, _: (
        (one.class_name, one.number, one.guid, _json(without_secrets(one).properties))
        for one in page.objects)),
)  # fmt: skip
ALL_TABLES: Final = (*PAGE_TABLES, *CASE_TABLES)


@dataclass(frozen=True, slots=True)
class Tables:
    """The archive and its cases, ready to be read row by row."""

    archive: Archive
    cases: Iterable[Case]
    main_wiki: str
    """The wiki whose name is not in keys."""

    def page_key(self, page: PageId) -> str:
        """Return the key of a page."""
        locale = f" ({page.locale})" if page.locale else ""
        return self.case_key(page.wiki, f"{page.page}{locale}")

    def case_key(self, wiki: str, name: str) -> str:
        """Return the key of the case of that id."""
        return name if wiki == self.main_wiki else f"{wiki}:{name}"

    def rows(self) -> Iterator[tuple[DataTable[Case] | DataTable[PageView], RowValues]]:
        """Yield each row with its table: the pages' first, since cases refer to them."""
        for page in self.archive.pages():
            for table in PAGE_TABLES:
                for row in table.rows(page, self):
                    yield table, row
        for case in self.cases:
            for of_case in CASE_TABLES:
                for row in of_case.rows(case, self):
                    yield of_case, row


def tables_of(archive: Archive, cases: Iterable[Case]) -> Tables:
    """Return the tables; keys are short for the archive's first wiki."""
    first = next((page.wiki for _, page, _ in archive.digests()), "")
    return Tables(archive, cases, first)
