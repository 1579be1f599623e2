"""The index on disk as generations: found, brought up to date, built anew if stale or damaged.

`.kb/index/ENGINE/state.json` names the generation in use (a folder beside it), what it was made of
and the sizes of its files. A new generation is built in its own folder, which building.json names,
and becomes the one in use by replacing state.json; until then readers go on with the old one. What
was interrupted goes on from its last commit.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TypeVar

import msgspec

from kb.errors import BAD_JSON, KbError
from kb.files import write_whole
from kb.freshness import code_stamp
from kb.locks import writing
from kb.search.documents.document_sources import DocumentSource
from kb.search.protocol import DamagedIndexError, Engine, EngineOpener

T = TypeVar("T")
BATCH = 10_000
"""Documents between two commits of a new generation."""


class GenerationState(msgspec.Struct, frozen=True):
    """state.json: the generation in use."""

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


class BuildingState(msgspec.Struct, frozen=True):
    """building.json: a generation that is not whole yet."""

    made_by: str
    folder: str


def read_state(folder: Path) -> GenerationState | None:
    """Read state.json; None where there is none that can be read."""
    return _read(folder / "state.json", GenerationState)


def _read(file: Path, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=kind)
    except (OSError, *BAD_JSON):
        return None


def state_of(
    place: Path, made_by: str, digests: Mapping[str, bytes], stamp: str | None
) -> GenerationState:
    """Describe the generation in ``place`` as it is now."""
    sizes = {
        file.name: file.stat().st_size
        for file in (place.iterdir() if place.is_dir() else ())
        if file.is_file() and not file.name.startswith(".") and file.suffix != ".lock"
    }
    return GenerationState(
        made_by, place.name, len(digests), digest_of(digests), sizes, stamp or ""
    )


def digest_of(digests: Mapping[str, bytes]) -> str:
    """Digest all keys and their digests into one, in hex."""
    made = hashlib.sha256()
    for key in sorted(digests):
        made.update(key.encode("utf-8", "surrogatepass") + b"\0" + digests[key] + b"\n")
    return made.hexdigest()


def refresh(
    folder: Path, source: DocumentSource, opened: EngineOpener, name: str, stamp: str | None = None
) -> Engine:
    """Open an engine over exactly what ``source`` has; index what changed since the last time.

    ``opened`` opens an engine in a folder, ``name`` says which engine in which version. Where
    ``stamp`` is the one of the last time, the source is not asked at all.
    """
    made_by = f"{name}-{code_stamp()}"
    state = read_state(folder)
    if state and state.made_by == made_by and _same(state, source, stamp):
        engine = _whole(folder, state, opened)
        if engine is not None:
            if stamp and stamp != state.stamp:
                _note_stamp(folder, state, stamp)
            return engine
    folder.mkdir(parents=True, exist_ok=True)
    with writing(folder / "state.json", "the search index"):
        return _IndexUpdate(folder, source, opened, made_by, stamp).done()


def rebuild(
    folder: Path, source: DocumentSource, opened: EngineOpener, name: str, stamp: str | None = None
) -> Engine:
    """Build the index anew, whatever is there: for one that turned out to be damaged."""
    for name_of_state in ("state.json", "building.json"):
        (folder / name_of_state).unlink(missing_ok=True)
    return refresh(folder, source, opened, name, stamp)


def _same(state: GenerationState, source: DocumentSource, stamp: str | None) -> bool:
    asked = stamp is None or stamp != state.stamp
    return not asked or state.digest == digest_of(source.digests())


def _note_stamp(folder: Path, state: GenerationState, stamp: str) -> None:
    """Store the stamp at which nothing had changed, so that next time it alone says so."""
    with suppress(KbError), writing(folder / "state.json", "the search index", limit=0):
        if read_state(folder) == state:
            noted = msgspec.structs.replace(state, stamp=stamp)
            write_whole(folder / "state.json", msgspec.json.encode(noted))


class _IndexUpdate:
    """One update of the index, made while the lock is held."""

    def __init__(
        self, folder: Path, source: DocumentSource, opened: EngineOpener, made_by: str,
        stamp: str | None,
    ) -> None:  # fmt: skip
        self._folder = folder
        self._source = source
        self._opened = opened
        self._made_by = made_by
        self._stamp = stamp
        self._wanted = source.digests()

    def done(self) -> Engine:
        """Change the index in use in place, or build a new one."""
        state = read_state(self._folder)
        if state and state.made_by == self._made_by:
            engine = _opened(self._folder, state, self._opened)
            if engine is not None and self._changed(engine):
                return self._in_use(engine, state.folder)
        return self._built()

    def _changed(self, engine: Engine, batch: int | None = None) -> bool:
        """Make the engine hold what is wanted; False where it cannot be read."""
        try:
            held = engine.digests()
            engine.remove(held.keys() - self._wanted.keys())
            new = [key for key, digest in self._wanted.items() if held.get(key) != digest]
            documents = iter(self._source.documents(new))
            while engine.add(islice(documents, batch)) == batch:
                engine.commit()
            engine.commit()
        except DamagedIndexError:
            engine.close()
            return False
        return True

    def _built(self) -> Engine:
        """Build a new generation, or finish the one that was begun."""
        begun = _read(self._folder / "building.json", BuildingState)
        if begun and begun.made_by == self._made_by:
            engine = _tried(self._folder / begun.folder, self._opened)
            if engine is not None and self._changed(engine, BATCH):
                return self._in_use(engine, begun.folder)
        generation = f"g-{secrets.token_hex(4)}"
        state = BuildingState(self._made_by, generation)
        write_whole(self._folder / "building.json", msgspec.json.encode(state))
        engine = self._opened(self._folder / generation)
        if not self._changed(engine, BATCH):
            raise DamagedIndexError(f"{self._folder / generation}: a new index cannot be read")
        return self._in_use(engine, generation)

    def _in_use(self, engine: Engine, generation: str) -> Engine:
        """Make the generation the one that everybody reads from now on; delete the others."""
        state = state_of(self._folder / generation, self._made_by, self._wanted, self._stamp)
        write_whole(self._folder / "state.json", msgspec.json.encode(state))
        (self._folder / "building.json").unlink(missing_ok=True)
        engine.publish()
        for other in self._folder.glob("g-*"):
            if other.name != generation:
                shutil.rmtree(other, ignore_errors=True)
        return engine


def _whole(folder: Path, state: GenerationState, opened: EngineOpener) -> Engine | None:
    """Open the index that ``state`` names; None unless it has as many documents as noted."""
    engine = _opened(folder, state, opened)
    if engine is None:
        return None
    try:
        if engine.counts("seq", [])[0] == state.documents:
            return engine
    except DamagedIndexError:
        pass
    engine.close()
    return None


def _opened(folder: Path, state: GenerationState, opened: EngineOpener) -> Engine | None:
    """Open the index that ``state`` names; None where its files differ from those noted."""
    place = folder / state.folder
    try:
        if any((place / file).stat().st_size != size for file, size in state.sizes.items()):
            return None
    except OSError:
        return None
    return _tried(place, opened)


def _tried(place: Path, opened: EngineOpener) -> Engine | None:
    """Open the engine of a folder; None where it cannot be read."""
    try:
        return opened(place)
    except (OSError, DamagedIndexError):
        return None
