"""What a page's row keeps of all its records, updated when the page ends: blame and digests."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Container, Iterable, Sequence
from typing import Final

import msgspec

from kb.archive.merge import VersionFacts, facts_of
from kb.history import Blame, split_lines

_encode = msgspec.msgpack.Encoder().encode

_FACTS: Final = {
    "page": "SELECT reference, locale, history, title, syntax, default_locale, version, parent,"
    " hidden, creator, created, modified, url, gone, renamed_to FROM page WHERE id = ?",
    "snapshot": "SELECT sha256 FROM snapshot WHERE page_id = ? ORDER BY id",
    "attachment": "SELECT name, major, minor, sha256, attachment.size, mimetype, author, date,"
    " comment, gone FROM attachment LEFT JOIN blob ON blob.id = blob_id WHERE page_id = ?"
    " ORDER BY name, major, minor",
    "comment": "SELECT number, author, date, text, reply_to, selection, resolved, gone FROM comment"
    " WHERE page_id = ? ORDER BY number",
    "object": "SELECT class_name, number, guid, properties, gone FROM object WHERE page_id = ?"
    " ORDER BY class_name, number",
    "class": "SELECT properties, raw FROM class WHERE page_id = ?",
    "tag": "SELECT position, tag FROM tag WHERE page_id = ? ORDER BY position",
}
"""Table → query by the page's key. No key of another table is selected, so that archives made in
different ways of the same sources have the same digests."""

_OTHERS: Final = {
    "page": "SELECT wiki_id, claim, whole, blame, source_id FROM page WHERE id = ?",
    "raw": "SELECT source_id, sha256 FROM raw WHERE page_id = ? ORDER BY source_id",
    "snapshot": "SELECT id, major, minor, raw_hash, source_id FROM snapshot WHERE page_id = ?"
    " ORDER BY id",
    "attachment": "SELECT source_id FROM attachment WHERE page_id = ? ORDER BY name, major, minor",
}
"""Table → query of what the checksum covers and the digest does not: how the archive has it."""


def page_digests(
    connection: sqlite3.Connection, page: int,
    versions: Iterable[tuple[tuple[int, int], VersionFacts]], empty: Container[str] = (),
) -> tuple[bytes, bytes]:  # fmt: skip
    """Return digest and checksum of a page: of all facts, and of all that the archive has of it.

    Each is the SHA-256 of MessagePack: facts of the versions and of the rows of each table; the
    digest with all else. Texts and bytes are in it by their hashes. ``versions`` are in order;
    tables whose names ``empty`` holds are known to have nothing of the page.
    """
    facts: list[object] = []
    others: list[object] = []
    for version, known in versions:
        facts.append((version, facts_of(known)))
        others.append((known.source, known.raw_hash))
    for queries, found in ((_FACTS, facts), (_OTHERS, others)):
        for table, sql in queries.items():
            found.append([] if table in empty else connection.execute(sql, (page,)).fetchall())
    digest = hashlib.sha256(_encode(facts)).digest()
    return digest, hashlib.sha256(_encode((digest, others))).digest()


def extended_blame(packed: bytes | None, count: int, text: Callable[[int], str]) -> bytes | None:
    """Extend a packed blame of the first few versions to ``count`` versions.

    ``text`` gives the text of a version by its index, 0 for the oldest. None where nothing is to
    be changed. A blame is kept as one edit script for each version against the one before.
    """
    blame = Blame(packed)
    if len(blame) == count:
        return None
    older: Sequence[str] = split_lines(text(len(blame) - 1)) if len(blame) else ()
    for index in range(len(blame), count):
        newer = split_lines(text(index))
        blame.add(older, newer)
        older = newer
    return blame.pack()
