"""Reading the archive: pages with their lines, files, comments and objects."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

from kb.archive.blobs import Blobs
from kb.archive.origins import unpack_origins
from kb.archive.views import AttachmentView, LineView, PageView, RevisionView
from kb.history import blame_of, by_feeds
from kb.model import Comment, LineOrigin, PageId, WikiObject, version_key

_IN_ORDER = "ORDER BY wiki.name, reference, locale"
_FROM = "FROM page JOIN wiki ON wiki.id = wiki_id"


class Reader:
    """Views of what is committed."""

    def __init__(self, db: sqlite3.Connection, blobs: Blobs) -> None:
        self._db = db
        self._blobs = blobs

    def digests(self) -> Iterator[tuple[int, PageId, bytes]]:
        """Key, id and digest of every page in the archive's order."""
        rows = self._db.execute(
            f"SELECT page.id, wiki.name, reference, locale, digest {_FROM} {_IN_ORDER}"
        )
        for key, wiki, reference, locale, digest in rows:
            yield key, PageId(wiki, reference, locale), digest

    def departed(self) -> Iterator[tuple[PageId, str, str | None]]:
        """Pages that the wiki no longer has: when that was noticed, and their new reference."""
        rows = self._db.execute(
            f"SELECT wiki.name, reference, locale, gone, renamed_to {_FROM}"
            f" WHERE gone IS NOT NULL {_IN_ORDER}"
        )
        for wiki, reference, locale, gone, renamed_to in rows:
            yield PageId(wiki, reference, locale), gone, renamed_to

    def pages(self, first: int, last: int | None) -> Iterator[PageView]:
        """Pages whose key is from ``first`` to ``last``, in the archive's order."""
        top = 1 << 62 if last is None else last
        sql = f"SELECT page.id {_FROM} WHERE page.id BETWEEN ? AND ? {_IN_ORDER}"
        keys = self._db.execute(sql, (first, top)).fetchall()
        return (self.view(key) for (key,) in keys)

    def page(self, page: PageId) -> PageView | None:
        """The page with that id, or None."""
        row = self._db.execute(
            f"SELECT page.id {_FROM} WHERE wiki.name = ? AND reference = ? AND locale = ?",
            (page.wiki, page.page, page.locale),
        ).fetchone()
        return self.view(row[0]) if row else None

    def view(self, key: int) -> PageView:
        """The page with that key. KeyError where there is none."""
        row = self._db.execute(
            "SELECT wiki.name, reference, locale, history, title, syntax, default_locale, parent,"
            " hidden, creator, created, modified, url, gone, renamed_to, digest"
            f" {_FROM} WHERE page.id = ?",
            (key,),
        ).fetchone()
        if row is None:
            raise KeyError(key)
        wiki, reference, locale, history, title, syntax, default_locale, parent, *rest = row
        hidden, creator, created, modified, url, gone, renamed_to, digest = rest
        version, lines = self._lines(key)
        return PageView(
            key=key, id=PageId(wiki, reference, locale), history=history, title=title,
            syntax=syntax, default_locale=default_locale, version=version, parent=parent,
            hidden=None if hidden is None else bool(hidden), creator=creator, created=created,
            modified=modified, url=url, gone=gone, renamed_to=renamed_to, digest=digest,
            lines=lines, attachments=tuple(self._attachments(key)),
            comments=tuple(self._comments(key)), objects=tuple(self._objects(key)),
            tags=tuple(self._tags(key)),
        )  # fmt: skip

    def revisions(self, key: int) -> Iterator[RevisionView]:
        """Versions of a page, oldest first, those known by lines only among them."""
        rows = self._db.execute(
            "SELECT major || '.' || minor, author, date, comment, minor_edit, title, syntax,"
            " content_id IS NOT NULL FROM revision WHERE page_id = ? ORDER BY major, minor",
            (key,),
        )
        for version, author, date, comment, minor, title, syntax, held in rows:
            yield RevisionView(
                version=version, author=author, date=date, comment=comment,
                minor=None if minor is None else bool(minor), title=title, syntax=syntax,
                held=bool(held),
            )  # fmt: skip

    def content(self, key: int, version: str) -> str | None:
        """Source of a held version, or None."""
        row = self._db.execute(
            "SELECT content_id FROM revision WHERE page_id = ? AND major = ? AND minor = ?",
            (key, *version_key(version)),
        ).fetchone()
        return None if row is None or row[0] is None else self._blobs.get(row[0]).decode()

    def _lines(self, key: int) -> tuple[str | None, tuple[LineView, ...]]:
        """Newest held version and the present source by lines, each with its origin."""
        row = self._db.execute(
            "SELECT major || '.' || minor, content_id FROM revision WHERE page_id = ?"
            " AND content_id IS NOT NULL ORDER BY major DESC, minor DESC LIMIT 1",
            (key,),
        ).fetchone()
        if row is None:
            return None, self._snapshot(key)
        text = self._blobs.get(row[1]).decode()
        return row[0], _views(text.split("\n"), self._blame(key, row[0], text), frozenset())

    def blame(self, key: int, version: str) -> tuple[LineView, ...]:
        """Source of a held version by lines; who wrote them only where all history is held."""
        text = self.content(key, version)
        if text is None:
            return ()
        return _views(text.split("\n"), self._blame(key, version, text), frozenset())

    def _blame(self, key: int, version: str, text: str) -> list[LineOrigin]:
        """Who wrote each line of ``text``, which is that version of the page."""
        history = self._db.execute("SELECT history FROM page WHERE id = ?", (key,)).fetchone()[0]
        if history != "complete":
            return [LineOrigin(None)] * (text.count("\n") + 1)
        top = version_key(version)
        held = [r for r in self.revisions(key) if r.held and version_key(r.version) <= top]
        texts = (self.content(key, r.version) or "" for r in held)
        numbers = by_feeds(text, blame_of(texts).at(len(held) - 1)) if text else [len(held) - 1]
        return [LineOrigin(held[n].version, held[n].author, held[n].date) for n in numbers]

    def _snapshot(self, key: int) -> tuple[LineView, ...]:
        snapshot, packed = self._db.execute(
            "SELECT snapshot_id, origins FROM page WHERE id = ?", (key,)
        ).fetchone()
        if snapshot is None:
            return ()
        origins, missing = unpack_origins(packed)
        if not origins:
            return ()
        return _views(self._blobs.get(snapshot).decode().split("\n"), origins, missing)

    def _attachments(self, key: int) -> Iterator[AttachmentView]:
        rows = self._db.execute(
            "SELECT name, major || '.' || minor, hex(sha256), attachment.size, mimetype, author,"
            " date, comment FROM attachment LEFT JOIN blob ON blob.id = blob_id"
            " WHERE page_id = ? ORDER BY name, major, minor",
            (key,),
        )
        for name, version, sha256, size, mimetype, author, date, comment in rows:
            yield AttachmentView(
                name=name, version=version, sha256=sha256.lower() or None, size=size,
                mimetype=mimetype, author=author, date=date, comment=comment,
            )  # fmt: skip

    def _comments(self, key: int) -> Iterator[Comment]:
        rows = self._db.execute(
            "SELECT number, author, date, text, reply_to, selection, resolved FROM comment"
            " WHERE page_id = ? ORDER BY number",
            (key,),
        )
        for number, author, date, text, reply_to, selection, resolved in rows:
            yield Comment(
                number=number, author=author, date=date, text=text, reply_to=reply_to,
                selection=selection, resolved=None if resolved is None else bool(resolved),
            )  # fmt: skip

    def _objects(self, key: int) -> Iterator[WikiObject]:
        rows = self._db.execute(
            "SELECT class_name, number, properties, guid FROM object WHERE page_id = ?"
            " ORDER BY class_name, number",
            (key,),
        )
        for class_name, number, properties, guid in rows:
            yield WikiObject(
                class_name=class_name, number=number, properties=json.loads(properties), guid=guid
            )

    def _tags(self, key: int) -> Iterator[str]:
        rows = self._db.execute("SELECT tag FROM tag WHERE page_id = ? ORDER BY position", (key,))
        return (tag for (tag,) in rows)


def _views(
    texts: list[str], origins: list[LineOrigin], missing: frozenset[int]
) -> tuple[LineView, ...]:
    return tuple(
        LineView(number, text, origin.version, origin.author, origin.date, number in missing)
        for number, (text, origin) in enumerate(zip(texts, origins, strict=True), 1)
    )
