"""The archive: one SQLite file, opened, written by ingest, read as views."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kb.archive.archive_reader import ArchiveReader
from kb.archive.blobs import BlobStore
from kb.archive.connection import connect
from kb.archive.schema import one_moment
from kb.errors import Problem
from kb.model import Item, PageId

if TYPE_CHECKING:
    from kb.archive.audit import OnDigest
    from kb.archive.damage import Damage
    from kb.archive.ingest import IngestReport


class Archive(ArchiveReader):
    """An open archive. One writer at a time; any number of readers, each with its own."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        """Open ``path``. InputError where it is missing, foreign or newer."""
        self.path = path
        db = connect(path, create=create)
        super().__init__(db, BlobStore(db))
        self._process = os.getpid()
        self._forked: Archive | None = None

    def here(self) -> Archive:
        """Return itself; in a forked process an archive opened there, as SQLite demands."""
        if self._process == os.getpid():
            return self
        if self._forked is None or self._forked._process != os.getpid():
            self._forked = Archive(self.path)
        return self._forked

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        """Have all that is read within the block be of one moment, whoever writes meanwhile."""
        with one_moment(self._db):
            yield

    def copy_to(self, path: Path) -> None:
        """Copy all of one moment to a new file, page by page, whoever writes meanwhile."""
        with closing(sqlite3.connect(path)) as copy:
            copy.execute("PRAGMA synchronous = OFF")  # it is a copy: whoever keeps it syncs it
            self._db.backup(copy)

    def source(self, location: str, format_name: str) -> SourceState:
        """Say what is held of a source; it is stored as a source once something is ingested."""
        return SourceState(self, location, format_name)

    def ingest(self, source: SourceState, items: Iterable[Item]) -> IngestReport:
        """Write what an importer yields, in transactions of some pages each."""
        from kb.archive.ingest import Ingest  # who only reads need not load what writes

        return Ingest(self._db, self.blobs, source.location, source.format_name).run(items)

    def audit(self, on_digest: OnDigest = lambda name, digest: None) -> Iterator[Damage]:
        """Yield all that is not as it was written; nothing where the archive is whole.

        ``on_digest`` is called with name and digest of each page and table, in a stable order.
        """
        from kb.archive.audit import Audit

        with one_moment(self._db):
            yield from Audit(self._db, self.path.name, on_digest).run()

    def problems(self) -> Iterator[Problem]:
        """Yield all problems held, in the order they were met."""
        rows = self._db.execute(
            "SELECT place, code, detail, page, lower(hex(sha256)) FROM problem"
            " LEFT JOIN blob ON blob.id = blob_id ORDER BY problem.id"
        )
        for place, code, detail, page, sha256 in rows:
            kept = sha256 or None
            yield Problem(where=place, code=code, detail=detail, page=page, sha256=kept)

    def counts(self) -> dict[str, int]:
        """Count the rows of each main table."""
        tables = ("page", "revision", "attachment", "comment", "object", "problem", "blob")
        return {t: self._db.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables}

    def locations(self) -> list[str]:
        """List the files, folders and URLs that something was imported from."""
        return [one for (one,) in self._db.execute("SELECT location FROM source ORDER BY id")]

    def ways(self) -> dict[str, tuple[int, int]]:
        """Count by importer the whole versions of pages and of attachments that came by it."""
        pages, files = (
            dict(self._db.execute(
                f"SELECT format, count(*) FROM {table} JOIN source ON source.id = source_id"
                f" WHERE {held} NOT NULL GROUP BY format"
            ))
            for table, held in (("revision", "hash"), ("attachment", "blob_id"))
        )  # fmt: skip
        return {way: (pages.get(way, 0), files.get(way, 0)) for way in sorted({*pages, *files})}

    def author_names(self, wiki: str) -> dict[str, str]:
        """Map user references to displayed names."""
        rows = self._db.execute(
            "SELECT reference, author.name FROM author JOIN wiki ON wiki.id = wiki_id"
            " WHERE wiki.name = ?",
            (wiki,),
        )
        return dict(rows)


class SourceState:
    """What the archive has of a source already: kb.model.Known."""

    def __init__(self, archive: Archive, location: str, format_name: str) -> None:
        self.location = location
        self.format_name = format_name
        self._db = archive._db

    def versions(self, page: PageId) -> frozenset[str]:
        """Versions of the page whose whole text is held."""
        rows = self._db.execute(
            "SELECT major || '.' || minor FROM revision JOIN page ON page.id = page_id"
            " JOIN wiki ON wiki.id = wiki_id WHERE frame_id IS NOT NULL"
            " AND wiki.name = ? AND reference = ? AND locale = ?",
            (page.wiki, page.page, page.locale),
        )
        return frozenset(version for (version,) in rows)

    def attachment_versions(self, page: PageId, name: str) -> frozenset[str]:
        """Versions of the file whose bytes are held."""
        rows = self._db.execute(
            "SELECT major || '.' || minor FROM attachment JOIN page ON page.id = page_id"
            " JOIN wiki ON wiki.id = wiki_id WHERE blob_id IS NOT NULL"
            " AND wiki.name = ? AND reference = ? AND locale = ? AND attachment.name = ?",
            (page.wiki, page.page, page.locale, name),
        )
        return frozenset(version for (version,) in rows)

    def fetch_state(self, key: str) -> str | None:
        """What this source's importer last asked to remember under ``key``."""
        row = self._db.execute(
            "SELECT value FROM fetch_state JOIN source ON source.id = source_id"
            " WHERE location = ? AND key = ?",
            (self.location, key),
        ).fetchone()
        return str(row[0]) if row else None

    def fetch_states(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Keys that begin with ``prefix`` and their values, in the keys' order."""
        rows = self._db.execute(
            "SELECT key, value FROM fetch_state JOIN source ON source.id = source_id"
            " WHERE location = ? AND substr(key, 1, ?) = ? ORDER BY key",
            (self.location, len(prefix), prefix),
        )
        yield from rows.fetchall()
