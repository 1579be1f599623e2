"""A journal on disk of answers not yet committed, so that a killed run fetches each only once.

Format: records appended by one write each: magic, CRC-32 of path and body, lengths (little endian,
_HEAD), path of the request, headers of the answer that are used later (one a line), body. A record
that was cut off ends the file. The first record says which run the journal belongs to.
"""

from __future__ import annotations

import hashlib
import shutil
import struct
import threading
import time
import zlib
from pathlib import Path

import msgspec

from importers.web.failures import FetchError
from importers.web.jobs import Reply
from importers.web.request import Answer
from kb.errors import BAD_JSON

_HEAD = struct.Struct("<4sIIII")
_MAGIC = b"kbJ1"
_DAY = 86_400.0
_REFUSED = b"refused"
"""In place of the headers of an answer, which always have two line ends."""


class _JournalHead(msgspec.Struct):
    """The first record: which run the answers belong to, and when it started."""

    identity: str
    started: float


class _Refusal(msgspec.Struct, array_like=True):
    """An error that another try in the same run would not change."""

    code: str
    detail: str
    tries: int
    status: int
    by_wiki: bool


_DECODE_REFUSAL = msgspec.json.Decoder(_Refusal).decode


class Journal:
    """Answers by path, in a folder of one source; threads may share it."""

    def __init__(self, folder: Path, identity: str) -> None:
        """Open the journal of ``identity`` in the folder, or start it anew.

        ``identity`` is a digest of who asks for what: answers to others, or of a run that began
        more than a day ago, are dropped.
        """
        self.folder = folder
        self._path = folder / "answers"
        self._lock = threading.Lock()
        self._where: dict[str, tuple[int, int, int, int]] = {}
        self._identity = identity
        self.finished = False
        """Set it once everything is committed: `close` then deletes the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        self._path.touch(mode=0o600)
        self._file = self._path.open("r+b", buffering=0)
        self._place = -1
        """Position in the file; -1 where it is not known."""
        self.size = 0
        """Length of the file in bytes, without the attachments in the folder."""
        if not self._load():
            self.clear()

    def __contains__(self, path: str) -> bool:
        return path in self._where

    def add(self, answer: Answer) -> None:
        """Append an answer whose body is in memory."""
        path = answer.path.encode()
        facts = "\n".join((answer.mimetype, answer.modified or "", answer.date or "")).encode()
        assert answer.body is not None
        self._append(path, facts, answer.body, answer.path)

    def refuse(self, path: str, failed: FetchError) -> None:
        """Append a refusal that another try in this run would not change."""
        refusal = _Refusal(failed.code, failed.detail, failed.tries, failed.status, failed.by_wiki)
        self._append(path.encode(), _REFUSED, msgspec.json.encode(refusal), path)

    def reply(self, path: str) -> Reply:
        """Return the answer to ``path``, its value not decoded, or its refusal. KeyError."""
        start, key, facts, size = self._where[path]
        data = self._read(start + key, facts + size)
        if data[:facts] == _REFUSED:
            return FetchError(**msgspec.structs.asdict(_DECODE_REFUSAL(data[facts:])))
        mimetype, modified, date = data[:facts].decode().split("\n")
        return Answer(path, data[facts:], None, mimetype, modified or None, date or None)

    def part(self, path: str) -> Path:
        """Return the file that holds a large attachment while it comes in, its path's alone."""
        return self.folder / f"{hashlib.sha256(path.encode()).hexdigest()[:32]}.part"

    def clear(self) -> None:
        """Delete all answers and attachments: they are committed, or of no use."""
        with self._lock:
            self._file.truncate(0)
            self.size, self._place = 0, -1
            self._where = {}
        for file in self.folder.glob("*.part*"):
            file.unlink()
        self._append(b"", b"", msgspec.json.encode(_JournalHead(self._identity, time.time())), None)

    def close(self) -> None:
        """Close the file; delete the folder where the run is finished."""
        with self._lock:
            self._file.close()
        if self.finished:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _append(self, path: bytes, facts: bytes, body: bytes, key: str | None) -> None:
        check = zlib.crc32(body, zlib.crc32(path))
        head = _HEAD.pack(_MAGIC, check, len(path), len(facts), len(body))
        record = b"".join((head, path, facts, body))
        with self._lock:
            if self._file.closed:
                return
            start = self.size + _HEAD.size
            if self._place != self.size:
                self._file.seek(self.size)
            written = self._file.write(record)
            while written < len(record):
                written += self._file.write(record[written:])
            self.size += len(record)
            self._place = self.size
            if key is not None:
                self._where[key] = (start, len(path), len(facts), len(body))

    def _read(self, at: int, size: int) -> bytes:
        with self._lock:
            self._place = -1
            self._file.seek(at)
            return self._file.read(size)

    def _load(self) -> bool:
        """Index the records up to the first broken one. False where they belong to another run."""
        total = self._path.stat().st_size
        at, run = 0, None
        while at + _HEAD.size <= total:
            magic, check, key, facts, size = _HEAD.unpack(self._read(at, _HEAD.size))
            start, end = at + _HEAD.size, at + _HEAD.size + key + facts + size
            if magic != _MAGIC or end > total:
                break
            path = self._read(start, key)
            body = self._read(start + key + facts, size)
            if zlib.crc32(body, zlib.crc32(path)) != check:
                break
            if run is None:
                try:
                    run = msgspec.json.decode(body, type=_JournalHead)
                except BAD_JSON:
                    return False
                if run.identity != self._identity or not 0 <= time.time() - run.started < _DAY:
                    return False
            else:
                self._where[path.decode()] = (start, key, facts, size)
            at = end
        self.size = at
        return run is not None
