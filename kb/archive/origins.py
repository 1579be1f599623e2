"""Line origins of a snapshot, packed: runs of lines that share author, version and date."""

from __future__ import annotations

import msgspec

from kb.model import LineOrigin


class _Packed(msgspec.Struct, array_like=True):
    runs: list[tuple[int, LineOrigin]]
    missing: list[int]


def pack_origins(origins: tuple[LineOrigin, ...], missing: frozenset[int]) -> bytes:
    """Origins and the numbers of missing lines as MessagePack."""
    runs: list[tuple[int, LineOrigin]] = []
    for origin in origins:
        if runs and runs[-1][1] == origin:
            runs[-1] = (runs[-1][0] + 1, origin)
        else:
            runs.append((1, origin))
    return msgspec.msgpack.encode(_Packed(runs, sorted(missing)))


def unpack_origins(data: bytes) -> tuple[list[LineOrigin], frozenset[int]]:
    """An origin for each line, and the numbers of missing lines."""
    packed = msgspec.msgpack.decode(data, type=_Packed)
    origins = [origin for count, origin in packed.runs for _ in range(count)]
    return origins, frozenset(packed.missing)
