"""A target: a function of bytes with an oracle, within two seconds of the processor."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from kb.errors import KbError
from kb.model import Item, version_key

SECONDS = 2.0
"""Of the processor, not of the clock: another process may be busy."""
MEMORY = 500
"""MB that a process may have while it runs a target."""
CORPUS = Path(__file__).parent / "corpus"
_PART = b"\n\x00\n"


class SlowError(AssertionError):
    """An input of a few kilobytes takes longer than anything may."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is tried, and of what its inputs are made."""

    name: str
    run: Callable[[bytes], None]
    """Returns for any bytes; a KbError is an answer, any other exception a finding."""
    tokens: tuple[str, ...]
    """What means something to the code that is tried."""

    def __call__(self, data: bytes) -> None:
        """Try one input. What the target raises is a finding, and so is SlowError."""
        start = time.process_time()
        with suppress(KbError):
            self.run(data)
        if (took := time.process_time() - start) > SECONDS:
            raise SlowError(f"{self.name}: {len(data)} bytes took {took:.1f} s")

    def corpus(self) -> list[Path]:
        """Inputs that are kept: beginnings, and what was found once, by a name of its own."""
        return sorted((CORPUS / self.name).iterdir())


def parts(data: bytes, least: int = 1) -> list[bytes]:
    """Split an input that stands for several files or answers; empty ones for those missing."""
    found = data.split(_PART)
    return found + [b""] * (least - len(found))


def text_of(data: bytes) -> str:
    """The input as a text such as an archive may hold: no half characters."""
    return data.decode("utf-8", "replace")


@cache
def folder() -> Path:
    """A folder of this process, in memory where that is possible."""
    shm = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    return Path(tempfile.mkdtemp(prefix="kb-fuzz-", dir=shm))


def check_storable(items: Iterable[Item]) -> None:
    """Read all items; each can be stored: whole characters, numbers of 64 bits, versions."""
    for item in items:
        msgspec.msgpack.encode(item)
        version = getattr(item, "version", None)
        if version is not None:
            version_key(version)
