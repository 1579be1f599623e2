"""Writing what importers yield: a page's records together, in transactions of whole pages."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from kb.archive.blobs import Blobs
from kb.archive.origins import pack_origins
from kb.errors import Problem
from kb.model import (
    AttachmentRevision,
    Checkpoint,
    Comment,
    FetchState,
    Gone,
    Item,
    PageId,
    PageSeen,
    Revision,
    RevisionSeen,
    Snapshot,
    WikiClass,
    WikiObject,
    version_key,
)

_COMMIT_SECONDS = 1.0
_PAGE_COLUMNS = (
    "title", "syntax", "default_locale", "version", "parent", "hidden", "creator", "created",
    "modified", "url",
)  # fmt: skip


class IngestReport(msgspec.Struct, kw_only=True):
    """What one import did."""

    pages: int = 0
    changed: int = 0
    """Pages about which anything is new."""
    revisions: int = 0
    attachments: int = 0
    problems: list[Problem] = []


class Ingest:
    """One import into the archive. A page's records are committed together or not at all."""

    def __init__(self, db: sqlite3.Connection, blobs: Blobs, location: str, fmt: str) -> None:
        self._db = db
        self._blobs = blobs
        self._location = location
        self._format = fmt
        self._now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._source = 0
        self._page = 0
        self._wiki = 0
        self.report = IngestReport()
        self._writers: dict[type, Callable[[Any], None]] = {
            PageSeen: self._page_seen,
            Revision: self._revision,
            RevisionSeen: self._revision_seen,
            Snapshot: self._snapshot,
            AttachmentRevision: self._attachment,
            Comment: self._comment,
            WikiObject: self._object,
            WikiClass: self._class,
            Gone: self._gone,
            FetchState: self._fetch_state,
            Checkpoint: self._checkpoint,
            Problem: self._problem,
        }

    def run(self, items: Iterable[Item]) -> IngestReport:
        """Take in all items; what was committed before an error stays."""
        self._db.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        try:
            self._source = self._source_row()
            for item in items:
                if type(item) is PageSeen:
                    self._close_page()
                    if time.monotonic() - started > _COMMIT_SECONDS:
                        self._db.execute("COMMIT")
                        self._db.execute("BEGIN IMMEDIATE")
                        started = time.monotonic()
                self._writers[type(item)](item)
            self._close_page()
            self._forget_old_problems()
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")
        return self.report

    def _source_row(self) -> int:
        self._db.execute(
            "INSERT OR IGNORE INTO source (location, format, first_fetch, last_fetch)"
            " VALUES (?, ?, ?, ?)",
            (self._location, self._format, self._now, self._now),
        )
        return self._one("SELECT id FROM source WHERE location = ?", self._location)

    def _one(self, sql: str, *arguments: object) -> int:
        return int(self._db.execute(sql, arguments).fetchone()[0])

    def _page_row(self, page: PageId) -> int | None:
        self._db.execute("INSERT OR IGNORE INTO wiki (name) VALUES (?)", (page.wiki,))
        self._wiki = self._one("SELECT id FROM wiki WHERE name = ?", page.wiki)
        row = self._db.execute(
            "SELECT id FROM page WHERE wiki_id = ? AND reference = ? AND locale = ?",
            (self._wiki, page.page, page.locale),
        ).fetchone()
        return int(row[0]) if row else None

    def _page_seen(self, seen: PageSeen) -> None:
        known = self._page_row(seen.id)
        if known is None:
            self._db.execute(
                "INSERT INTO page (wiki_id, reference, locale, history, source_id)"
                " VALUES (?, ?, ?, ?, ?)",
                (self._wiki, seen.id.page, seen.id.locale, seen.history, self._source),
            )
            known = self._page_row(seen.id)
        assert known is not None
        self._page = known
        values = [getattr(seen, column) for column in _PAGE_COLUMNS]
        update = ", ".join(f"{column} = coalesce(?, {column})" for column in _PAGE_COLUMNS)
        self._db.execute(
            f"UPDATE page SET {update}, raw_id = coalesce(?, raw_id), gone = NULL,"
            " renamed_to = NULL, history = CASE WHEN history = 'complete' OR ? = 'latest'"
            " THEN history ELSE ? END WHERE id = ?",
            (*values, self._raw(seen), seen.history, seen.history, known),
        )
        if seen.tags is not None:
            self._db.execute("DELETE FROM tag WHERE page_id = ?", (known,))
            rows = [(known, position, tag) for position, tag in enumerate(seen.tags)]
            self._db.executemany("INSERT INTO tag VALUES (?, ?, ?)", rows)
        self.report.pages += 1

    def _raw(self, seen: PageSeen) -> int | None:
        return self._blobs.id_of(seen.raw_sha256) if seen.raw_sha256 else self._blob(seen.raw)

    def _blob(self, data: bytes | None) -> int | None:
        return None if data is None else self._blobs.add(data)

    def _revision(self, revision: Revision) -> None:
        major, minor = version_key(revision.version)
        self._revision_seen(revision)
        self._db.execute(
            "UPDATE revision SET title = ?, syntax = ?, parent = ?, hidden = ?, content_id = ?,"
            " raw_id = coalesce(?, raw_id) WHERE page_id = ? AND major = ? AND minor = ?",
            (
                revision.title, revision.syntax, revision.parent, revision.hidden,
                self._blobs.add(revision.content.encode()), self._blob(revision.raw),
                self._page, major, minor,
            ),
        )  # fmt: skip
        self.report.revisions += 1

    def _revision_seen(self, revision: Revision | RevisionSeen) -> None:
        major, minor = version_key(revision.version)
        self._db.execute(
            "INSERT INTO revision (page_id, major, minor, author, date, comment, minor_edit,"
            " source_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " author = coalesce(excluded.author, author), date = coalesce(excluded.date, date),"
            " comment = coalesce(excluded.comment, comment),"
            " minor_edit = coalesce(excluded.minor_edit, minor_edit)",
            (
                self._page, major, minor, revision.author, revision.date, revision.comment,
                revision.minor, self._source,
            ),
        )  # fmt: skip
        if revision.author and revision.author_name:
            self._db.execute(
                "INSERT OR REPLACE INTO author VALUES (?, ?, ?)",
                (self._wiki, revision.author, revision.author_name),
            )

    def _snapshot(self, snapshot: Snapshot) -> None:
        content = "\n".join(snapshot.lines).encode()
        self._db.execute(
            "UPDATE page SET snapshot_id = ?, origins = ?, raw_id = coalesce(?, raw_id)"
            " WHERE id = ?",
            (
                self._blobs.add(content), pack_origins(snapshot.origins, snapshot.missing),
                self._blob(snapshot.raw), self._page,
            ),
        )  # fmt: skip
        for origin in dict.fromkeys(snapshot.origins):
            if origin.version is not None:
                self._revision_seen(
                    RevisionSeen(version=origin.version, author=origin.author, date=origin.date)
                )

    def _attachment(self, file: AttachmentRevision) -> None:
        blob = None if file.sha256 is None else self._blobs.id_of(file.sha256)
        self._db.execute(
            "INSERT INTO attachment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET blob_id = coalesce(excluded.blob_id, blob_id),"
            " size = coalesce(excluded.size, size), mimetype = coalesce(excluded.mimetype,"
            " mimetype), author = coalesce(excluded.author, author),"
            " date = coalesce(excluded.date, date), comment = coalesce(excluded.comment, comment)",
            (
                self._page, file.name, *version_key(file.version), blob, file.size, file.mimetype,
                file.author, file.date, file.comment, self._source,
            ),
        )  # fmt: skip
        self.report.attachments += 1

    def _comment(self, comment: Comment) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO comment VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self._page, comment.number, comment.author, comment.date, comment.text,
                comment.reply_to, comment.selection, comment.resolved,
            ),
        )  # fmt: skip

    def _object(self, thing: WikiObject) -> None:
        text = json.dumps(thing.properties, ensure_ascii=False)
        self._db.execute(
            "INSERT OR REPLACE INTO object VALUES (?, ?, ?, ?, ?)",
            (self._page, thing.class_name, thing.number, thing.guid, text),
        )

    def _class(self, definition: WikiClass) -> None:
        text = json.dumps(definition.properties, ensure_ascii=False)
        self._db.execute(
            "INSERT OR REPLACE INTO class VALUES (?, ?, ?)",
            (self._page, text, self._blob(definition.raw)),
        )

    def _gone(self, gone: Gone) -> None:
        page = self._page_row(gone.id)
        self._db.execute(
            "UPDATE page SET gone = coalesce(gone, ?), renamed_to = ? WHERE id = ?",
            (gone.noticed, gone.renamed_to, page),
        )
        if page is not None:
            self._close_page()
            self._page = page

    def _fetch_state(self, state: FetchState) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO fetch_state VALUES (?, ?, ?)",
            (self._source, state.key, state.value),
        )

    def _checkpoint(self, _: Checkpoint) -> None:
        self._close_page()
        self._db.execute("COMMIT")
        self._db.execute("BEGIN IMMEDIATE")

    def _problem(self, problem: Problem) -> None:
        self._db.execute(
            "INSERT OR IGNORE INTO problem (source_id, place, code, detail, page)"
            " VALUES (?, ?, ?, ?, ?)",
            (self._source, problem.where, problem.code, problem.detail, problem.page),
        )
        self.report.problems.append(problem)

    def _close_page(self) -> None:
        """Digest everything about the page that was being written, so that change shows."""
        if not self._page:
            return
        digest = hashlib.sha256()
        for sql in _DIGESTED:
            for row in self._db.execute(sql, (self._page,)):
                digest.update(repr(row).encode())
        before = self._db.execute("SELECT digest FROM page WHERE id = ?", (self._page,))
        if before.fetchone()[0] != digest.digest():
            self._db.execute(
                "UPDATE page SET digest = ? WHERE id = ?", (digest.digest(), self._page)
            )
            self._db.execute(
                "UPDATE source SET last_fetch = ? WHERE id = ?", (self._now, self._source)
            )
            self.report.changed += 1
        self._page = 0

    def _forget_old_problems(self) -> None:
        """Drop what an earlier import of the same file complained of and this one does not."""
        if self._location.startswith(("http://", "https://")):
            return
        now = {(p.where, p.code, p.detail) for p in self.report.problems}
        rows = self._db.execute(
            "SELECT id, place, code, detail FROM problem WHERE source_id = ?", (self._source,)
        ).fetchall()
        old = [(key,) for key, *what in rows if tuple(what) not in now]
        self._db.executemany("DELETE FROM problem WHERE id = ?", old)


_DIGESTED = (
    "SELECT * FROM page WHERE id = ?".replace(
        "*",
        f"reference, locale, history, {', '.join(_PAGE_COLUMNS)}, snapshot_id, origins, gone,"
        " renamed_to",
    ),
    "SELECT major, minor, author, date, comment, minor_edit, title, syntax, parent, hidden,"
    " content_id FROM revision WHERE page_id = ?",
    "SELECT name, major, minor, blob_id, size, mimetype, author, date, comment FROM attachment"
    " WHERE page_id = ?",
    "SELECT * FROM comment WHERE page_id = ?",
    "SELECT * FROM object WHERE page_id = ?",
    "SELECT * FROM class WHERE page_id = ?",
    "SELECT * FROM tag WHERE page_id = ?",
)
