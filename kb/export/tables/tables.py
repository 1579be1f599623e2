"""What tables there are, their columns, and the rows that a case or a page gives.

A case's key is its id, a page's its reference with the locale in parentheses; those of another
wiki than the first have its name and a colon before. Moments and versions are text, as in the
records; None is unknown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple, TypeAlias

from kb.archive import Archive, PageView
from kb.cases.record import Case, Origin
from kb.export.secrets import without_secrets
from kb.model import PageId

Value: TypeAlias = str | int | float | None
Row: TypeAlias = tuple[Value, ...]
Kind: TypeAlias = Literal["text", "integer"]


class Column(NamedTuple):
    """A column; ``refers`` is the table whose key its values are."""

    name: str
    kind: Kind = "text"
    refers: str | None = None


class Keys(NamedTuple):
    """How keys are written: without its name for the main wiki."""

    main_wiki: str

    def page(self, page: PageId) -> str:
        """The key of a page."""
        locale = f" ({page.locale})" if page.locale else ""
        return f"{self._prefix(page.wiki)}{page.page}{locale}"

    def case(self, wiki: str, case_id: str) -> str:
        """The key of a case."""
        return f"{self._prefix(wiki)}{case_id}"

    def _prefix(self, wiki: str) -> str:
        return "" if wiki == self.main_wiki else f"{wiki}:"


class CaseTable(NamedTuple):
    """A table filled from case records."""

    name: str
    columns: tuple[Column, ...]
    rows: Callable[[Case, Keys], Iterator[Row]]


class PageTable(NamedTuple):
    """A table filled from the archive's pages."""

    name: str
    columns: tuple[Column, ...]
    rows: Callable[[Archive, PageView, Keys], Iterator[Row]]


_ORIGIN = (
    Column("first_line", "integer"), Column("last_line", "integer"), Column("version"),
    Column("author"), Column("date"),
)  # fmt: skip
_OF_CASE = (Column("case", refers="cases"), Column("position", "integer"))


def _where(origin: Origin) -> Row:
    return (*origin.lines, origin.version, origin.author, origin.date)


def _key(case: Case, keys: Keys) -> str:
    return keys.case(case.source.wiki, case.id)


def _case_row(case: Case, keys: Keys) -> Iterator[Row]:
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
    """All that the case says, a part a line."""
    parts = [
        case.station, case.problem,
        *(f"{field.label}: {field.value}" for field in case.fields),
        *(f"{turn.speaker or ''}: {turn.text}".lstrip(": ") for turn in case.turns),
        *(f"{section.label}: {section.text}" for section in case.sections),
        case.resolution.text if case.resolution else None, *case.engineers,
        *(piece.text for piece in case.unclassified),
    ]  # fmt: skip
    return "\n".join(part for part in parts if part)


def _turns(case: Case, keys: Keys) -> Iterator[Row]:
    for n, turn in enumerate(case.turns, 1):
        yield (_key(case, keys), n, turn.round, turn.speaker, turn.text, *_where(turn.origin))


def _fields(case: Case, keys: Keys) -> Iterator[Row]:
    for n, field in enumerate(case.fields, 1):
        parsed = None if field.parsed is None else str(field.parsed)
        yield (_key(case, keys), n, field.name, field.label, field.value, parsed,
               *_where(field.origin))  # fmt: skip


def _sections(case: Case, keys: Keys) -> Iterator[Row]:
    for n, section in enumerate(case.sections, 1):
        yield (_key(case, keys), n, section.label, section.text, *_where(section.origin))


def _identifiers(case: Case, keys: Keys) -> Iterator[Row]:
    for n, found in enumerate(case.identifiers, 1):
        yield (_key(case, keys), n, found.kind, found.value, *_where(found.origin))


def _engineers(case: Case, keys: Keys) -> Iterator[Row]:
    for n, name in enumerate(case.engineers, 1):
        yield (_key(case, keys), n, name)


def _files(case: Case, keys: Keys) -> Iterator[Row]:
    for n, file in enumerate(case.attachments, 1):
        kind, sha256 = (v if isinstance(v, str) else None for v in (file.kind, file.sha256))
        yield (_key(case, keys), n, file.name, kind, sha256, *_where(file.origin))


def _anomalies(case: Case, keys: Keys) -> Iterator[Row]:
    for n, odd in enumerate(case.anomalies, 1):
        yield (_key(case, keys), n, odd.code, odd.message, *_where(odd.origin))


def _timeline(case: Case, keys: Keys) -> Iterator[Row]:
    for n, event in enumerate(case.timeline, 1):
        yield (_key(case, keys), n, event.change, event.name, event.old, event.new, event.version,
               event.author, event.date)  # fmt: skip


def _related(case: Case, keys: Keys) -> Iterator[Row]:
    for n, other in enumerate(case.related, 1):
        via = json.dumps(other.via, ensure_ascii=False)
        yield (_key(case, keys), n, keys.case(case.source.wiki, other.id), via)


def _page_row(archive: Archive, page: PageView, keys: Keys) -> Iterator[Row]:
    yield (
        keys.page(page.id), page.id.wiki, page.id.page, page.id.locale, page.title, page.history,
        page.version, page.syntax, page.parent, page.creator, page.created, page.modified,
        json.dumps(page.tags, ensure_ascii=False), page.gone, page.renamed_to, page.url,
        page.source,
    )  # fmt: skip


def _revisions(archive: Archive, page: PageView, keys: Keys) -> Iterator[Row]:
    for r in archive.revisions(page.key):
        minor = None if r.minor is None else int(r.minor)
        yield (keys.page(page.id), r.version, r.author, r.date, r.comment, minor, r.title,
               int(r.held))  # fmt: skip


def _attachments(archive: Archive, page: PageView, keys: Keys) -> Iterator[Row]:
    for f in page.attachments:
        yield (keys.page(page.id), f.name, f.version, f.sha256, f.size, f.mimetype, f.author,
               f.date, f.comment)  # fmt: skip


def _comments(archive: Archive, page: PageView, keys: Keys) -> Iterator[Row]:
    for c in page.comments:
        resolved = None if c.resolved is None else int(c.resolved)
        yield (keys.page(page.id), c.number, c.author, c.date, c.text, c.reply_to, c.selection,
               resolved)  # fmt: skip


def _objects(archive: Archive, page: PageView, keys: Keys) -> Iterator[Row]:
    for thing in page.objects:
        properties = json.dumps(without_secrets(thing).properties, ensure_ascii=False)
        yield keys.page(page.id), thing.class_name, thing.number, thing.guid, properties


CASE_TABLES = (
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

PAGE_TABLES = (
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

KEY_OF = {"cases": "id", "pages": "page"}
"""The tables that others refer to, by the column that is their key."""
