"""Where nothing may be written, whatever a user says: over the data, settings, sources of a home.

What else stands at a place is replaced only by who made it: each kind of output knows its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from kb.config import Home
from kb.errors import InputError
from kb.files import check_plain
from kb.freshness import own_profiles

_DATA = ".kb"


def check_destination(path: Path, home: Home, sources: Iterable[Path] = ()) -> None:
    """Raise InputError where nothing may be put at ``path``.

    That is a link or a device, a place among the data of any home, a file that ``home`` is made
    of, one of ``sources``, and a folder that holds any of these.
    """
    check_plain(path)
    real = Path(os.path.realpath(path))
    for place in (real, *real.parents):
        if place.name.casefold() == _DATA and _is_data(place, home):
            raise InputError(
                f"{path}: among the data of a home, which only kb's own commands change",
                hint="name a place outside of it",
            )
    for kept, what in (*_parts_of(home), *((one, "a source of this home") for one in sources)):
        if _is_or_holds(real, kept):
            raise InputError(
                f"{path}: {'' if _same(real, kept) else 'holds '}{what}", hint="name another place"
            )


def is_inside(path: Path, folders: Iterable[Path]) -> bool:
    """Whether ``path`` stands in one of the folders, at any depth."""
    above = Path(os.path.realpath(path)).parents
    return any(Path(os.path.realpath(folder)) in above for folder in folders)


def source_paths(home: Home, locations: Iterable[str]) -> list[Path]:
    """Files and folders among ``locations`` and the `[[source]]` tables of kb.toml, where present.

    A location that holds `://` is at a server.
    """
    tables = (os.path.expanduser(table.location) for table in home.config.source)  # noqa: PTH111
    found = (home.root / one for one in (*locations, *tables) if one and "://" not in one)
    return [path for path in dict.fromkeys(found) if os.path.lexists(path)]


def _parts_of(home: Home) -> Iterator[tuple[Path, str]]:
    """What a home is made of, each with what a person calls it."""
    yield home.root / _DATA, "the home, with its archive"
    for path in (home.root / "kb.toml", home.root / "corrections.toml", *own_profiles(home)):
        yield path, f"a part of this home ({path.name})"


def _is_data(place: Path, home: Home) -> bool:
    return _same(place, home.root / _DATA) or (place / home.archive.name).exists()


def _is_or_holds(real: Path, kept: Path) -> bool:
    at = Path(os.path.realpath(kept))
    return real == at or real in at.parents or _same(real, at)


def _same(one: Path, other: Path) -> bool:
    """Whether both are one file or folder, however they are written."""
    with suppress(OSError):
        return one.samefile(other)
    return False
