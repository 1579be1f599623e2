"""What is attached to a page: its attachments, comments, objects, class definition and tags."""

from __future__ import annotations

import json
import sqlite3

from kb.archive.blobs import BlobStore
from kb.model import (
    AttachmentRevision,
    Comment,
    PageSeen,
    WikiClass,
    WikiObject,
    version_key,
)


class AttachedRecords:
    """Writes the attached records of one page after the other.

    What a later state of the page no longer names is marked as gone, and kept. An earlier state
    only adds what is not known, as gone where a later one should have named it.
    """

    def __init__(self, connection: sqlite3.Connection, blobs: BlobStore) -> None:
        self._db = connection
        self._blobs = blobs
        self._source = self._page = 0
        self._new = self._whole = self._stale = self._gone = False
        self._named: dict[str, set[tuple[object, ...]]] = {}
        self.empty: frozenset[str] = frozenset()
        """After `end`: tables known to hold nothing of the page, as it is new and none came."""

    def begin(self, page: int, seen: PageSeen, source: int, *, new: bool, stale: bool) -> None:
        """Begin a page (its row): the records that follow are its own, told by row ``source``.

        ``new``: nothing is known of the page; ``stale``: a later state of it is known.
        """
        self._page, self._source, self._new = page, source, new
        self._whole, self._stale = seen.whole, stale
        whole = "SELECT whole FROM page WHERE id = ?"
        self._gone = stale and bool(self._db.execute(whole, (page,)).fetchone()[0])
        self.empty = frozenset()
        self._named = {"attachment": set(), "comment": set(), "object": set()}
        if seen.tags is not None and not stale and (seen.tags or not new):
            self._db.execute("DELETE FROM tag WHERE page_id = ?", (page,))
            rows = [(page, position, tag) for position, tag in enumerate(seen.tags)]
            self._db.executemany("INSERT INTO tag VALUES (?, ?, ?)", rows)

    def end(self) -> None:
        """Mark as gone what this source should have named and did not."""
        if self._new:
            self.empty = frozenset(t for t, named in self._named.items() if not named)
        if not self._whole or self._stale:
            return
        self._db.execute("UPDATE page SET whole = 1 WHERE id = ?", (self._page,))
        for table, keys in () if self._new else _KEYS.items():
            rows = self._db.execute(
                f"SELECT DISTINCT {keys} FROM {table} WHERE page_id = ? AND NOT gone", (self._page,)
            ).fetchall()
            given = " AND ".join(f"{key} = ?" for key in keys.split(", "))
            for row in set(rows) - self._named[table]:
                sql = f"UPDATE {table} SET gone = 1 WHERE page_id = ? AND {given}"
                self._db.execute(sql, (self._page, *row))

    def attachment(self, file: AttachmentRevision) -> None:
        """Write a version of an attachment, whose bytes are in the blob table already."""
        self._named["attachment"].add((file.name,))
        blob = None if file.sha256 is None else self._blobs.id_of(file.sha256)
        self._db.execute(
            _ATTACHMENT,
            (
                self._page, file.name, *version_key(file.version), blob, file.size, file.mimetype,
                file.author, file.date, file.comment, self._gone, self._source,
            ),
        )  # fmt: skip

    def comment(self, comment: Comment) -> None:
        """Write a comment or annotation."""
        self._named["comment"].add((comment.number,))
        self._put(
            "comment", self._page, comment.number, comment.author, comment.date, comment.text,
            comment.reply_to, comment.selection, comment.resolved, self._gone,
        )  # fmt: skip

    def object_(self, item: WikiObject) -> None:
        """Write an object of a class."""
        self._named["object"].add((item.class_name, item.number))
        text = json.dumps(item.properties, ensure_ascii=False)
        self._put("object", self._page, item.class_name, item.number, item.guid, text, self._gone)

    def class_(self, definition: WikiClass) -> None:
        """Write the class that the page defines."""
        text = json.dumps(definition.properties, ensure_ascii=False)
        self._put("class", self._page, text, definition.raw)

    def _put(self, table: str, *values: object) -> None:
        verb = "IGNORE" if self._stale else "REPLACE"
        marks = ", ".join("?" * len(values))
        self._db.execute(f"INSERT OR {verb} INTO {table} VALUES ({marks})", values)


_FACTS = ("blob_id", "size", "mimetype", "author", "date", "comment")
_ATTACHMENT = (
    f"INSERT INTO attachment VALUES (?{', ?' * 11}) ON CONFLICT DO UPDATE SET source_id ="
    " CASE WHEN blob_id IS NULL AND excluded.blob_id IS NOT NULL THEN excluded.source_id"
    " ELSE source_id END, gone = gone AND excluded.gone, "
    + ", ".join(f"{fact} = coalesce(excluded.{fact}, {fact})" for fact in _FACTS)
)
_KEYS = {"attachment": "name", "comment": "number", "object": "class_name, number"}
