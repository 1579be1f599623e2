"""What a page's row keeps of all its records, updated when the page ends: blame and digest."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Container, Iterable, Sequence

from kb.archive.merge import VersionFacts, facts_of
from kb.history import Blame, split_lines

_DIGESTED = {
    "page": "SELECT reference, locale, history, title, syntax, default_locale, version, parent,"
    " hidden, creator, created, modified, url, gone, renamed_to FROM page WHERE id = ?",
    "snapshot": "SELECT hex(sha256) FROM snapshot WHERE page_id = ? ORDER BY id",
    "attachment": "SELECT name, major, minor, hex(sha256), attachment.size, mimetype, author, date,"
    " comment, gone FROM attachment LEFT JOIN blob ON blob.id = blob_id WHERE page_id = ?",
    "comment": "SELECT number, author, date, text, reply_to, selection, resolved, gone FROM comment"
    " WHERE page_id = ?",
    "object": "SELECT class_name, number, guid, properties, gone FROM object WHERE page_id = ?",
    "class": "SELECT properties, hex(raw) FROM class WHERE page_id = ?",
    "tag": "SELECT position, tag FROM tag WHERE page_id = ?",
}
"""Table → query by the page's key. No key of another table is selected, so that archives made in
different ways of the same sources have the same digests."""


def page_digest(
    connection: sqlite3.Connection, page: int,
    versions: Iterable[tuple[tuple[int, int], VersionFacts]], empty: Container[str],
) -> bytes:  # fmt: skip
    """Digest everything about a page: SHA-256 over its versions, then the rows of each table.

    ``versions`` are in order; tables named in ``empty`` are known to hold nothing of the page.
    """
    digest = hashlib.sha256()
    for version, known in versions:
        digest.update(repr((version, facts_of(known))).encode())
    for table, sql in _DIGESTED.items():
        if table in empty:
            continue
        for row in connection.execute(sql, (page,)):
            digest.update(repr(row).encode())
    return digest.digest()


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
