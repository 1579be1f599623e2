"""Repair an archive by what donors have, until it is again as it was written.

What was written is known by checksums (kb/archive/audit.py), and these say whether an attempt was
right: a page, table or blob is mended where all its checksums are met, else it stays as it was.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final, TypeAlias

from kb.archive.archive import Archive
from kb.archive.audit import Audit, is_text
from kb.archive.blobs import BlobStore
from kb.archive.donor import PAGE_TABLES, TEXT, Donor, Row, read_text
from kb.archive.known_versions import note_digests
from kb.archive.table_checksums import TABLES, held_sum, recompute, table_sum
from kb.archive.text_frames import FRAME_BYTES, TextFrames, TextPlace, VersionText, checksum_of

_FIRST_TABLES: Final = ("format", "wiki", "source")
"""What pages are told by."""
_SWEPT: Final = (
    "DELETE FROM frame WHERE id NOT IN (SELECT frame_id FROM revision WHERE frame_id NOT NULL)"
    " AND id NOT IN (SELECT frame_id FROM snapshot)"
    " AND id NOT IN (SELECT frame_id FROM raw WHERE frame_id NOT NULL)"
    " AND id NOT IN (SELECT base_id FROM frame WHERE base_id NOT NULL)"
)

_BLOBS_NAMED: Final = "SELECT id >> 20 FROM blob_part WHERE id >> 20 NOT IN (SELECT id FROM blob)"

_Key: TypeAlias = tuple[Any, ...]
_Rows: TypeAlias = Mapping[str, Mapping[_Key, Row]]
"""Table of a page → what tells its rows apart → row."""
_Change: TypeAlias = Callable[[], object]


def mend(archive: Archive, donors: Sequence[Archive]) -> None:
    """Mend what can be mended of an archive by others, which are asked in their order."""
    db = archive._db
    db.execute("PRAGMA foreign_keys = OFF")  # while rows come and go
    db.execute("BEGIN IMMEDIATE")
    try:
        Repair(db, [Donor(donor._db, db) for donor in donors]).run()
    except BaseException:
        db.execute("ROLLBACK")
        raise
    finally:
        if db.in_transaction:
            db.execute("COMMIT")
        db.execute("PRAGMA foreign_keys = ON")


class Repair:
    """One repair of an archive. Its writes leave the checksums as they are."""

    def __init__(self, connection: sqlite3.Connection, donors: Sequence[Donor]) -> None:
        """``donors`` are asked in their order. The caller begins and ends the transaction."""
        self._db = connection
        self._donors = donors
        self._blobs = BlobStore(connection)

    def run(self) -> None:
        """Mend what can be mended; `kb.archive.audit` says what is left."""
        self._mend_blobs()
        for table in _FIRST_TABLES:
            self._mend_table(table)
        self._mend_frames()
        for key in self._damaged_pages():
            with suppress(Exception):  # whatever a damaged row makes of it
                self._mend_page(key)
        for table in TABLES:
            self._mend_table(table)
        for key in self._damaged_pages():
            self._mend_checksums(key)
        self._sweep()

    def _sweep(self) -> None:
        """Delete what nothing names: rows of no page, frames, checksums of no table."""
        for table in PAGE_TABLES:
            self._db.execute(f"DELETE FROM {table} WHERE page_id NOT IN (SELECT id FROM page)")
        while self._db.execute(_SWEPT).rowcount:
            pass
        marks = ", ".join("?" * len(TABLES))
        self._db.execute(f"DELETE FROM checksum WHERE name NOT IN ({marks})", tuple(TABLES))

    def _tried(self, change: _Change, is_right: Callable[[], bool]) -> bool:
        """Make a change; undo it unless all is right with it."""
        self._db.execute("SAVEPOINT attempt")
        try:
            change()
            right = is_right()
        except Exception:  # whatever a damaged row makes of it
            right = False
        if not right:
            self._db.execute("ROLLBACK TO attempt")
        self._db.execute("RELEASE attempt")
        return right

    def _audit(self) -> Audit:
        """Return an audit that has read nothing yet."""
        return Audit(self._db, "", lambda name, digest: None)

    # Attached files.

    def _mend_blobs(self) -> None:
        rows = self._db.execute("SELECT id, sha256 FROM blob").fetchall()
        for key, sha256 in rows:
            whole = partial(self._audit().blob_is_whole, key)
            orphans = () if whole() else self._orphans(_BLOBS_NAMED)
            if whole() or any(
                self._tried(
                    partial(self._rename, "blob", key, one),
                    partial(self._audit().blob_is_whole, one),
                )
                for one in orphans
            ):
                continue
            changes = [
                partial(self._blobs.replace, key, donor.blobs.chunks_of(own))
                for donor in self._donors
                if (own := donor.blobs.find(sha256)) is not None
            ]
            if not any(self._tried(change, whole) for change in changes):
                self._tried(partial(self._blobs.name_anew, key), partial(self._serves, key))

    def _serves(self, blob: int) -> bool:
        """Whether bytes are whole, and some page's checksum is met by them."""
        rows = self._db.execute(
            "SELECT page_id FROM attachment WHERE blob_id = ?1"
            " UNION SELECT page_id FROM raw WHERE blob_id = ?1",
            (blob,),
        )
        audit = self._audit()
        return audit.blob_is_whole(blob) and any(audit.page_is_whole(p) for (p,) in rows.fetchall())

    # Pages.

    def _mend_frames(self) -> None:
        """Mend frames of which all texts are right, and their own facts are not."""
        rows = self._db.execute("SELECT id, base_id FROM frame ORDER BY base_id, id").fetchall()
        for key, base in rows:
            if not TextFrames(self._db).is_whole(key):
                self._tried(partial(self._frame_facts, key, base), partial(self._has_texts, key))

    def _frame_facts(self, key: int, base: int | None) -> None:
        """Note depth and checksum of a frame as it is."""
        sql = "SELECT base.depth FROM frame AS base WHERE base.id = ?"
        depth = 0 if base is None else self._db.execute(sql, (base,)).fetchone()[0] + 1
        row = self._db.execute("SELECT ends, data FROM frame WHERE id = ?", (key,)).fetchone()
        update = "UPDATE frame SET depth = ?, checksum = ? WHERE id = ?"
        self._db.execute(update, (depth, checksum_of(base, depth, *row), key))

    def _has_texts(self, frame: int) -> bool:
        """Whether the pages with texts in a frame are whole."""
        rows = self._db.execute(
            "SELECT page_id FROM revision WHERE frame_id = ?1"
            " UNION SELECT page_id FROM snapshot WHERE frame_id = ?1"
            " UNION SELECT page_id FROM raw WHERE frame_id = ?1",
            (frame,),
        )
        audit = self._audit()
        return all(audit.page_is_whole(page) for (page,) in rows.fetchall())

    def _damaged_pages(self) -> list[int]:
        audit = self._audit()
        keys = [key for (key,) in self._db.execute("SELECT id FROM page").fetchall()]
        return [key for key in keys if not audit.page_is_whole(key)]

    def _mend_page(self, key: int) -> bool:
        changes = (c for donor in self._donors for c in self._changes(key, donor))
        own = self._orphans(
            "SELECT page_id FROM revision WHERE page_id NOT IN (SELECT id FROM page)"
        )
        return any(
            self._tried(partial(self._rename, "page", key, one), partial(self._is_whole, one))
            for one in own
        ) or any(self._tried(change, partial(self._is_whole, key)) for change in changes)

    def _is_whole(self, key: int) -> bool:
        return self._audit().page_is_whole(key)

    def _orphans(self, sql: str) -> list[int]:
        """Return keys that rows of another table name, and that are not there."""
        return sorted({key for (key,) in self._db.execute(sql)})

    def _rename(self, table: str, key: int, to: int) -> None:
        self._db.execute(f"UPDATE {table} SET id = ? WHERE id = ?", (to, key))

    def _alike(self, donor: Donor, key: int) -> int:
        """Return the key of the donor's page of the same name, else the same key."""
        name = self._db.execute(
            "SELECT wiki.name, reference, locale FROM page LEFT JOIN wiki ON wiki.id = wiki_id"
            " WHERE page.id = ?",
            (key,),
        ).fetchone()
        return donor.keys.get(name, key)

    def _changes(self, key: int, donor: Donor) -> Iterator[_Change]:
        """Yield what might mend a page: its texts, all of it, one table, one row."""
        theirs = self._alike(donor, key)
        facts = donor.page(theirs)
        if facts is None:
            return
        rows = {table: donor.rows(table, theirs, key) for table in PAGE_TABLES}
        texts = self._texts(key, rows)
        yield partial(self._put, key, texts)
        yield partial(self._replace, key, facts, rows, [])
        yield partial(self._replace, key, facts, rows, [], theirs=True)
        yield partial(self._replace, key, facts, {}, texts)
        for table in PAGE_TABLES:
            yield partial(self._replace, key, {}, {table: rows[table]}, texts)
        for name, value in facts.items():
            yield partial(self._replace, key, {name: value}, {}, texts)
        for table in PAGE_TABLES:
            own = self._rows(table, key)
            for what, row in rows[table].items():
                if own.get(what) != row:
                    yield partial(self._put, key, [*texts, (table, row)])

    def _rows(self, table: str, key: int) -> dict[_Key, Row]:
        """Read the rows of a page as a donor's are; a text that is not right is None."""
        own = Donor(self._db, self._db)
        rows = own.rows(table, key, key)
        return {
            what: {**row, TEXT: row[TEXT] if _is_right(row) else None} if TEXT in row else row
            for what, row in rows.items()
        }

    def _texts(self, key: int, theirs: _Rows) -> list[tuple[str, Row]]:
        """Return a page's rows whose texts are damaged, with the texts that they had."""
        had = {
            _expected(row): row[TEXT]
            for rows in theirs.values() for row in rows.values() if row.get(TEXT) is not None
        }  # fmt: skip
        return [
            (table, {**row, TEXT: had[_expected(row)]})
            for table in ("revision", "snapshot", "raw") for row in self._rows(table, key).values()
            if row[TEXT] is None and _expected(row) in had
        ]  # fmt: skip

    def _replace(
        self, key: int, facts: Row, tables: _Rows, more: Iterable[tuple[str, Row]], *,
        theirs: bool = False,
    ) -> None:  # fmt: skip
        """Write facts of a page, and all rows of some of its tables in place of its own.

        ``theirs``: snapshots have the keys that they have in the donor.
        """
        for name, value in facts.items():
            self._db.execute(f"UPDATE page SET {name} = ? WHERE id = ?", (value, key))
        rows = [*more, *((table, row) for table in tables for row in tables[table].values())]
        places = self._placed(key, rows, theirs=theirs)
        for table in tables:
            self._db.execute(f"DELETE FROM {table} WHERE page_id = ?", (key,))
        self._insert(rows, places)

    def _put(self, key: int, rows: Sequence[tuple[str, Row]]) -> None:
        """Write rows of a page, each in place of its own one."""
        self._insert(rows, self._placed(key, rows))

    def _insert(self, rows: Iterable[tuple[str, Row]], places: Iterable[Row]) -> None:
        for (table, row), place in zip(rows, places, strict=True):
            values = {name: value for name, value in row.items() if name != TEXT} | place
            marks = ", ".join("?" * len(values))
            sql = f"INSERT OR REPLACE INTO {table} ({', '.join(values)}) VALUES ({marks})"
            self._db.execute(sql, tuple(values.values()))

    def _placed(
        self, key: int, rows: Sequence[tuple[str, Row]], *, theirs: bool = False
    ) -> list[Row]:
        """Return where the texts of rows are: where the page has them, else in new frames."""
        found: list[Row] = []
        frames = TextFrames(self._db)
        new: list[tuple[Row, VersionText]] = []
        for table, row in rows:
            own = self._own(table, key, row, frames)
            if table == "snapshot":
                own["id"] = self._snapshot_key(key, row, theirs=theirs)
            found.append(own)
            if row.get(TEXT) is not None and own.get("frame_id") is None:
                new.append((own, row[TEXT]))
        near: int | None = None
        for batch in _batches(new):
            places = frames.write([text for _, text in batch], near)
            near = places[-1].frame
            for (own, _), place in zip(batch, places, strict=True):
                own["frame_id"], own["slot"] = place
        return found

    def _own(self, table: str, key: int, row: Row, frames: TextFrames) -> Row:
        """Return where the archive has the text of a row, if that is right."""
        if TEXT not in row:
            return {}
        what = PAGE_TABLES[table]
        given = "".join(f" AND {name} = ?" for name in what)
        held = self._db.execute(
            f"SELECT frame_id, slot FROM {table} WHERE page_id = ?{given}",
            (key, *(row[name] for name in what)),
        ).fetchone()
        if held is not None and held[0] is not None:
            text = read_text(frames, TextPlace(*held))
            if text is not None and _is_right({**row, TEXT: text}):
                return {"frame_id": held[0], "slot": held[1]}
        return {"frame_id": None, "slot": None}

    def _snapshot_key(self, key: int, row: Row, *, theirs: bool) -> int | None:
        """Return the key that a snapshot of a page has, or its donor's; None for a new one."""
        sql = "SELECT id FROM snapshot WHERE page_id = ? AND sha256 = ?"
        held = self._db.execute(sql, (key, row["sha256"])).fetchone()
        if held is not None and not theirs:
            return int(held[0])
        sql = "SELECT page_id FROM snapshot JOIN page ON page.id = page_id WHERE snapshot.id = ?"
        owner = self._db.execute(sql, (row["id"],)).fetchone()
        return row["id"] if owner in (None, (key,)) else None

    def _mend_checksums(self, key: int) -> None:
        """Mend a page of which the checksums alone are damaged: all pages' sum says so."""
        self._tried(
            partial(note_digests, self._db, key),
            lambda: self._audit().page_is_whole(key) and self._sum_is_right("page"),
        )

    # Tables that no page owns.

    def _sum_is_right(self, table: str) -> bool:
        return held_sum(self._db, table) == table_sum(self._db, table).value()

    def _mend_table(self, table: str) -> None:
        right = partial(self._sum_is_right, table)
        if right():
            return
        if table_sum(self._db, table).value() in [donor.checksum(table) for donor in self._donors]:
            recompute(self._db, table)
            return
        for donor in self._donors:
            changes = self._missing(donor) if table == "page" else self._table_changes(donor, table)
            if any(self._tried(change, right) for change in changes):
                return
        if table == "fetch_state":  # what an importer does not remember, it asks anew
            self._db.execute("DELETE FROM fetch_state")
            recompute(self._db, "fetch_state")

    def _table_changes(self, donor: Donor, table: str) -> Iterator[_Change]:
        rows = [(table, row) for row in donor.table(table)]
        none: list[Row] = [{}] * len(rows)

        def all_rows() -> None:
            self._db.execute(f"DELETE FROM {table}")
            self._insert(rows, none)

        yield all_rows
        for one in rows:
            yield partial(self._insert, [one], [{}])
        for name in TABLES[table] if TABLES[table][0] == "id" else ():
            for _, row in rows:
                update = f"UPDATE {table} SET {name} = ? WHERE id = ?"
                yield partial(self._db.execute, update, (row[name], row["id"]))

    def _missing(self, donor: Donor) -> Iterator[_Change]:
        """Yield what puts in the donor's pages that are not there, under the keys that are free."""
        there = set(Donor(self._db, self._db).keys)
        lacking = [key for name, key in donor.keys.items() if name not in there]

        def put_in() -> None:
            for key in lacking:
                facts = donor.page(key) or {}
                rows = {table: donor.rows(table, key, key) for table in PAGE_TABLES}
                page = {**facts, "id": key}
                self._insert([("page", page)], [{}])
                self._replace(key, {}, rows, [], theirs=True)
                note_digests(self._db, key)

        if lacking:
            yield put_in


def _expected(row: Row) -> tuple[Any, Any, Any]:
    """Return the hashes of a row's text and raw bytes, and its origins."""
    return row.get("hash", row.get("sha256")), row.get("raw_hash"), row.get("origins")


def _is_right(row: Row) -> bool:
    """Whether a row has the text that its hashes tell, or is to have none."""
    stored, *more = _expected(row)
    if row[TEXT] is None or stored is None:
        return row[TEXT] is stored
    return is_text(row[TEXT], stored, *more)


def _batches(
    texts: Iterable[tuple[Row, VersionText]],
) -> Iterator[list[tuple[Row, VersionText]]]:
    """Divide texts into what fits a frame."""
    batch: list[tuple[Row, VersionText]] = []
    size = 0
    for one in texts:
        if batch and size + one[1].size > FRAME_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += one[1].size
    if batch:
        yield batch
