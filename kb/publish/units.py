"""Units that a site consists of: what makes some files, and a digest of what they depend on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

Output = tuple[str, bytes]
"""Path relative to the site's root, and bytes."""


def digest_of(*parts: object) -> bytes:
    """16 bytes over values that msgspec can encode."""
    return digest_of_bytes(msgspec.msgpack.encode(parts))


def digest_of_bytes(data: bytes) -> bytes:
    """16 bytes over the content of a file."""
    return hashlib.blake2b(data, digest_size=16).digest()


class PageNote(msgspec.Struct, frozen=True, array_like=True):
    """Something on a source page that could not be shown as meant."""

    code: str
    line: int
    detail: str


@dataclass(frozen=True, slots=True)
class Unit:
    """Some files of the site that are made together.

    A build makes a unit again where its digest is not that of the last build.
    """

    key: str
    """Names the unit from build to build."""
    digest: bytes
    make: Callable[[], Iterable[Output]]
    notes: list[PageNote] = field(default_factory=list)
    """Filled by ``make``."""
    parts: Callable[[], Iterable[Unit]] | None = None
    """Further units, none of which has changed where this one's digest has not."""


class MadeFile(NamedTuple):
    """What a build remembers of a file that it wrote: a later one sees whether it is as it was."""

    path: str
    size: int
    time: int
    """When it was written, in nanoseconds."""
    digest: bytes


class MadeUnit(msgspec.Struct, frozen=True, array_like=True):
    """What a build remembers of a unit: its digest and its files."""

    digest: bytes
    files: tuple[MadeFile, ...]
    notes: tuple[PageNote, ...] = ()
    parts: tuple[str, ...] = ()
    """Keys of the further units."""

    @property
    def paths(self) -> list[str]:
        """Where its files are."""
        return [file.path for file in self.files]
