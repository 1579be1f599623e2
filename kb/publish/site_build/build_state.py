"""What a build remembers for the next one: the facts it knew, the units it made.

The state's file is a digest of 16 bytes and MessagePack: what was damaged is not known any more.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from kb.errors import BAD_JSON
from kb.files import write_whole
from kb.publish.browser_index.index_layout import IndexMeta
from kb.publish.renderer import MadeUnit, digest_of_bytes
from kb.publish.site_catalogue import CaseFacts, PageFacts

VERSION = 7
_DIGEST = 16


class BuildState(msgspec.Struct, kw_only=True):
    """One build of one site."""

    version: int = VERSION
    build: str
    """Its name: the same inputs give the same."""
    stamp: bytes
    """Digest of the code, templates and settings that made it."""
    before: str | None = None
    """The build that it replaced, which is in the staging folder now."""
    differing: tuple[str, ...] = ()
    """Paths in which the two differ."""
    units: dict[str, MadeUnit]
    cases: tuple[CaseFacts, ...]
    pages: tuple[PageFacts, ...]
    search: IndexMeta


def load(folder: Path, out: Path, build: str | None) -> BuildState | None:
    """Read the state of the build that is in ``out``; None where it is not known."""
    for path in (_path(folder, out), _path(folder, out).with_suffix(".next")):
        try:
            data = path.read_bytes()
            whole = data[:_DIGEST] == digest_of_bytes(data[_DIGEST:])
            state = _decoder.decode(data[_DIGEST:]) if whole else None
        except (OSError, *BAD_JSON):
            continue
        if state and state.build == build and state.version == VERSION:
            return state
    return None


def save_before(folder: Path, out: Path, state: BuildState) -> None:
    """Write the state of a build about to be put in place; the one in force stays."""
    path = _path(folder, out).with_suffix(".next")
    path.parent.mkdir(parents=True, exist_ok=True)
    data = msgspec.msgpack.encode(state)
    write_whole(path, digest_of_bytes(data) + data)


def save_after(folder: Path, out: Path) -> None:
    """Put in force what ``save_before`` wrote: the build is in place."""
    path = _path(folder, out)
    path.with_suffix(".next").replace(path)


def _path(folder: Path, out: Path) -> Path:
    place = hashlib.sha256(str(out.absolute()).encode()).hexdigest()[:16]
    return folder / f"{place}.state"


_decoder = msgspec.msgpack.Decoder(BuildState)
