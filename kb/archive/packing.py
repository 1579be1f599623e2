"""Small numbers as few bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def pack_numbers(numbers: Iterable[int], stride: int = 1) -> bytes:
    """Each number's difference from the one ``stride`` before, seven bits a byte.

    Differences are zigzagged (0, -1, 1, -2, …) so that small ones of either sign are short.
    """
    packed = bytearray()
    before = [0] * stride
    for place, number in enumerate(numbers):
        difference = number - before[place % stride]
        before[place % stride] = number
        value = difference << 1 if difference >= 0 else (~difference << 1) | 1
        while value > 127:
            packed.append(value & 127 | 128)
            value >>= 7
        packed.append(value)
    return bytes(packed)


def unpack_numbers(packed: bytes, stride: int = 1) -> list[int]:
    """What `pack_numbers` packed, with the same ``stride``."""
    before = [0] * stride
    numbers = []
    for place, value in enumerate(_values(packed)):
        difference = ~(value >> 1) if value & 1 else value >> 1
        before[place % stride] += difference
        numbers.append(before[place % stride])
    return numbers


def _values(packed: bytes) -> Iterator[int]:
    value = shift = 0
    for byte in packed:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield value
            value = shift = 0
