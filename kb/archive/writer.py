"""`python -m kb.archive.writer`: takes records from its standard input into an archive.

It asks no server and is told no password. Started and spoken to by kb.archive.beside.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

from kb.archive import Archive
from kb.archive.wire import Begin, Committed, End, Failed, Message, Piece, frame, messages
from kb.model import Checkpoint, Item


class _BrokenOffError(Exception):
    """Who sends has gone: what came last is no whole page."""


def main() -> int:
    """Write what comes until the end; 1 where it ends before its end."""
    incoming = messages(sys.stdin.buffer)
    begin = next(incoming, None)
    if not isinstance(begin, Begin):
        return 1
    try:
        with Archive(Path(begin.path)) as archive:
            source = archive.source(begin.location, begin.format_name)
            report = archive.ingest(source, _items(incoming, archive))
    except _BrokenOffError:
        return 1
    except (sqlite3.Error, OSError) as error:
        _answer(Failed(str(error)))
        return 1
    _answer(report)
    return 0


def _items(incoming: Iterator[Message], archive: Archive) -> Iterator[Item]:
    """The records; bytes on the way go into the archive, commits are confirmed."""
    for message in incoming:
        if isinstance(message, End):
            return
        if isinstance(message, Piece):
            archive.blobs.put(_pieces(message, incoming))
        else:
            assert not isinstance(message, Begin | Committed | Failed)
            yield message  # type: ignore[misc]
            if isinstance(message, Checkpoint):
                _answer(Committed())
    raise _BrokenOffError


def _pieces(first: Piece, more: Iterator[Message]) -> Iterator[bytes]:
    yield first.data
    if first.last:
        return
    for message in more:
        assert isinstance(message, Piece)
        yield message.data
        if message.last:
            return
    raise _BrokenOffError


def _answer(message: Message) -> None:
    sys.stdout.buffer.write(frame([message]))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
