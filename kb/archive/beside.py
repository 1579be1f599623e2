"""Writing in a process of its own, so that a wiki is asked while the archive is written.

The process that asks is bound by one core: parsing answers and writing records would take turns.
The one that writes is given records alone: no password, and of the environment what Python needs.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import kb
from kb.archive.report import IngestReport
from kb.archive.wire import Begin, End, Failed, Message, Piece, frame, messages
from kb.errors import KbError
from kb.model import Checkpoint, Item

_KEPT = (
    "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "SQLITE_TMPDIR", "LANG", "LC_ALL", "LC_CTYPE",
    "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "VIRTUAL_ENV",
)  # fmt: skip
"""What a child is told of the environment, beside what begins with PYTHON."""
_BATCH = 64
_BATCH_BYTES = 1 << 16
_ON_THE_WAY = 1 << 20
"""Bytes that may wait in the pipe, where the system lets us say so."""
_OWN_GROUP = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)


class WriterBeside:
    """An archive's writer in a process of its own, and the sink of what it is to write.

    It starts while the source is asked for its first record, with which it is told what to write
    to: until then it holds nothing. A run that is broken off leaves what was committed, as one
    that writes itself does; the writer sees its pipe end, and drops the page that was begun.
    """

    def __init__(self, path: Path, location: str, format_name: str) -> None:
        """``path`` is an archive that exists."""
        self._begin = Begin(str(path.absolute()), location, format_name)
        self._process: subprocess.Popen[bytes] | None = None
        self._waiting: list[Message] = []
        self._bytes = 0

    def put(self, chunks: Iterable[bytes]) -> str:
        """Send bytes to the archive; their sha256 in hex."""
        digest = hashlib.sha256()
        for chunk in chunks:
            digest.update(chunk)
            self._send(Piece(chunk, last=False), len(chunk))
        self._send(Piece(b"", last=True))
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
            self._send(End())
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
        assert self._process is not None
        assert self._process.stdin is not None
        data = frame(self._waiting)
        self._waiting.clear()
        self._bytes = 0
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def _answer(self) -> Message:
        """What the writer says next. KbError where that is that it cannot go on, or nothing."""
        assert self._process is not None
        assert self._process.stdout is not None
        answer = next(messages(self._process.stdout), None)
        if answer is None or isinstance(answer, Failed):
            why = answer.detail if answer else f"its writer ended with {self._process.wait()}"
            raise KbError(
                f"{self._begin.path}: {why}",
                hint="what was committed is kept; run it again to go on from there",
            )
        return answer

    def _close(self) -> None:
        """End the writer's input, and wait until it has ended what it is at."""
        if self._process is None:
            return
        with suppress(BrokenPipeError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


def _started() -> subprocess.Popen[bytes]:
    """The writer, out of reach of an interrupt that is meant for who sends."""
    kept = {k: v for k, v in os.environ.items() if k in _KEPT or k.startswith("PYTHON")}
    package = str(Path(kb.__file__).parents[1])
    kept["PYTHONPATH"] = os.pathsep.join(filter(None, (package, kept.get("PYTHONPATH"))))
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "kb.archive.writer"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=kept,
        start_new_session=os.name == "posix", creationflags=_OWN_GROUP,
    )  # fmt: skip
    if sys.platform == "linux":
        import fcntl

        assert process.stdin is not None
        with suppress(OSError):  # an ordinary user may have no more
            fcntl.fcntl(process.stdin, fcntl.F_SETPIPE_SZ, _ON_THE_WAY)
    return process
