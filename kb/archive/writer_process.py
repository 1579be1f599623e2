"""The archive's writer in a process of its own: a wiki is asked while the archive is written.

The process that asks is bound by one core: parsing answers and writing records would take turns.
It starts this module in another Python (kb/programs.py) and sends it records through a pipe. The
writer is given records alone: it asks no server, is told no password, and of the environment has
only what Python needs.

On the pipe a frame is its length in eight bytes, big-endian, and a MessagePack list of messages,
each as a pair of the number of its kind and the message.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, TypeAlias, get_args

import msgspec

from kb.archive.archive import Archive
from kb.archive.ingest import IngestReport
from kb.errors import KbError
from kb.model import Checkpoint, Item
from kb.programs import ROOT, own_python

_HEAD = 8
_KEPT = (
    "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "SQLITE_TMPDIR", "LANG", "LC_ALL", "LC_CTYPE",
    "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "VIRTUAL_ENV",
)  # fmt: skip
"""What the writer is told of the environment."""
_BATCH = 64
_BATCH_BYTES = 1 << 16
_PIPE_BYTES = 1 << 20
"""Bytes that may wait in the pipe, where the system lets a process choose."""
_OWN_GROUP = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)


class ImportBegins(msgspec.Struct, frozen=True):
    """The first message: which archive, and what is imported into it."""

    path: str
    location: str
    format_name: str


class BlobPart(msgspec.Struct, frozen=True):
    """Bytes for the sink; several parts may make one blob."""

    data: bytes
    last: bool


class ImportEnds(msgspec.Struct, frozen=True):
    """Everything was sent. A pipe that ends without it ends a run that was broken off."""


class Committed(msgspec.Struct, frozen=True):
    """The answer to a Checkpoint: what came before it is in the archive."""


class WriterFailed(msgspec.Struct, frozen=True):
    """The answer of a writer that cannot go on."""

    detail: str


Message: TypeAlias = (
    Item | ImportBegins | BlobPart | ImportEnds | Committed | WriterFailed | IngestReport
)
_KINDS: tuple[type[Any], ...] = get_args(Message)
_NUMBERS = {kind: number for number, kind in enumerate(_KINDS)}
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(list[tuple[int, msgspec.Raw]]).decode
_DECODERS = [msgspec.msgpack.Decoder(kind).decode for kind in _KINDS]


def frame(messages: Iterable[Message]) -> bytes:
    """Encode messages as one frame for the pipe."""
    body = _pack([(_NUMBERS[type(message)], message) for message in messages])
    return len(body).to_bytes(_HEAD, "big") + body


def messages(pipe: IO[bytes]) -> Iterator[Message]:
    """Yield what comes through the pipe until it ends; drop a frame that was cut off."""
    while len(head := pipe.read(_HEAD)) == _HEAD:
        size = int.from_bytes(head, "big")
        body = pipe.read(size)
        if len(body) < size:
            return
        for number, raw in _unpack(body):
            message: Message = _DECODERS[number](raw)
            yield message


class WriterProcess:
    """The sender's side: starts the writer, sends it records and bytes; also the importer's sink.

    The writer starts while the source is asked for its first record, and is told the archive's
    path with that record: until then it holds nothing open. A run that is broken off leaves what
    was committed, as a run within one process does: the writer sees its pipe end, and drops the
    page that was begun.
    """

    def __init__(self, path: Path, location: str, format_name: str) -> None:
        """``path`` is an archive that exists."""
        self._begin = ImportBegins(str(path.absolute()), location, format_name)
        self._process: subprocess.Popen[bytes]
        """Set by `ingest`, within which all else is called."""
        self._waiting: list[Message] = []
        self._bytes = 0

    def put(self, chunks: Iterable[bytes]) -> str:
        """Send bytes to the archive; their sha256 in hex."""
        digest = hashlib.sha256()
        for chunk in chunks:
            digest.update(chunk)
            self._send(BlobPart(chunk, last=False), len(chunk))
        self._send(BlobPart(b"", last=True))
        return digest.hexdigest()

    def ingest(self, items: Iterable[Item]) -> IngestReport:
        """Have all items written. KbError where the writer cannot go on."""
        self._process = _started()
        self._waiting.append(self._begin)
        try:
            for item in items:
                self._send(item, len(getattr(item, "raw", None) or b""))
                if type(item) is Checkpoint:
                    self._flush()
                    self._answer()
            self._send(ImportEnds())
            self._flush()
            report = self._answer()
        except BrokenPipeError:
            report = self._answer()
        finally:
            self._close()
        assert isinstance(report, IngestReport)
        return report

    def _send(self, message: Message, size: int = 0) -> None:
        self._waiting.append(message)
        self._bytes += size
        if len(self._waiting) >= _BATCH or self._bytes >= _BATCH_BYTES:
            self._flush()

    def _flush(self) -> None:
        assert self._process.stdin is not None
        data = frame(self._waiting)
        self._waiting.clear()
        self._bytes = 0
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def _answer(self) -> Message:
        """Read the writer's next answer. KbError where it failed or ended without one."""
        assert self._process.stdout is not None
        answer = next(messages(self._process.stdout), None)
        if answer is None or isinstance(answer, WriterFailed):
            why = answer.detail if answer else f"its writer ended with {self._process.wait()}"
            raise KbError(
                f"{self._begin.path}: {why}",
                hint="what was committed is kept; run it again to go on from there",
            )
        return answer

    def _close(self) -> None:
        """End the writer's input and wait until the writer has ended."""
        with suppress(BrokenPipeError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


def _started() -> subprocess.Popen[bytes]:
    """Start the writer in a session of its own, so that Ctrl-C reaches the sender alone."""
    kept = {key: value for key, value in os.environ.items() if key in _KEPT}
    process = subprocess.Popen(
        own_python("kb.archive.writer_process"),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=kept, cwd=ROOT,
        start_new_session=os.name == "posix", creationflags=_OWN_GROUP,
    )  # fmt: skip
    if sys.platform == "linux":
        import fcntl

        assert process.stdin is not None
        with suppress(OSError):  # an ordinary user may not be allowed more
            fcntl.fcntl(process.stdin, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return process


class _BrokenOffError(Exception):
    """The sender has gone: what came last is no whole page."""


def main() -> int:
    """The writer's side: write what comes until the end; 1 where the pipe ends before that."""
    incoming = messages(sys.stdin.buffer)
    begin = next(incoming, None)
    if not isinstance(begin, ImportBegins):
        return 1
    try:
        with Archive(Path(begin.path)) as archive:
            source = archive.source(begin.location, begin.format_name)
            report = archive.ingest(source, _items(incoming, archive))
    except _BrokenOffError:
        return 1
    except (sqlite3.Error, OSError) as error:
        _reply(WriterFailed(str(error)))
        return 1
    _reply(report)
    return 0


def _items(incoming: Iterator[Message], archive: Archive) -> Iterator[Item]:
    """Yield the records; put bytes between them into the archive, confirm commits."""
    for message in incoming:
        if isinstance(message, ImportEnds):
            return
        if isinstance(message, BlobPart):
            archive.blobs.put(_blob(message, incoming))
        else:
            assert not isinstance(message, ImportBegins | Committed | WriterFailed)
            yield message  # type: ignore[misc]
            if isinstance(message, Checkpoint):
                _reply(Committed())
    raise _BrokenOffError


def _blob(first: BlobPart, more: Iterator[Message]) -> Iterator[bytes]:
    yield first.data
    if first.last:
        return
    for message in more:
        assert isinstance(message, BlobPart)
        yield message.data
        if message.last:
            return
    raise _BrokenOffError


def _reply(message: Message) -> None:
    sys.stdout.buffer.write(frame([message]))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
