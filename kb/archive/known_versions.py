"""All versions of the page that is being written: read once, merged in memory, written once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any, TypeAlias

from kb.archive.derived import page_digests
from kb.archive.merge import (
    WHOLE,
    Contradiction,
    VersionFacts,
    facts_of,
    hash_of,
    merge,
    raw_hash_of,
)
from kb.archive.packing import NameTable, pack_moment, truth, unpack_moment
from kb.archive.text_frames import FRAME_BYTES, TextFrames, TextPlace, VersionText

Version: TypeAlias = tuple[int, int]

_COLUMNS = (
    "rank, author_id, date, comment, minor_edit, title_id, syntax_id, parent_id, hidden,"
    " frame_id, slot, hash, source_id, raw_hash"
)


class KnownVersions:
    """What is known of each version of one page, and where its text is."""

    def __init__(
        self, connection: sqlite3.Connection, frames: TextFrames, names: NameTable
    ) -> None:
        self._db = connection
        self._frames = frames
        self._names = names
        self._page = 0
        self._known: dict[Version, VersionFacts] = {}
        self._changed: set[Version] = set()
        self._pending: list[tuple[Version | None, VersionText]] = []
        self._bytes = 0
        self._near: int | None = None
        self.extra: TextPlace | None = None
        """Where the text given to `hold_extra` is, once it is written."""
        self.rewritten = False
        """Whether a text that was held has been replaced by another."""

    def begin(self, page: int, *, new: bool = False) -> None:
        """Read what is known of the page's versions; nothing of a new page."""
        self._page = page
        self._changed.clear()
        self._pending.clear()
        self._bytes = 0
        self._near = None
        self.rewritten = False
        if new:
            self._known = {}
            return
        rows = self._db.execute(
            f"SELECT major, minor, {_COLUMNS} FROM revision WHERE page_id = ?", (page,)
        )
        self._known = {(major, minor): self._load(row) for major, minor, *row in rows}

    def __iter__(self) -> Iterator[tuple[Version, VersionFacts]]:
        """Versions, oldest first."""
        return iter(sorted(self._known.items(), key=lambda item: item[0]))

    def get(self, version: Version) -> VersionFacts | None:
        """What is known of a version."""
        return self._known.get(version)

    def learn(self, version: Version, new: VersionFacts) -> list[Contradiction]:
        """Take in what a source says of a version, its text apart."""
        held = self._known.get(version)
        if held is None:
            self._known[version] = new
            self._changed.add(version)
            return []
        before = facts_of(held)
        found = merge(held, new)
        if facts_of(held) != before:
            self._changed.add(version)
        return found

    def hold(self, version: Version, content: bytes, raw: bytes | None, source: int) -> None:
        """Keep a text of a version that `learn` was told of, in place of any that was held."""
        known = self._known[version]
        self.rewritten = self.rewritten or known.hash is not None
        known.hash, known.rank, known.place = hash_of(content), WHOLE, None
        known.raw_hash = raw_hash_of(raw)
        known.source = source
        self._changed.add(version)
        self._add(version, VersionText(content, raw))

    def hold_extra(self, content: bytes, raw: bytes | None = None) -> None:
        """Keep a text that resembles the versions' texts but belongs to no version."""
        self._add(None, VersionText(content, raw))

    def _add(self, version: Version | None, text: VersionText) -> None:
        if self._bytes and self._bytes + text.size > FRAME_BYTES:
            self.flush()
        self._pending.append((version, text))
        self._bytes += text.size

    def flush(self) -> None:
        """Write the texts that wait for a frame."""
        if not self._pending:
            return
        near = self._near if self._near is not None else self._nearest(self._pending[0][0])
        places = self._frames.write([text for _, text in self._pending], near)
        for (version, _), place in zip(self._pending, places, strict=True):
            if version is None:
                self.extra = place
            else:
                self._known[version].place = place
        self._near = places[-1].frame
        self._pending.clear()
        self._bytes = 0

    def _nearest(self, version: Version | None) -> int | None:
        """Find the frame that holds the version closest to this one, or to the newest."""
        version = version or max(self._known, default=(0, 0))
        held = [key for key, known in self._known.items() if known.place]
        if not held:
            return None
        closest = min(held, key=lambda key: (abs(key[0] - version[0]), abs(key[1] - version[1])))
        place = self._known[closest].place
        assert place is not None
        return place.frame

    def text(self, version: Version) -> VersionText | None:
        """Read the text of a version, where it is held."""
        self.flush()
        place = self._known[version].place
        return self._frames.text(place) if place else None

    def end(self) -> bool:
        """Write what changed; whether anything did."""
        self.flush()
        if not self._changed:
            return False
        marks = ", ".join("?" * 17)
        rows = [(self._page, *version, *self._row(version)) for version in sorted(self._changed)]
        self._db.executemany(f"INSERT OR REPLACE INTO revision VALUES ({marks})", rows)
        return True

    def _row(self, version: Version) -> tuple[object, ...]:
        known, key = self._known[version], self._names.key
        frame, slot = known.place or (None, None)
        return (
            known.rank, key(known.author), pack_moment(known.date), known.comment, known.minor,
            key(known.title), key(known.syntax), key(known.parent), known.hidden, frame, slot,
            known.hash, known.source, known.raw_hash,
        )  # fmt: skip

    def _load(self, row: list[Any]) -> VersionFacts:
        rank, author, date, comment, minor, title, syntax, parent, hidden, frame, slot, *rest = row
        text = self._names.text
        return VersionFacts(
            rank=rank, author=text(author), date=unpack_moment(date), comment=comment,
            minor=truth(minor), title=text(title), syntax=text(syntax), parent=text(parent),
            hidden=truth(hidden), place=None if frame is None else TextPlace(frame, slot),
            hash=rest[0], source=rest[1], raw_hash=rest[2],
        )  # fmt: skip


def note_digests(connection: sqlite3.Connection, page: int) -> None:
    """Note digest and checksum of a page as it is."""
    versions = KnownVersions(connection, TextFrames(connection), NameTable(connection))
    versions.begin(page)
    update = "UPDATE page SET digest = ?, checksum = ? WHERE id = ?"
    connection.execute(update, (*page_digests(connection, page, versions), page))
