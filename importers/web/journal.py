"""What was fetched and is not yet committed, on disk, so that a killed run fetches it only once.

A file of records, each appended by one write before the next request is sent: magic, checksum,
lengths, the request's path, the answer's headers that matter, its body. A record that was cut off
ends the file. The first record says which run the journal belongs to.
"""

from __future__ import annotations

import shutil
import struct
import threading
import time
import zlib
from pathlib import Path

import msgspec

from importers.web.calls import Answer
from importers.web.failures import FetchError

_HEAD = struct.Struct("<4sIIII")
_MAGIC = b"kbJ1"
_DAY = 86_400.0
_REFUSED = b"refused"
"""Stands in place of the headers of an answer; those have two line ends."""


class _JournalHead(msgspec.Struct):
    """The first record: what the answers that follow are answers to."""

    identity: str
    started: float


class _Refusal(msgspec.Struct, array_like=True):
    """A request that the server answers with an error for good."""

    code: str
    detail: str
    tries: int
    status: int
    by_wiki: bool


class Journal:
    """Answers by path, kept in a folder of one source."""

    def __init__(self, folder: Path, identity: str) -> None:
        """Open the journal of a run, or begin one where there is none of ``identity``.

        ``identity`` says who asks for what: answers to others, or older than a day, are dropped.
        """
        self.folder = folder
        self._path = folder / "answers"
        self._lock = threading.Lock()
        self._where: dict[str, tuple[int, int, int, int]] = {}
        self._identity = identity
        self.finished = False
        """To be set once all is committed."""
        folder.mkdir(parents=True, exist_ok=True)
        self._path.touch(mode=0o600)
        self._file = self._path.open("r+b", buffering=0)
        self._place = -1
        """Where the file stands, as far as that is known."""
        self._size = 0
        if not self._load():
            self.clear()

    def __contains__(self, path: str) -> bool:
        return path in self._where

    @property
    def size(self) -> int:
        """Bytes on disk, without the files beside it."""
        return self._size

    @property
    def answers(self) -> int:
        """How many answers there are."""
        return len(self._where)

    def add(self, answer: Answer) -> None:
        """Keep an answer whose body is in memory."""
        path = answer.path.encode()
        facts = "\n".join((answer.mimetype, answer.modified or "", answer.date or "")).encode()
        assert answer.body is not None
        self._append(path, facts, answer.body, answer.path)

    def refuse(self, path: str, failed: FetchError) -> None:
        """Keep a refusal that asking again in this run will not change."""
        refusal = _Refusal(failed.code, failed.detail, failed.tries, failed.status, failed.by_wiki)
        self._append(path.encode(), _REFUSED, msgspec.json.encode(refusal), path)

    def refusal(self, path: str) -> FetchError | None:
        """The refusal kept for ``path``; None where there is an answer. KeyError for neither."""
        start, key, facts, size = self._where[path]
        if facts != len(_REFUSED):
            return None
        data = self._read(start + key, facts + size)
        if not data.startswith(_REFUSED):
            return None
        kept = msgspec.json.decode(data[facts:], type=_Refusal)
        failed = FetchError(kept.code, kept.detail, tries=kept.tries, status=kept.status)
        failed.by_wiki = kept.by_wiki
        return failed

    def get(self, path: str) -> Answer:
        """The answer to ``path``, its value not decoded. KeyError where there is none."""
        start, key, facts, size = self._where[path]
        data = self._read(start + key, facts + size)
        mimetype, modified, date = data[:facts].decode().split("\n")
        return Answer(path, data[facts:], None, mimetype, modified or None, date or None)

    def part(self, path: str) -> Path:
        """Where the bytes of a large file are put while they come in."""
        return self.folder / f"{zlib.crc32(path.encode()):08x}{len(path):04x}.part"

    def clear(self) -> None:
        """Forget all answers and files: they are committed, or of no use."""
        with self._lock:
            self._file.truncate(0)
            self._size, self._place = 0, -1
            self._where = {}
        for file in self.folder.glob("*.part*"):
            file.unlink()
        self._append(b"", b"", msgspec.json.encode(_JournalHead(self._identity, time.time())), None)

    def close(self) -> None:
        """Close the file; a run that came to its end needs nothing in it any more."""
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
            start = self._size + _HEAD.size
            if self._place != self._size:
                self._file.seek(self._size)
            written = self._file.write(record)
            while written < len(record):
                written += self._file.write(record[written:])
            self._size += len(record)
            self._place = self._size
            if key is not None:
                self._where[key] = (start, len(path), len(facts), len(body))

    def _read(self, at: int, size: int) -> bytes:
        with self._lock:
            self._place = -1
            self._file.seek(at)
            return self._file.read(size)

    def _load(self) -> bool:
        """Read what is there up to the first broken record. False where it is of no use."""
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
                run = msgspec.json.decode(body, type=_JournalHead)
                if run.identity != self._identity or not 0 <= time.time() - run.started < _DAY:
                    return False
            else:
                self._where[path.decode()] = (start, key, facts, size)
            at = end
        self._size = at
        return run is not None
