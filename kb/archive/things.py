"""A page's files, comments, objects, class and tags, as a source names them."""

from __future__ import annotations

import json
import sqlite3

from kb.archive.blobs import Blobs
from kb.model import (
    AttachmentRevision,
    Comment,
    PageSeen,
    WikiClass,
    WikiObject,
    version_key,
)


class Things:
    """Writes what hangs on one page after the other.

    What a later state of the page no longer names is marked as gone, and kept. An earlier state
    only adds what is not known, as gone where a later one should have named it.
    """

    def __init__(self, connection: sqlite3.Connection, blobs: Blobs) -> None:
        self._db = connection
        self._blobs = blobs
        self._source = self._page = 0
        self._new = self._whole = self._stale = self._gone = False
        self._named: dict[str, set[tuple[object, ...]]] = {}
        self.untouched: frozenset[str] = frozenset()
        """Tables that hold nothing of the page: nothing was there, nothing came."""

    def begin(self, page: int, seen: PageSeen, source: int, *, new: bool, stale: bool) -> None:
        """What follows is of this page, and ``source`` says it."""
        self._source = source
        self._page, self._whole, self._stale = page, seen.whole, stale
        self._new = new
        if stale:
            row = self._db.execute("SELECT whole FROM page WHERE id = ?", (page,)).fetchone()
        self._gone = stale and bool(row[0])
        self.untouched = frozenset()
        self._named = {"attachment": set(), "comment": set(), "object": set()}
        if seen.tags is not None and not stale and (seen.tags or not new):
            self._db.execute("DELETE FROM tag WHERE page_id = ?", (page,))
            rows = [(page, position, tag) for position, tag in enumerate(seen.tags)]
            self._db.executemany("INSERT INTO tag VALUES (?, ?, ?)", rows)

    def end(self) -> None:
        """Mark what this source should have named and did not."""
        self.untouched = (
            frozenset(t for t, named in self._named.items() if not named)
            if self._new
            else frozenset()
        )
        if not self._whole or self._stale:
            return
        self._db.execute("UPDATE page SET whole = 1 WHERE id = ?", (self._page,))
        for table, keys in () if self._new else _KEYS.items():
            rows = self._db.execute(
                f"SELECT DISTINCT {keys} FROM {table} WHERE page_id = ? AND NOT gone", (self._page,)
            ).fetchall()
            given = " AND ".join(f"{key} = ?" for key in keys.split(", "))
            for row in set(rows) - self._named[table]:
                self._db.execute(
                    f"UPDATE {table} SET gone = 1 WHERE page_id = ? AND {given}",
                    (self._page, *row),
                )

    def attachment(self, file: AttachmentRevision) -> None:
        """A version of a file, whose bytes are in already."""
        self._named["attachment"].add((file.name,))
        blob = None if file.sha256 is None else self._blobs.id_of(file.sha256)
        self._db.execute(
            "INSERT INTO attachment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET source_id = CASE WHEN blob_id IS NULL"
            " AND excluded.blob_id IS NOT NULL THEN excluded.source_id ELSE source_id END,"
            " blob_id = coalesce(excluded.blob_id, blob_id),"
            " size = coalesce(excluded.size, size), mimetype = coalesce(excluded.mimetype,"
            " mimetype), author = coalesce(excluded.author, author),"
            " date = coalesce(excluded.date, date), comment = coalesce(excluded.comment, comment),"
            " gone = gone AND excluded.gone",
            (
                self._page, file.name, *version_key(file.version), blob, file.size, file.mimetype,
                file.author, file.date, file.comment, self._gone, self._source,
            ),
        )  # fmt: skip

    def comment(self, comment: Comment) -> None:
        """A comment or annotation."""
        self._named["comment"].add((comment.number,))
        self._put(
            "comment", self._page, comment.number, comment.author, comment.date, comment.text,
            comment.reply_to, comment.selection, comment.resolved, self._gone,
        )  # fmt: skip

    def thing(self, thing: WikiObject) -> None:
        """An object of a class."""
        self._named["object"].add((thing.class_name, thing.number))
        text = json.dumps(thing.properties, ensure_ascii=False)
        self._put(
            "object", self._page, thing.class_name, thing.number, thing.guid, text, self._gone
        )

    def class_(self, definition: WikiClass) -> None:
        """The class that the page defines."""
        text = json.dumps(definition.properties, ensure_ascii=False)
        self._put("class", self._page, text, definition.raw)

    def _put(self, table: str, *values: object) -> None:
        verb = "IGNORE" if self._stale else "REPLACE"
        marks = ", ".join("?" * len(values))
        self._db.execute(f"INSERT OR {verb} INTO {table} VALUES ({marks})", values)


_KEYS = {"attachment": "name", "comment": "number", "object": "class_name, number"}
