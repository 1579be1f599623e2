"""The one stamp of all derived data: what was made under another stamp is made anew.

Records, search index, site and exported trees follow from the archive, the home's settings, and
what is named here: the version of the distribution, the bytes of all its code, templates, profiles
and assets, and the versions of the libraries that shape what it writes. A change to any of these
may change any of those, so nothing tries to tell which.

`home_stamp` adds the home's own: whether its archive, settings, profiles or corrections may have
changed is told by facts of their files, which takes less than opening the archive.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

import kb
from kb.assets import assets
from kb.config import Home

LIBRARIES: Final = (
    "jinja2", "lxml", "markdown-it-py", "markupsafe", "mdit-py-plugins", "nh3", "pypdf",
    "pystemmer", "rcssmin", "rjsmin", "tantivy", "whoosh",
)  # fmt: skip
"""Distributions whose version shows in records, index or pages."""
TICK = 100_000_000
"""Nanoseconds in which two writes may bear the same time."""


@cache
def code_stamp() -> str:
    """32 hexadecimal digits that change with any ingredient of derived data but the home's own."""
    return stamp(kb.__version__, _sources(), _versions())


def stamp(distribution: str, sources: Iterable[tuple[str, bytes]], versions: Iterable[str]) -> str:
    """Digest of a distribution's version, the path and bytes of its sources, library versions."""
    digest = hashlib.blake2b(distribution.encode(), digest_size=16)
    for path, data in sources:
        digest.update(f"\0{path}\0{len(data)}\0".encode())
        digest.update(data)
    for one in versions:
        digest.update(f"\0{one}".encode())
    return digest.hexdigest()


def _sources() -> Iterator[tuple[str, bytes]]:
    root = Path(kb.__file__).parents[1]
    for name in ("kb", "importers"):
        yield from _tree(str(root / name), name)
    for kind in ("templates", "site"):
        yield from _tree(str(assets(kind)), kind)


def _tree(folder: str, path: str) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of every file below a folder, in order, without what Python compiles."""
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if entry.is_dir():
            if entry.name not in ("__pycache__", "_assets"):
                yield from _tree(entry.path, f"{path}/{entry.name}")
        elif not entry.name.endswith((".pyc", ".so", ".pyd")):
            with Path(entry.path).open("rb") as file:
                yield f"{path}/{entry.name}", file.read()


def _versions() -> Iterator[str]:
    """What is installed of the libraries, by the names of their `NAME-VERSION.dist-info`.

    Reading their metadata would say the same and take longer than answering a query.
    """
    yield f"unicode {unicodedata.unidata_version}"
    found: dict[str, str] = {}
    for folder in sys.path:
        with suppress(OSError), os.scandir(folder or ".") as entries:
            for entry in entries:
                name, _, version = entry.name.removesuffix(".dist-info").partition("-")
                if entry.name.endswith(".dist-info"):
                    found.setdefault(name.lower().replace("_", "-"), version)
    yield from (f"{name} {found.get(name, 'absent')}" for name in LIBRARIES)


def home_stamp(home: Home) -> str | None:
    """The same for as long as archive, settings, profiles, corrections and code are.

    None where nobody can tell: no archive is here, or it was written a moment ago.
    """
    names = (home.archive.name, f"{home.archive.name}-wal")
    written = [row for name in names if (row := _seen(home.archive.with_name(name)))]
    if not written or max(row[1] for row in written) > time.time_ns() - TICK:
        return None
    made = hashlib.sha256(repr(written).encode())
    for path in (home.root / "kb.toml", home.root / "corrections.toml", *own_profiles(home)):
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


def own_profiles(home: Home) -> Iterator[Path]:
    """Yield the home's own profiles and what they extend."""
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
