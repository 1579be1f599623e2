"""The index on disk: found, brought up to date, built anew when stale or damaged.

`.kb/index/state.json` names the generation in use (a folder beside it), what it was made of and
the sizes of its files. A new generation is built in its own folder and becomes the one in use by
replacing state.json; until then readers go on with the old one.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Protocol

import msgspec

from kb.search.document import Document
from kb.search.protocol import DamagedIndexError, Engine

_PARTS = (
    "analysis",
    "engines",
    "cases.py",
    "document.py",
    "files.py",
    "names.py",
    "pages.py",
    "streams.py",
)
"""What of kb.search an index depends on."""


class Source(Protocol):
    """What is to be found: everything's digest, and the documents themselves."""

    def digests(self) -> Mapping[str, bytes]:
        """Key → digest of all that should be in the index."""
        ...

    def documents(self, keys: Collection[str]) -> Iterable[Document]:
        """The documents with these keys."""
        ...


class State(msgspec.Struct, frozen=True):
    """state.json."""

    made_by: str
    """Fingerprint of the code that made the index."""
    folder: str
    documents: int
    stamp: str
    """Of the digests of all that is in it."""
    sizes: dict[str, int]
    """File → bytes."""


def refresh(folder: Path, source: Source, opened: Callable[[Path], Engine], name: str) -> Engine:
    """An engine over exactly what ``source`` has. Costs what changed.

    ``opened`` makes an engine of a folder, ``name`` says which kind of engine that is.
    """
    wanted = source.digests()
    made_by, stamp = f"{name}-{_fingerprint()}", _stamp(wanted)
    state = _read(folder)
    if state and state.made_by == made_by and state.stamp == stamp:
        engine = _opened(folder, state, opened)
        if engine is not None:
            return engine
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder / "lock"):
        return _updated(folder, source, wanted, made_by, opened)


def rebuild(folder: Path, source: Source, opened: Callable[[Path], Engine], name: str) -> Engine:
    """The same, whatever is there: for an index that turned out to be damaged."""
    (folder / "state.json").unlink(missing_ok=True)
    return refresh(folder, source, opened, name)


def _updated(
    folder: Path,
    source: Source,
    wanted: Mapping[str, bytes],
    made_by: str,
    opened: Callable[[Path], Engine],
) -> Engine:
    """Under the lock: the index in use changed in place, or a new one built."""
    state = _read(folder)
    engine = _opened(folder, state, opened) if state and state.made_by == made_by else None
    if engine is not None and state is not None:
        try:
            _change(engine, source, wanted)
        except DamagedIndexError:
            engine.close()
        else:
            _write(folder, state.folder, made_by, wanted)
            return engine
    return _built(folder, source, wanted, made_by, opened)


def _change(engine: Engine, source: Source, wanted: Mapping[str, bytes]) -> None:
    held = engine.digests()
    engine.remove(held.keys() - wanted.keys())
    new = [key for key, digest in wanted.items() if held.get(key) != digest]
    engine.add(source.documents(new))
    engine.commit()


def _built(
    folder: Path,
    source: Source,
    wanted: Mapping[str, bytes],
    made_by: str,
    opened: Callable[[Path], Engine],
) -> Engine:
    generation = f"g-{secrets.token_hex(4)}"
    engine = opened(folder / generation)
    engine.add(source.documents(list(wanted)))
    engine.commit()
    _write(folder, generation, made_by, wanted)
    engine.publish()
    for other in folder.glob("g-*"):
        if other.name != generation:
            shutil.rmtree(other, ignore_errors=True)
    return engine


def _opened(folder: Path, state: State, opened: Callable[[Path], Engine]) -> Engine | None:
    """The index that ``state`` names; None where its files are not those that were written."""
    place = folder / state.folder
    try:
        if any((place / file).stat().st_size != size for file, size in state.sizes.items()):
            return None
        engine = opened(place)
        if engine.counts("seq", [])[0] == state.documents:
            return engine
        engine.close()
    except (OSError, DamagedIndexError):
        return None
    return None


def _read(folder: Path) -> State | None:
    try:
        return msgspec.json.decode((folder / "state.json").read_bytes(), type=State)
    except (OSError, msgspec.MsgspecError):
        return None


def _write(folder: Path, generation: str, made_by: str, wanted: Mapping[str, bytes]) -> None:
    place = folder / generation
    found = place.iterdir() if place.is_dir() else iter(())
    sizes = {file.name: file.stat().st_size for file in found if _lasting(file)}
    state = State(made_by, generation, len(wanted), _stamp(wanted), sizes)
    fresh = folder / f"state-{secrets.token_hex(4)}"
    with fresh.open("wb") as file:
        file.write(msgspec.json.encode(state))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / "state.json")


def _lasting(file: Path) -> bool:
    return file.is_file() and not file.name.startswith(".") and file.suffix != ".lock"


def _stamp(digests: Mapping[str, bytes]) -> str:
    made = hashlib.sha256()
    for key in sorted(digests):
        made.update(key.encode("utf-8", "surrogatepass") + b"\0" + digests[key] + b"\n")
    return made.hexdigest()


def _fingerprint() -> str:
    """Of the code and tables that decide what an index holds."""
    made = hashlib.sha256()
    root = files("kb.search")
    for part in _PARTS:
        place = root / part
        for file in [place] if place.is_file() else sorted(place.iterdir(), key=lambda f: f.name):
            if file.is_file():
                made.update(file.read_bytes())
    return made.hexdigest()[:16]


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """One writer at a time among processes; where the system has no such lock, the engine's own."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with file.open("wb") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
