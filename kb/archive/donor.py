"""A donor: an archive that may have what another one lacks, its rows told in that one's keys."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, Final, TypeAlias

from kb.archive.blobs import BlobStore
from kb.archive.packing import NameTable
from kb.archive.table_checksums import held_sum
from kb.archive.text_frames import TextFrames, TextPlace, VersionText

Row: TypeAlias = dict[str, Any]
"""Column → value; `TEXT` in place of `frame_id` and `slot`."""

TEXT: Final = "the text"
"""Name of what is in a frame, as a VersionText; None where it is damaged or there is none."""

PAGE_TABLES: Final = {
    "raw": ("source_id",),
    "snapshot": ("sha256",),
    "revision": ("major", "minor"),
    "attachment": ("name", "major", "minor"),
    "comment": ("number",),
    "object": ("class_name", "number"),
    "class": (),
    "tag": ("position",),
}
"""Table with rows of a page → what tells these rows apart."""


class Donor:
    """Reads an archive for the repair of another one."""

    def __init__(self, connection: sqlite3.Connection, into: sqlite3.Connection) -> None:
        """``into`` is the connection of the archive that is repaired."""
        self._db = connection
        self._into = into
        self._frames = TextFrames(connection)
        self._own_names = NameTable(connection)
        self._names = NameTable(into)
        self.blobs = BlobStore(connection)

    @cached_property
    def keys(self) -> dict[tuple[str, str, str], int]:
        """Wiki, reference, locale → key of the page."""
        rows = self._db.execute(
            "SELECT wiki.name, reference, locale, page.id FROM page JOIN wiki ON wiki.id = wiki_id"
        )
        return {(wiki, reference, locale): key for wiki, reference, locale, key in rows}

    def page(self, key: int) -> Row | None:
        """Read a page's own row, but for its key and checksums; None where it is not there."""
        row = next(self._rows("page", "id = ?", key), None)
        return row and {
            name: v for name, v in row.items() if name not in ("id", "digest", "checksum")
        }

    def rows(self, table: str, page: int, to: int) -> dict[tuple[Any, ...], Row]:
        """Read the rows of a page in one of `PAGE_TABLES`, as those of the page ``to``."""
        found = {}
        for row in self._rows(table, "page_id = ?", page):
            row["page_id"] = to
            found[tuple(row[name] for name in PAGE_TABLES[table])] = row
        return found

    def checksum(self, table: str) -> bytes | None:
        """Return the checksum of a table that no page owns."""
        return held_sum(self._db, table)

    def table(self, table: str) -> list[Row]:
        """Read a table that no page owns."""
        return list(self._rows(table, "?", 1))

    def _rows(self, table: str, where: str, key: int) -> Iterator[Row]:
        rows = self._db.execute(f"SELECT * FROM {table} WHERE {where}", (key,))
        names = [column[0] for column in rows.description]
        for values in rows.fetchall():
            row = {n: self._told(n, v) for n, v in zip(names, values, strict=True)}
            if "frame_id" in row:
                place = row.pop("frame_id"), row.pop("slot")
                row[TEXT] = None if place[0] is None else read_text(self._frames, TextPlace(*place))
            yield row

    def _told(self, column: str, value: Any) -> Any:
        """Return what a value is there: keys of other tables are that archive's own."""
        tell = None if self._into is self._db else self._tellers.get(column)
        return value if tell is None or value is None else tell(value)

    @cached_property
    def _tellers(self) -> dict[str, Callable[[int], int | None]]:
        names = ("author_id", "title_id", "syntax_id", "parent_id")
        return {
            **dict.fromkeys(names, lambda key: self._names.key(self._own_names.text(key))),
            "source_id": self._sources.__getitem__,
            "wiki_id": self._wikis.__getitem__,
            "blob_id": self._blob,
        }

    @cached_property
    def _wikis(self) -> dict[int, int | None]:
        there = {name: key for key, name in self._into.execute("SELECT id, name FROM wiki")}
        return {k: there.get(name) for k, name in self._db.execute("SELECT id, name FROM wiki")}

    @cached_property
    def _sources(self) -> dict[int, int | None]:
        """A source is one by its location, else the only one of its format."""
        sql = "SELECT id, location, format FROM source"
        there = self._into.execute(sql).fetchall()
        by_place = {location: key for key, location, _ in there}
        by_format = {name: key for key, _, name in there}
        return {
            key: by_place.get(location, by_format.get(name))
            for key, location, name in self._db.execute(sql)
        }

    def _blob(self, key: int) -> int | None:
        """Return the row of the same bytes there, put in where there is none."""
        (sha256,) = self._db.execute("SELECT sha256 FROM blob WHERE id = ?", (key,)).fetchone()
        row = self._into.execute("SELECT id FROM blob WHERE sha256 = ?", (sha256,)).fetchone()
        if row is None:
            store = BlobStore(self._into)
            return store.id_of(store.put(self.blobs.chunks_of(key)))
        return int(row[0])


def read_text(frames: TextFrames, place: TextPlace) -> VersionText | None:
    """Read a text; None where it is damaged, or its place is."""
    try:
        return frames.text(place) if frames.is_whole(place.frame) else None
    except Exception:  # whatever a damaged row makes of it
        return None
