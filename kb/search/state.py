"""What is known of an index beside its files: which generation is in use, and what is in it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import msgspec


class State(msgspec.Struct, frozen=True):
    """state.json."""

    made_by: str
    """Fingerprint of the code that made the index."""
    folder: str
    documents: int
    digest: str
    """Of the digests of all that is in it."""
    sizes: dict[str, int]
    """File → bytes."""
    stamp: str = ""
    """The source's when it was last asked; empty where it could not tell."""


class Begun(msgspec.Struct, frozen=True):
    """building.json: a generation that is not whole yet."""

    made_by: str
    folder: str


def read_state(folder: Path) -> State | None:
    """state.json; None where there is none that can be read."""
    try:
        return msgspec.json.decode((folder / "state.json").read_bytes(), type=State)
    except (OSError, msgspec.MsgspecError):
        return None


def read_begun(folder: Path) -> Begun | None:
    """building.json; None where nothing was begun."""
    try:
        return msgspec.json.decode((folder / "building.json").read_bytes(), type=Begun)
    except (OSError, msgspec.MsgspecError):
        return None


def state_of(place: Path, made_by: str, digests: Mapping[str, bytes], stamp: str | None) -> State:
    """The state of the generation in ``place`` as it is now."""
    found = place.iterdir() if place.is_dir() else iter(())
    sizes = {file.name: file.stat().st_size for file in found if _lasting(file)}
    return State(made_by, place.name, len(digests), digest_of(digests), sizes, stamp or "")


def _lasting(file: Path) -> bool:
    return file.is_file() and not file.name.startswith(".") and file.suffix != ".lock"


def digest_of(digests: Mapping[str, bytes]) -> str:
    """One digest of all."""
    made = hashlib.sha256()
    for key in sorted(digests):
        made.update(key.encode("utf-8", "surrogatepass") + b"\0" + digests[key] + b"\n")
    return made.hexdigest()
