"""A snapshot: what a blame view shows of a page, packed, and compared with the whole text."""

from __future__ import annotations

from itertools import zip_longest

import msgspec

from kb.model import LineOrigin, Snapshot, version_key


def newest_version(stated: str | None, snapshot: Snapshot) -> tuple[int, int] | None:
    """Find the version that a snapshot shows: as stated, else at least the newest of its lines."""
    found = [version_key(origin.version) for origin in snapshot.origins if origin.version]
    if stated is not None:
        try:
            return version_key(stated)
        except ValueError:
            pass
    return max(found, default=None)


def compared(text: str, snapshot: Snapshot) -> str | None:
    """Say how a snapshot's lines differ from the text of its version; None where they do not.

    Lines that the view left out are not compared, nor how lines end, nor blanks at their ends,
    nor empty lines after the last.
    """
    lines = [line.rstrip() for line in text.split("\n")]
    shown = [line.rstrip() for line in snapshot.lines]
    pairs = enumerate(zip_longest(lines, shown, fillvalue=""), 1)
    wrong = [n for n, (line, other) in pairs if line != other and n not in snapshot.missing]
    if not wrong:
        return None
    return f"{len(wrong)} line(s) differ from the text of that version, the first is {wrong[0]}"


class _PackedOrigins(msgspec.Struct, array_like=True):
    runs: list[tuple[int, LineOrigin]]
    missing: list[int]


def pack_origins(origins: tuple[LineOrigin, ...], missing: frozenset[int]) -> bytes:
    """Pack origins as runs of lines that share author, version and date, and the missing lines.

    MessagePack of `[[[count, origin], …], [missing line numbers, ascending]]`.
    """
    runs: list[tuple[int, LineOrigin]] = []
    for origin in origins:
        if runs and runs[-1][1] == origin:
            runs[-1] = (runs[-1][0] + 1, origin)
        else:
            runs.append((1, origin))
    return msgspec.msgpack.encode(_PackedOrigins(runs, sorted(missing)))


def unpack_origins(data: bytes) -> tuple[list[LineOrigin], frozenset[int]]:
    """Unpack an origin for each line, and the numbers of missing lines."""
    packed = msgspec.msgpack.decode(data, type=_PackedOrigins)
    origins = [origin for count, origin in packed.runs for _ in range(count)]
    return origins, frozenset(packed.missing)
