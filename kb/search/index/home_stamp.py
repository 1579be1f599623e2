"""Whether anything that a home's index is made of may have changed, told by its files alone.

Opening the archive and asking each page's digest takes longer than answering a query; what
nothing was written to cannot have changed.
"""

from __future__ import annotations

import hashlib
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

from kb.config import Home
from kb.freshness import code_stamp

TICK = 100_000_000
"""Nanoseconds in which two writes may bear the same time."""


def stamp_of(home: Home) -> str | None:
    """The same for as long as archive, settings, profiles, corrections and code are.

    None where nobody can tell: no archive is here, or it was written a moment ago.
    """
    names = (home.archive.name, f"{home.archive.name}-wal")
    written = [row for name in names if (row := _seen(home.archive.with_name(name)))]
    if not written or max(row[1] for row in written) > time.time_ns() - TICK:
        return None
    made = hashlib.sha256(repr(written).encode())
    for path in (home.root / "kb.toml", home.root / "corrections.toml", *_profiles(home)):
        made.update(path.read_bytes() if path.is_file() else b"\0")
    made.update(code_stamp().encode())
    return made.hexdigest()


def _seen(path: Path) -> tuple[str, int, int, int] | None:
    """Name, time, size and identity; an empty file is as good as none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    if not found.st_size:
        return None
    return path.name, found.st_mtime_ns, found.st_size, found.st_ino


def _profiles(home: Home) -> Iterator[Path]:
    """The home's own profiles and what they extend."""
    config = home.config.cases
    for name in dict.fromkeys(
        (*config.profiles, *(n for row in config.pages.values() for n in row))
    ):
        path = home.root / name
        if path.is_file():
            yield path
            yield from (home.root / other for other in _extended(path))


def _extended(profile: Path) -> list[str]:
    try:
        found = tomllib.loads(profile.read_text("utf-8")).get("extends", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return []
    return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []
