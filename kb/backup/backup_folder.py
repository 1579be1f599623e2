"""A folder of backups: a list of files for each, and packs of the chunks that they are made of.

`ID.list` is a line `casebook-backup 1 SHA256` and JSON, of which that is the digest. A file is a
row of chunks of 64 KiB, the last one shorter; a chunk stands in `ID.pack` of the backup that met it
first. SQLite changes a file in place, so a later backup has new chunks only for what changed. A
backup is there once its list is; what a run left that was killed before is deleted by the next.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Final

import msgspec

from kb.errors import BAD_JSON, InputError, NotFoundError
from kb.files import check_plain, make_folder, unwritable_told, write_whole
from kb.times import now

MARK: Final = ".casebook-backup"
"""A file in each folder of backups. No export and no site replaces such a folder."""
COPYING: Final = ".copy-"
"""Beginning of the name of a folder in it that holds a copy while a backup is made."""
CHUNK: Final = 64 << 10
ANOTHER: Final = "another backup may be whole: --at ID (in Python: at=ID) names it"
"""What to do about a damaged one."""
_FORMAT: Final = b"casebook-backup 1"
_ID: Final = re.compile(r"[0-9]{8}T[0-9]{6}Z(?:-[0-9]{1,9})?")
_LEFT: Final = re.compile(rf"\.?{_ID.pattern}\.(?:pack|part|list)(?:\.[0-9a-f]{{8}})?")
_PRIVATE: Final = 0o600


class StoredChunk(msgspec.Struct, frozen=True, array_like=True):
    """Some bytes of a file, and where they are."""

    sha256: str
    backup: str
    """Id of the backup in whose pack they are."""
    start: int
    size: int


class StoredFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a home."""

    name: str
    """Path relative to the home, with `/`."""
    mode: int
    sha256: str
    chunks: tuple[StoredChunk, ...]

    @property
    def size(self) -> int:
        """Length in bytes."""
        return sum(chunk.size for chunk in self.chunks)


class BackupList(msgspec.Struct, frozen=True, kw_only=True):
    """One backup: what was in the home at one moment."""

    made: str
    """When, in UTC."""
    kb: str
    """Version of kb that made it."""
    files: tuple[StoredFile, ...]
    damage: tuple[str, ...] = ()
    """What was wrong with the archive already then."""


class BackupFolder:
    """A folder that `kb backup` made. One process at a time writes to it (kb.locks)."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        """Open a folder of backups; with ``create``, make it where there is none.

        InputError where there is something else. Nobody but its owner may look into a new one.
        """
        self.path = path
        check_plain(path)
        if create and (not path.exists() or (path.is_dir() and not any(path.iterdir()))):
            make_folder(path)
            with unwritable_told(path):
                path.chmod(0o700)
            write_whole(path / MARK, _FORMAT + b"\n", mode=_PRIVATE)
        if not (path / MARK).is_file():
            hint = "name an empty or new folder" if create else "name the folder of kb backup"
            raise InputError(f"{path}: no folder of backups", hint=hint)

    def names(self) -> list[str]:
        """List the ids of all backups, the oldest first."""
        found = (file.stem for file in self.path.glob("*.list") if file.is_file())
        return sorted((one for one in found if _ID.fullmatch(one)), key=_order)

    def read(self, name: str) -> BackupList:
        """Read a backup's list. NotFoundError for none of that id, InputError for a damaged one."""
        if name not in self.names():
            have = ", ".join(self.names()[-5:]) or "none"
            raise NotFoundError(f"{self.path}: no backup {name!r}", hint=f"there are: {have}")
        file = self.path / f"{name}.list"
        head, _, body = file.read_bytes().partition(b"\n")
        if head != _FORMAT + b" " + hashlib.sha256(body).hexdigest().encode():
            raise InputError(
                f"{file}: damaged, or of a newer kb",
                hint=ANOTHER,
            )
        try:
            found = msgspec.json.decode(body, type=BackupList)
        except BAD_JSON as error:
            raise InputError(f"{file}: {error}", hint="update kb") from error
        for stored in found.files:
            _check_name(file, stored.name)
        return found

    def chunks(self, stored: StoredFile) -> Iterator[bytes]:
        """Yield a file's bytes. InputError where any are missing or damaged."""
        for chunk in stored.chunks:
            data = self.read_chunk(chunk)
            if data is None:
                raise InputError(
                    f"{self._pack(chunk.backup)}: damaged at byte {chunk.start}, where"
                    f" {stored.name} needs it", hint=ANOTHER,
                )  # fmt: skip
            yield data

    def read_chunk(self, chunk: StoredChunk) -> bytes | None:
        """Read a chunk; None where its bytes are missing or have another digest."""
        try:
            with self._pack(chunk.backup).open("rb") as pack:
                pack.seek(chunk.start)
                data = pack.read(min(chunk.size, CHUNK))
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest() == chunk.sha256 else None

    def known(self, files: Iterable[StoredFile], *, check: bool) -> dict[str, StoredChunk]:
        """Map digests to chunks that need not be stored again: those whose pack is long enough.

        With ``check``, those that were read and are whole.
        """
        sizes: dict[str, int] = {}
        found: dict[str, StoredChunk] = {}
        for chunk in (chunk for file in files for chunk in file.chunks):
            if chunk.backup not in sizes:
                pack = self._pack(chunk.backup)
                sizes[chunk.backup] = pack.stat().st_size if pack.is_file() else 0
            there = chunk.start + chunk.size <= sizes[chunk.backup]
            if there and (not check or self.read_chunk(chunk) is not None):
                found[chunk.sha256] = chunk
        return found

    def sweep(self) -> None:
        """Delete what runs left that were killed: packs without a list, unfinished files."""
        kept = {f"{name}.{kind}" for name in self.names() for kind in ("list", "pack")}
        for path in self.path.iterdir():
            if path.name in kept or path.name == MARK:
                continue
            if path.name.startswith(COPYING) and path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif _LEFT.fullmatch(path.name) and path.is_file():
                path.unlink()

    def new_id(self) -> str:
        """Return an id for a backup that is made now, later than all others whatever the clock."""
        moment = re.sub(r"[-:]", "", now())
        last, _, count = self.names()[-1].partition("-") if self.names() else ("", "", "")
        return moment if moment > last else f"{last}-{int(count or 0) + 1}"

    def finish(self, name: str, made: BackupList) -> None:
        """Write the list of a backup whose pack is written: from now on it is there."""
        body = msgspec.json.encode(made)
        head = _FORMAT + b" " + hashlib.sha256(body).hexdigest().encode()
        write_whole(self.path / f"{name}.list", head + b"\n" + body, mode=_PRIVATE)

    def _pack(self, name: str) -> Path:
        if not _ID.fullmatch(name):
            raise InputError(f"{self.path}: {name!r} is no backup")
        return self.path / f"{name}.pack"


class PackWriter:
    """Writes the chunks of a backup that are not ``known`` into its pack."""

    def __init__(self, folder: BackupFolder, name: str, known: Mapping[str, StoredChunk]) -> None:
        self._folder = folder
        self._name = name
        self._known = dict(known)
        self._new: list[StoredChunk] = []
        self._part = folder.path / f".{name}.part"

    @property
    def added(self) -> int:
        """Bytes that were stored."""
        return sum(chunk.size for chunk in self._new)

    def write(self, files: Iterable[tuple[str, Path]]) -> tuple[StoredFile, ...]:
        """Store files, each with its name; read back all that was new, and put it in place.

        InputError where it cannot be written, or is not what was written.
        """
        with unwritable_told(self._part):
            number = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
            with os.fdopen(number, "wb") as pack:
                stored = tuple(self._stored(pack, name, path) for name, path in files)
                pack.flush()
                os.fsync(pack.fileno())
            if not self._new:
                self._part.unlink()
                return stored
            self._part.replace(self._folder.path / f"{self._name}.pack")
        if any(self._folder.read_chunk(chunk) is None for chunk in self._new):
            raise InputError(
                f"{self._folder.path}: what was written is read back otherwise",
                hint="the disk fails: back up to another one",
            )
        return stored

    def _stored(self, pack: IO[bytes], name: str, path: Path) -> StoredFile:
        whole = hashlib.sha256()
        chunks: list[StoredChunk] = []
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode & 0o777
            while data := file.read(CHUNK):
                whole.update(data)
                sha256 = hashlib.sha256(data).hexdigest()
                if sha256 not in self._known:
                    chunk = StoredChunk(sha256, self._name, pack.tell(), len(data))
                    pack.write(data)
                    self._known[sha256] = chunk
                    self._new.append(chunk)
                chunks.append(self._known[sha256])
        return StoredFile(name=name, mode=mode, sha256=whole.hexdigest(), chunks=tuple(chunks))


def _check_name(file: Path, name: str) -> None:
    """Raise InputError for a name that leads out of the home."""
    path = Path(name)
    if path.is_absolute() or path.drive or ".." in path.parts or "\0" in name or not path.parts:
        raise InputError(f"{file}: {name!r} is no name within a home")


def _order(name: str) -> tuple[str, int]:
    moment, _, count = name.partition("-")
    return moment, int(count or 0)
