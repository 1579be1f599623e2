"""What the reading of a file gives: texts that it says, files inside it, what nobody can read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Final, NamedTuple, TypeAlias

MOST: Final = 8 << 20
"""Bytes that one file may unfold to in all: they are searched at about a second for each MiB."""


class Said(NamedTuple):
    """A text in a file."""

    text: str
    how: str = "text"
    """How it stands there: `text`, `coded`, `bytes` (found among bytes of no known form)."""
    least: int = 1
    """Han characters that a value must have to be no chance; Latin ones must then be five."""


class Inner(NamedTuple):
    """Bytes of a file inside the file."""

    data: bytes
    how: str = "compressed"


class Unread(NamedTuple):
    """Something in a file that no search can read."""

    what: str
    """For people: `a picture (PNG)`."""
    is_known: bool = True
    """False for bytes of no known form: whether they say anything nobody knows."""


Piece: TypeAlias = Said | Inner | Unread


class TooMuchError(Exception):
    """A file unfolds to more than may be read."""


class Budget:
    """How many bytes may still be unfolded."""

    def __init__(self, most: int = MOST) -> None:
        self.left = most

    def read(self, stream: IO[bytes]) -> bytes:
        """Read the stream to its end. TooMuchError where that is more than is left."""
        data = stream.read(self.left + 1)
        self.spend(len(data))
        return data

    def spend(self, size: int) -> None:
        """Count bytes. TooMuchError where there are more than were left."""
        self.left -= size
        if self.left < 0:
            raise TooMuchError


TOO_MUCH: Final = Unread(f"what unfolds to more than {MOST >> 20} MiB")


def rest(data: bytes) -> Iterator[Piece]:
    """Yield what stands behind the end of a file's own form, if anything does."""
    if data.strip(b"\0\r\n\t "):
        yield Inner(data, "bytes")
