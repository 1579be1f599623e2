"""Write one page after the other: merge what a source says of a page with what is known of it."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from functools import partial
from time import thread_time
from typing import Any

from kb.archive.attached import AttachedRecords
from kb.archive.blobs import BlobStore
from kb.archive.derived import extended_blame, page_digests
from kb.archive.known_versions import KnownVersions, Version
from kb.archive.merge import LINES, LISTED, WHOLE, VersionFacts, hash_of, raw_hash_of
from kb.archive.packing import NameTable
from kb.archive.snapshots import compared, newest_version, pack_origins
from kb.archive.text_frames import TextFrames, TextPlace, VersionText
from kb.errors import Problem
from kb.model import PageSeen, Revision, RevisionSeen, Snapshot, version_key
from kb.times import later, same_moment

_FACTS = (
    "title", "syntax", "default_locale", "version", "parent", "hidden", "creator", "created",
    "modified", "url",
)  # fmt: skip
_NEW = (
    "INSERT INTO page (wiki_id, reference, locale, history, claim, source_id, "
    f"{', '.join(_FACTS)}) VALUES (?, ?, ?, 'latest', ?, ?{', ?' * len(_FACTS)})"
)
_AUTHORS = 10_000


class PageWriter:
    """Merges the records of one page, from `begin` to `end`, into the archive's tables."""

    def __init__(
        self, connection: sqlite3.Connection, blobs: BlobStore, report: Callable[[Problem], None]
    ) -> None:
        """``report`` takes contradictions between what is known and what comes in."""
        self._db = connection
        self._blobs = blobs
        self._source = 0
        self._report = report
        self._names = NameTable(connection)
        self._frames = TextFrames(connection)
        self._revisions = KnownVersions(connection, self._frames, self._names)
        self._seen: PageSeen | None = None
        self._key = 0
        self._wiki = 0
        self._wiki_name = ""
        self._stale = False
        self._held: list[Version] = []
        self._raw_digest: bytes | None = None
        self._authors: dict[tuple[int, str], str] = {}
        """Displayed names that were written, by wiki and reference."""
        self.attached = AttachedRecords(connection, blobs)
        """Takes the page's attachments, comments, objects and class."""
        self.blame_seconds = 0.0
        """CPU time spent on blame."""

    def row(self, wiki: str, reference: str, locale: str) -> int | None:
        """Find the key of a page; None where it is not known."""
        if wiki != self._wiki_name:
            self._db.execute("INSERT OR IGNORE INTO wiki (name) VALUES (?)", (wiki,))
            self._wiki = self._one("SELECT id FROM wiki WHERE name = ?", wiki)
            self._wiki_name = wiki
        row = self._db.execute(
            "SELECT id FROM page WHERE wiki_id = ? AND reference = ? AND locale = ?",
            (self._wiki, reference, locale),
        ).fetchone()
        return int(row[0]) if row else None

    def _one(self, sql: str, *arguments: object) -> int:
        return int(self._db.execute(sql, arguments).fetchone()[0])

    def _fact(self, name: str) -> Any:
        return self._db.execute(f"SELECT {name} FROM page WHERE id = ?", (self._key,)).fetchone()[0]

    def _set_fact(self, name: str, value: object) -> None:
        self._db.execute(f"UPDATE page SET {name} = ? WHERE id = ?", (value, self._key))

    def reopen(self, key: int) -> None:
        """Begin a known page; where nothing but `finish` follows, it is digested anew."""
        self._seen, self._key = None, key
        self._revisions.begin(key)
        self._held = self._held_versions()

    def begin(self, seen: PageSeen, source: int) -> None:
        """Begin a page: the records that follow are its own, told by the row ``source``."""
        page = seen.id
        self._source = source
        known = self.row(page.wiki, page.page, page.locale)
        if known is None:
            self._begin_new(seen)
        else:
            self.reopen(known)
            self._stale = self._is_stale(seen)
            self._page_facts(seen)
        self._seen = seen
        self.attached.begin(self._key, seen, source, new=known is None, stale=self._stale)

    def _begin_new(self, seen: PageSeen) -> None:
        """Insert a page of which nothing is known yet."""
        page = seen.id
        facts = [getattr(seen, fact) for fact in _FACTS]
        done = self._db.execute(
            _NEW, (self._wiki, page.page, page.locale, seen.history, self._source, *facts)
        )
        assert done.lastrowid is not None
        self._key, self._stale, self._held = done.lastrowid, False, []
        self._revisions.begin(self._key, new=True)

    def _is_stale(self, seen: PageSeen) -> bool:
        """Whether the archive knows a later state of the page than this one."""
        held = self._fact("version")
        if held is None or seen.version is None:
            return False
        try:
            return version_key(seen.version) < version_key(held)
        except ValueError:
            return False

    def _page_facts(self, seen: PageSeen) -> None:
        """Overwrite facts by a later state's; let an earlier state fill in what is not known."""
        values = [self._unless_coarser(seen, fact) for fact in _FACTS]
        form = "{0} = coalesce({0}, ?)" if self._stale else "{0} = coalesce(?, {0})"
        facts = ", ".join(form.format(fact) for fact in _FACTS)
        self._db.execute(
            f"UPDATE page SET {facts}, gone = NULL, renamed_to = NULL,"
            " claim = CASE WHEN claim = 'complete' OR ? = 'latest' THEN claim ELSE ? END"
            " WHERE id = ?",
            (*values, seen.history, seen.history, self._key),
        )

    def _unless_coarser(self, seen: PageSeen, fact: str) -> object:
        """Return what is said of the page; None for a moment that is known more precisely."""
        new = getattr(seen, fact)
        if fact not in ("created", "modified") or new is None:
            return new
        held = self._fact(fact)
        return None if held and len(new) < len(held) and same_moment(new, held) else new

    def revision(self, revision: Revision) -> None:
        """Take in a version with its text."""
        version = version_key(revision.version)
        content = revision.content.encode()
        held = self._revisions.get(version)
        new = VersionFacts(
            rank=WHOLE, author=revision.author, date=revision.date, comment=revision.comment,
            minor=revision.minor, title=revision.title, syntax=revision.syntax,
            parent=revision.parent, hidden=revision.hidden, source=self._source,
        )  # fmt: skip
        known = held is not None and held.hash == hash_of(content)
        if held and held.hash and not known and not self._replaces(version, held, new, content):
            return
        self._learn(version, new, revision)
        if not known:
            self._revisions.hold(version, content, revision.raw, self._source)

    def _replaces(
        self, version: Version, held: VersionFacts, new: VersionFacts, content: bytes
    ) -> bool:
        """Whether the new one of two texts of a version counts, as saved later; keep the other."""
        newer = later(new.date, held.date)
        text = self._revisions.text(version)
        lost = text.content if newer and text else content
        if newer:
            held.rank = LINES
        counts = "the one that came now, saved later," if newer else "the one known first"
        detail = (
            f"two texts of {_written(version)} are known, saved {held.date} and {new.date};"
            f" {counts} counts"
        )
        self._contradicts(version, "version-conflict", detail, self._blobs.put([lost]))
        return newer

    def revision_seen(self, seen: RevisionSeen) -> None:
        """Take in a row of a history list."""
        new = VersionFacts(
            rank=LISTED, author=seen.author, date=seen.date, comment=seen.comment,
            minor=seen.minor, source=self._source,
        )  # fmt: skip
        self._learn(version_key(seen.version), new, seen)

    def _learn(self, version: Version, new: VersionFacts, item: RevisionSeen) -> None:
        for found in self._revisions.learn(version, new):
            detail = f"the {found.fact} of {_written(version)} is {found.held} and {found.new}"
            self._contradicts(version, f"{found.fact}-conflict", detail)
        if item.author and item.author_name:
            self._named(item.author, item.author_name)

    def _named(self, author: str, name: str) -> None:
        """Note how an author is displayed, unless it was written before."""
        if self._authors.get((self._wiki, author)) == name:
            return
        self._db.execute(
            "INSERT OR REPLACE INTO author VALUES (?, ?, ?)", (self._wiki, author, name)
        )
        if len(self._authors) > _AUTHORS:
            self._authors.clear()
        self._authors[self._wiki, author] = name

    def _contradicts(
        self, version: Version, code: str, detail: str, sha256: str | None = None
    ) -> None:
        page = self._seen.id if self._seen else None
        reference = page.page if page else None
        where = f"{reference} {page.locale if page else ''}".rstrip() + f" {_written(version)}"
        self._report(Problem(where=where, code=code, detail=detail, page=reference, sha256=sha256))

    def snapshot(self, snapshot: Snapshot) -> None:
        """Take in the page's text by lines, each with its newest version only."""
        assert self._seen is not None
        content = "\n".join(snapshot.lines).encode()
        origins = pack_origins(snapshot.origins, snapshot.missing)
        self._lines_seen(snapshot)
        version = newest_version(self._seen.version, snapshot)
        if version and self._seen.version:
            self._compare(version, snapshot)
        digest = hashlib.sha256(content + b"\0" + origins).digest()
        known = "SELECT count(*) FROM snapshot WHERE page_id = ? AND sha256 = ?"
        if self._one(known, self._key, digest):
            return
        (place,) = self._frames.write([VersionText(content, snapshot.raw)], self._newest_snapshot())
        self._db.execute(
            "INSERT INTO snapshot (page_id, major, minor, sha256, frame_id, slot, origins,"
            " source_id, raw_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self._key,
                *(version or (None, None)),
                digest,
                *place,
                origins,
                self._source,
                raw_hash_of(snapshot.raw),
            ),
        )

    def _compare(self, version: Version, snapshot: Snapshot) -> None:
        """Report where a snapshot of a stated version is not the text held of it."""
        held = self._revisions.get(version)
        text = self._revisions.text(version) if held and held.hash else None
        if text and (detail := compared(text.content.decode(), snapshot)):
            self._contradicts(version, "lines-conflict", detail)

    def _newest_snapshot(self) -> int | None:
        row = self._db.execute(
            "SELECT frame_id FROM snapshot WHERE page_id = ? ORDER BY id DESC", (self._key,)
        ).fetchone()
        return row[0] if row else None

    def _lines_seen(self, snapshot: Snapshot) -> None:
        """Note the versions that lines name, and how users known by reference are displayed."""
        for origin in dict.fromkeys(snapshot.origins):
            if origin.version is None:
                continue
            version = version_key(origin.version)
            held = self._revisions.get(version)
            author, date = origin.author, origin.date
            if held and held.rank > LINES and held.author and author not in (None, held.author):
                names = (self._wiki, held.author, author)
                self._db.execute("INSERT OR IGNORE INTO author VALUES (?, ?, ?)", names)
            new = VersionFacts(rank=LINES, author=author, date=date, source=self._source)
            self._revisions.learn(version, new)

    def _held_versions(self) -> list[Version]:
        return [version for version, known in self._revisions if known.hash]

    def end(self) -> bool:
        """Write what is left of the page; whether anything about it is new."""
        if not self._key:
            return False
        if self._seen is not None:
            self._raw(self._seen)
            self.attached.end()
        self._revisions.end()
        if self._raw_digest and (place := self._revisions.extra):
            self._note_raw(place, None)
        self._blame(self._judge())
        changed = self._digest()
        self._key = 0
        return changed

    def _raw(self, seen: PageSeen) -> None:
        """Keep the page's own bytes, the latest that this source gave, near its versions' texts."""
        if seen.raw is None and seen.raw_sha256 is None:
            return
        digest = bytes.fromhex(seen.raw_sha256 or hashlib.sha256(seen.raw or b"").hexdigest())
        known = "SELECT count(*) FROM raw WHERE page_id = ? AND source_id = ? AND sha256 = ?"
        if self._one(known, self._key, self._source, digest):
            return
        self._raw_digest = digest
        if seen.raw is not None:
            self._revisions.hold_extra(seen.raw)
        else:
            self._note_raw(None, self._blobs.id_of(digest.hex()))

    def _note_raw(self, place: TextPlace | None, blob: int | None) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO raw VALUES (?, ?, ?, ?, ?, ?)",
            (self._key, self._source, self._raw_digest, *(place or (None, None)), blob),
        )
        self._raw_digest = None

    def _judge(self) -> bool:
        """Set the page's history: complete, lines or latest; whether all of it is held."""
        claim = self._fact("claim")
        if claim == "complete" and not self._goes_on():
            claim = "latest"
            self._set_fact("claim", claim)
        whole = claim == "complete" and all(known.hash for _, known in self._revisions)
        lines = claim == "lines" or any(known.rank == LINES for _, known in self._revisions)
        history = "complete" if whole else "lines" if lines else "latest"
        self._set_fact("history", history)
        return whole

    def _goes_on(self) -> bool:
        """Whether a source without history left no gap after what was known completely."""
        if not self._held or (self._seen and self._seen.history == "complete"):
            return True
        last = self._held[-1]
        newer = [version for version in self._held_versions() if version > last]
        steps = zip([last, *newer], newer, strict=False)
        return all(new in ((old[0], old[1] + 1), (old[0] + 1, 1)) for old, new in steps)

    def _blame(self, whole: bool) -> None:
        """Extend the page's blame to its versions, where all of them are held."""
        started = thread_time()
        held = self._held_versions()
        packed = None
        before = len(self._held)
        if before and held[:before] == self._held and not self._revisions.rewritten:
            packed = self._fact("blame")
        if whole and (new := extended_blame(packed, len(held), partial(self._content, held))):
            self._set_fact("blame", new)
        self.blame_seconds += thread_time() - started

    def _content(self, held: list[Version], place: int) -> str:
        text = self._revisions.text(held[place])
        assert text is not None
        return text.content.decode()

    def _digest(self) -> bool:
        """Update the page's digest and checksum; whether the digest changed."""
        empty = self.attached.empty if self._seen else frozenset[str]()  # else another page's
        new = page_digests(self._db, self._key, self._revisions, empty)
        sql = "SELECT digest, checksum FROM page WHERE id = ?"
        held = self._db.execute(sql, (self._key,)).fetchone()
        if held != new:
            update = "UPDATE page SET digest = ?, checksum = ? WHERE id = ?"
            self._db.execute(update, (*new, self._key))
        return bool(held[0] != new[0])


def _written(version: Version) -> str:
    return f"{version[0]}.{version[1]}"
