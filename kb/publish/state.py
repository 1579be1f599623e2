"""What a build remembers for the next one: what it knew and what it wrote, and of what."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from kb.publish.browser_index.meta import Meta
from kb.publish.facts import CaseFacts, PageFacts

VERSION = 6


class Note(msgspec.Struct, frozen=True, array_like=True):
    """Something on a source page that could not be shown as meant."""

    code: str
    line: int
    detail: str


class Made(msgspec.Struct, frozen=True, array_like=True):
    """A unit of a build: the digest of all that it depends on, the files that it wrote."""

    digest: bytes
    paths: tuple[str, ...]
    notes: tuple[Note, ...] = ()
    """What making it had to say."""
    parts: tuple[str, ...] = ()
    """Keys of the units that are as they were as long as this one is."""


class State(msgspec.Struct, kw_only=True):
    """One build of one folder."""

    version: int = VERSION
    build: str
    """Its name: the same inputs give the same."""
    stamp: bytes
    """Of the code, templates and settings that made it."""
    before: str | None = None
    """The build that it replaced, now in the folder beside."""
    differing: tuple[str, ...] = ()
    """Paths in which the two differ."""
    units: dict[str, Made]
    cases: tuple[CaseFacts, ...]
    pages: tuple[PageFacts, ...]
    search: Meta


def load(folder: Path, out: Path, build: str | None) -> State | None:
    """The state of the build that stands in ``out``; None where it is not known."""
    for path in (_path(folder, out), _path(folder, out).with_suffix(".next")):
        try:
            state = _decoder.decode(path.read_bytes())
        except (FileNotFoundError, msgspec.DecodeError):
            continue
        if build is not None and state.build == build and state.version == VERSION:
            return state
    return None


def save_before(folder: Path, out: Path, state: State) -> None:
    """Write the state of a build about to be put in place; the one in force stays."""
    path = _path(folder, out).with_suffix(".next")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.msgpack.encode(state))


def save_after(folder: Path, out: Path) -> None:
    """The build is in place: what ``save_before`` wrote is in force."""
    path = _path(folder, out)
    path.with_suffix(".next").replace(path)


def _path(folder: Path, out: Path) -> Path:
    place = hashlib.sha256(str(out.absolute()).encode()).hexdigest()[:16]
    return folder / f"{place}.state"


_decoder = msgspec.msgpack.Decoder(State)
