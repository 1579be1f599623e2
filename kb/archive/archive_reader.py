"""Read the archive: pages with their lines, attachments, comments and objects."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterator
from typing import Any

from kb.archive.blobs import BlobStore
from kb.archive.packing import NameTable, truth, unpack_moment
from kb.archive.snapshots import unpack_origins
from kb.archive.text_frames import TextFrames, TextPlace
from kb.archive.views import AttachmentView, LineView, PageStanding, PageView, RevisionView
from kb.history import Blame, by_feeds
from kb.model import Comment, LineOrigin, PageId, WikiClass, WikiObject, version_key

_LOG = logging.getLogger("kb")
_DAMAGED = (
    "%s: damaged: some of its texts cannot be read, and are left out; kb verify says which,"
    " kb verify --repair mends them"
)
_IN_ORDER = "ORDER BY wiki.name, reference, locale"
_FROM = "FROM page JOIN wiki ON wiki.id = wiki_id"
_PAGE = (
    "history, title, syntax, default_locale, parent, hidden, creator, created, modified, url,"
    " gone, renamed_to, digest"
)
_OBJECT = "class_name, number, properties, guid"


class ArchiveReader:
    """Reads pages as views, of what is committed."""

    def __init__(self, db: sqlite3.Connection, blobs: BlobStore) -> None:
        self._db = db
        self.blobs = blobs
        """Bytes by sha256; also the sink that importers are given."""
        self._names = NameTable(db)
        self._frames = TextFrames(db)
        self._told: set[int] = set()
        """Pages of which it was said that they are damaged."""

    def digests(self) -> Iterator[tuple[int, PageId, bytes]]:
        """Yield key, id and digest of every page, cheaply: a digest changes when anything does."""
        rows = self._db.execute(
            f"SELECT page.id, wiki.name, reference, locale, digest {_FROM} {_IN_ORDER}"
        )
        for key, wiki, reference, locale, digest in rows:
            yield key, PageId(wiki, reference, locale), digest

    def departed(self) -> Iterator[tuple[PageId, str, str | None]]:
        """Yield pages that the wiki lost, when that was noticed, and their new reference."""
        rows = self._db.execute(
            f"SELECT wiki.name, reference, locale, gone, renamed_to {_FROM}"
            f" WHERE gone IS NOT NULL {_IN_ORDER}"
        )
        for wiki, reference, locale, gone, renamed_to in rows:
            yield PageId(wiki, reference, locale), gone, renamed_to

    def pages(self, *, first: int = 0, last: int | None = None) -> Iterator[PageView]:
        """Yield pages by wiki, reference, locale; ``first`` and ``last`` bound their keys."""
        top = 1 << 62 if last is None else last
        sql = f"SELECT page.id {_FROM} WHERE page.id BETWEEN ? AND ? {_IN_ORDER}"
        keys = self._db.execute(sql, (first, top)).fetchall()
        return (self.view(key) for (key,) in keys)

    def page(self, page: PageId) -> PageView | None:
        """Read one page; None where it is not known."""
        row = self._db.execute(
            f"SELECT page.id {_FROM} WHERE wiki.name = ? AND reference = ? AND locale = ?",
            (page.wiki, page.page, page.locale),
        ).fetchone()
        return self.view(row[0]) if row else None

    def view(self, key: int) -> PageView:
        """Read the page with that key. KeyError where there is none."""
        row = self._db.execute(
            f"SELECT wiki.name, reference, locale, {_PAGE} {_FROM} WHERE page.id = ?", (key,)
        ).fetchone()
        if row is None:
            raise KeyError(key)
        facts = dict(zip(_PAGE.split(", "), row[3:], strict=True))
        facts["hidden"] = truth(facts["hidden"])
        if self._lost(key):
            self._tell(key, f"{row[1]} {row[2]}".strip())
            facts["history"] = "latest" if facts["history"] == "complete" else facts["history"]
        version, lines = self._lines(key)
        return PageView(
            key=key, id=PageId(*row[:3]), version=version, lines=lines,
            attachments=tuple(self._attachments(key)), comments=tuple(self._comments(key)),
            objects=tuple(self._objects(key)), tags=tuple(self._tags(key)), **facts,
        )  # fmt: skip

    def revisions(self, key: int) -> Iterator[RevisionView]:
        """Yield versions of the page with that key, oldest first, those known by lines only too.

        A version whose text is damaged is not held: what is known of it is told, not its text.
        """
        lost = self._lost(key)
        rows = self._db.execute(
            "SELECT major || '.' || minor, author_id, date, comment, minor_edit, title_id,"
            " syntax_id, frame_id, source.format FROM revision"
            " LEFT JOIN source ON source.id = source_id WHERE page_id = ? ORDER BY major, minor",
            (key,),
        )
        for version, author, date, comment, minor, title, syntax, frame, way in rows:
            yield RevisionView(
                version=version, author=self._names.text(author), date=unpack_moment(date),
                comment=comment, minor=truth(minor), title=self._names.text(title),
                syntax=self._names.text(syntax), way=way,
                held=frame is not None and frame not in lost,
            )  # fmt: skip

    def content(self, key: int, version: str) -> str | None:
        """Read the source of a version as the wiki gave it.

        None where only lines are known, or its text is damaged.
        """
        place = self._place(key, version)
        return None if place is None else self._frames.content(place).decode()

    def raw(self, key: int, version: str) -> bytes | None:
        """Read the bytes that a version came in; None where it has none of its own."""
        place = self._place(key, version)
        return None if place is None else self._frames.text(place).raw

    def page_raws(self, key: int) -> Iterator[tuple[str, bytes]]:
        """Yield the location of each source with the page's own bytes as received from it."""
        rows = self._db.execute(
            "SELECT location, frame_id, slot, blob_id FROM raw JOIN source ON source.id = source_id"
            " WHERE page_id = ? ORDER BY location",
            (key,),
        )
        for location, frame, slot, blob in rows.fetchall():
            if blob is not None:
                yield location, self.blobs.get(blob)
            elif self._frames.is_whole(frame):
                yield location, self._frames.content(TextPlace(frame, slot))

    def _tell(self, key: int, page: str) -> None:
        """Tell once that a page is damaged."""
        if key not in self._told:
            self._told.add(key)
            _LOG.warning(_DAMAGED, page)

    def _lost(self, key: int) -> frozenset[int]:
        """Return the damaged frames that versions of a page are in."""
        rows = self._db.execute(
            "SELECT DISTINCT frame_id FROM revision WHERE page_id = ? AND frame_id NOT NULL", (key,)
        )
        return frozenset(frame for (frame,) in rows if not self._frames.is_whole(frame))

    def _place(self, key: int, version: str) -> TextPlace | None:
        try:
            number = version_key(version)
        except ValueError:
            return None
        row = self._db.execute(
            "SELECT frame_id, slot FROM revision WHERE page_id = ? AND major = ? AND minor = ?",
            (key, *number),
        ).fetchone()
        if row is None or row[0] is None or not self._frames.is_whole(row[0]):
            return None
        return TextPlace(*row)

    def class_(self, key: int) -> WikiClass | None:
        """Read the class that the page defines, or None."""
        row = self._db.execute(
            "SELECT properties, raw FROM class WHERE page_id = ?", (key,)
        ).fetchone()
        return WikiClass(properties=json.loads(row[0]), raw=row[1]) if row else None

    def _lines(self, key: int) -> tuple[str | None, tuple[LineView, ...]]:
        """Find the newest held version, and the present source by lines, each with its origin."""
        held = self._first_whole(
            "SELECT major, minor, frame_id FROM revision WHERE page_id = ?"
            " AND frame_id IS NOT NULL ORDER BY major DESC, minor DESC",
            key,
        )
        snapshot = self._first_whole(
            "SELECT major, minor, frame_id, slot, origins FROM snapshot WHERE page_id = ?"
            " ORDER BY major DESC NULLS LAST, minor DESC, id DESC",
            key,
        )
        if held is None:
            return None, self._snapshot(key, snapshot) if snapshot else ()
        version = f"{held[0]}.{held[1]}"
        if snapshot and snapshot[0] is not None and snapshot[:2] > held[:2]:
            return version, self._snapshot(key, snapshot)
        return version, self.blame(key, version)

    def _first_whole(self, sql: str, key: int) -> tuple[Any, ...] | None:
        """Return the first row of a query by a page's key whose third value is a whole frame."""
        rows = self._db.execute(sql, (key,))
        return next((row for row in rows if self._frames.is_whole(row[2])), None)

    def blame(self, key: int, version: str) -> tuple[LineView, ...]:
        """Read a held version by lines, each with its origin where the whole history is held."""
        text = self.content(key, version)
        if text is None:
            return ()
        return _views(text.split("\n"), self._blame(key, version, text), frozenset())

    def _blame(self, key: int, version: str, text: str) -> list[LineOrigin]:
        """Find who wrote each line of ``text``, which is that version of the page."""
        history, packed = self._db.execute(
            "SELECT history, blame FROM page WHERE id = ?", (key,)
        ).fetchone()
        if history != "complete" or packed is None or self._lost(key):
            return self._from_snapshot(key, version, text)
        held = [r for r in self.revisions(key) if r.held]
        place = next(n for n, revision in enumerate(held) if revision.version == version)
        numbers = by_feeds(text, Blame(packed).at(place)) if text else [place]
        return [LineOrigin(held[n].version, held[n].author, held[n].date) for n in numbers]

    def _from_snapshot(self, key: int, version: str, text: str) -> list[LineOrigin]:
        """Take origins from a blame view of the same text; nobody's where there is none."""
        nobody = [LineOrigin(None)] * (text.count("\n") + 1)
        rows = self._db.execute(
            "SELECT frame_id, slot, origins FROM snapshot WHERE page_id = ? ORDER BY id DESC",
            (key,),
        )
        for frame, slot, packed in rows.fetchall():
            if not self._frames.is_whole(frame):
                continue
            if self._frames.content(TextPlace(frame, slot)).decode() == text:
                found, missing = unpack_origins(packed)
                if not missing and len(found) == len(nobody):
                    return self._completed(key, found)
        return nobody

    def _snapshot(self, key: int, row: tuple[Any, ...]) -> tuple[LineView, ...]:
        *_, frame, slot, packed = row
        origins, missing = unpack_origins(packed)
        if not origins:
            return ()
        text = self._frames.content(TextPlace(frame, slot)).decode()
        return _views(text.split("\n"), self._completed(key, origins), missing)

    def _completed(self, key: int, origins: list[LineOrigin]) -> list[LineOrigin]:
        """Complete origins by what is known of their versions from elsewhere."""
        known = {r.version: LineOrigin(r.version, r.author, r.date) for r in self.revisions(key)}
        return [
            origin if origin.version is None else known.get(origin.version, origin)
            for origin in origins
        ]

    def standings(self, classes: tuple[str, ...]) -> Iterator[PageStanding]:
        """Yield all pages in the archive's order, with their present objects of these classes."""
        marks = ", ".join("?" * len(classes))
        objects: dict[int, list[WikiObject]] = {}
        for key, *one in self._db.execute(
            f"SELECT page_id, {_OBJECT} FROM object WHERE NOT gone AND class_name IN ({marks})"
            " ORDER BY page_id, class_name, number",
            classes,
        ):
            objects.setdefault(key, []).append(_object(*one))
        rows = self._db.execute(
            f"SELECT page.id, wiki.name, reference, locale, hidden, gone, whole {_FROM} {_IN_ORDER}"
        )
        for key, wiki, reference, locale, hidden, gone, whole in rows:
            yield PageStanding(
                id=PageId(wiki, reference, locale), hidden=truth(hidden), gone=gone,
                whole=bool(whole), objects=tuple(objects.get(key, ())),
            )  # fmt: skip

    def _attachments(self, key: int) -> Iterator[AttachmentView]:
        rows = self._db.execute(
            "SELECT name, major || '.' || minor, hex(sha256), attachment.size, mimetype, author,"
            " date, comment, gone, source.format FROM attachment"
            " LEFT JOIN blob ON blob.id = blob_id LEFT JOIN source ON source.id = source_id"
            " WHERE page_id = ? ORDER BY name, major, minor",
            (key,),
        )
        for name, version, sha256, size, mimetype, author, date, comment, gone, way in rows:
            yield AttachmentView(
                name=name, version=version, sha256=sha256.lower() or None, size=size,
                mimetype=mimetype, author=author, date=date, comment=comment, gone=bool(gone),
                way=way,
            )  # fmt: skip

    def _comments(self, key: int) -> Iterator[Comment]:
        rows = self._db.execute(
            "SELECT number, author, date, text, reply_to, selection, resolved FROM comment"
            " WHERE page_id = ? AND NOT gone ORDER BY number",
            (key,),
        )
        for number, author, date, text, reply_to, selection, resolved in rows:
            yield Comment(
                number=number, author=author, date=date, text=text, reply_to=reply_to,
                selection=selection, resolved=truth(resolved),
            )  # fmt: skip

    def _objects(self, key: int) -> Iterator[WikiObject]:
        rows = self._db.execute(
            f"SELECT {_OBJECT} FROM object WHERE page_id = ? AND NOT gone"
            " ORDER BY class_name, number",
            (key,),
        )
        return (_object(*row) for row in rows)

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


def _object(class_name: str, number: int, properties: str, guid: str | None) -> WikiObject:
    return WikiObject(
        class_name=class_name, number=number, properties=json.loads(properties), guid=guid
    )
