"""Back a home up, and restore one: all that cannot be made again, verified both times."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import kb
from kb.archive import Archive
from kb.backup import BackupFolder, BackupList, StoredFile
from kb.backup.backup_folder import ANOTHER, COPYING, PackWriter
from kb.config import Config, Home
from kb.destinations import check_destination, source_paths
from kb.errors import InputError
from kb.files import check_plain, make_folder, put_in_place, unwritable_told
from kb.freshness import own_profiles
from kb.library.argument_types import checked
from kb.library.verifying import verify
from kb.locks import is_lock, writing
from kb.times import now

_DERIVED: Final = ("archive.db", "cases.db", "index", "site", "fetch")
"""Beginnings of names under `.kb` that are not copied: made of the archive, or what is left of an
import; the archive itself is copied as of one moment."""

_STAGED: Final = ".restoring-"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupReport:
    """What a backup came to."""

    name: str
    """Its id, by which `restore` takes it."""
    files: tuple[str, ...]
    """What is in it, by path relative to the home."""
    size: int
    """Bytes of these."""
    added: int
    """Bytes that were stored: what no earlier backup in the folder had."""
    outside: tuple[str, ...]
    """Files that kb.toml names outside the home, which are not in it."""
    damage: tuple[str, ...]
    """What is wrong with the archive that was copied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreReport:
    """What was restored."""

    name: str
    """Id of the backup."""
    files: tuple[str, ...]
    """What is in the home again, by path relative to it."""
    aside: Path | None
    """Folder with what was in its place before."""
    damage: tuple[str, ...]
    """What is wrong with the archive, which was so when the backup was made."""


def back_up(home: Home, dest: Path, *, check: bool = False) -> BackupReport:
    """Add a backup to the folder ``dest``, made where there is none.

    It holds one moment of the archive, whoever writes it meanwhile. What is new is read back, and
    the copy is verified unless nothing is new. With ``check`` what earlier backups stored is read
    too, and stored again where it is damaged. InputError where ``dest`` is something else.
    """
    with Archive(home.archive) as archive, ExitStack() as stack:
        check_destination(dest, home, source_paths(home, archive.locations()))
        make_folder(dest.parent)
        stack.enter_context(writing(dest, "this backup"))
        folder = BackupFolder(dest, create=True)
        folder.sweep()
        with unwritable_told(dest):
            work = stack.enter_context(tempfile.TemporaryDirectory(prefix=COPYING, dir=dest))
            copy = Home(Path(work), Config())
            copy.archive.parent.mkdir()
            archive.copy_to(copy.archive)
        return _store(folder, home, copy, check=check)


def _store(folder: BackupFolder, home: Home, copy: Home, *, check: bool) -> BackupReport:
    """Store the files of a home, of which ``copy`` has the archive."""
    inside, outside = _files_of(home)
    files = [(".kb/archive.db", copy.archive), *inside]
    last = _last(folder)
    known = folder.known(last.files if last else (), check=check)
    name = folder.new_id()
    writer = PackWriter(folder, name, known)
    stored = writer.write(files)
    if last and stored == last.files:
        name, damage = folder.names()[-1], last.damage
    else:
        damage = tuple(map(str, verify(copy).damage))
        made = BackupList(made=now(), kb=kb.__version__, files=stored, damage=damage)
        folder.finish(name, made)
    return BackupReport(
        name=name, files=tuple(file.name for file in stored), added=writer.added,
        size=sum(file.size for file in stored), outside=outside, damage=damage,
    )  # fmt: skip


def _last(folder: BackupFolder) -> BackupList | None:
    """Read the latest list that is whole."""
    for name in reversed(folder.names()):
        try:
            return folder.read(name)
        except InputError:
            continue
    return None


def _files_of(home: Home) -> tuple[list[tuple[str, Path]], tuple[str, ...]]:
    """List the files that cannot be made again, by name, and those that stand outside the home."""
    inside: list[tuple[str, Path]] = []
    outside: list[str] = []
    for path in dict.fromkeys(
        (home.root / "kb.toml", home.root / "corrections.toml", *own_profiles(home))
    ):
        if path.is_file():
            name = os.path.relpath(path, home.root)
            if name.startswith(os.pardir):
                outside.append(name)
            else:
                inside.append((Path(name).as_posix(), path))
    return [*inside, *_data_of(home)], tuple(outside)


def _data_of(home: Home) -> Iterator[tuple[str, Path]]:
    """Yield what is under `.kb` and neither derived nor temporary: the key, and what is noted."""
    data = home.archive.parent
    for path in sorted(data.rglob("*")):
        top = path.relative_to(data).parts[0]
        if path.is_file() and not path.is_symlink() and not top.startswith((".", *_DERIVED)):
            yield path.relative_to(home.root).as_posix(), path


@checked
def restore(
    backup: str | Path, home: str | Path, *, at: str | None = None, force: bool = False
) -> RestoreReport:
    """Put the latest backup of a folder, or that of the id ``at``, into a home's folder.

    It is verified before it comes into its place, whole or not at all. InputError where the home
    has any of it already in another form; ``force`` puts that aside, and deletes nothing.
    NotFoundError where there is no such backup.
    """
    folder, root = BackupFolder(Path(backup)), Path(home)
    names = folder.names()
    if not names:
        raise InputError(f"{backup}: no backup in it was finished", hint="run kb backup again")
    name = at or names[-1]
    found = folder.read(name)
    make_folder(root)
    with writing(root / ".kb", "this home"), unwritable_told(root / ".kb"):
        for left in root.glob(f"{_STAGED}*"):  # by a run that was killed
            shutil.rmtree(left, ignore_errors=True)
        staged = Path(tempfile.mkdtemp(prefix=_STAGED, dir=root))
        try:
            for stored in found.files:
                _write(folder, stored, staged / stored.name)
            damage = tuple(map(str, verify(Home(staged, Config())).damage))
            for line in sorted(set(damage) - set(found.damage)):
                raise InputError(f"{backup}: {name}: damaged: {line}", hint=ANOTHER)
            files = tuple(stored.name for stored in found.files)
            aside = _exchanged(staged, root, files, force=force)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    return RestoreReport(name=name, files=files, aside=aside, damage=damage)


def _write(folder: BackupFolder, stored: StoredFile, path: Path) -> None:
    """Write a file of a backup. InputError where it is not as it was backed up."""
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = hashlib.sha256()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for data in folder.chunks(stored):
            whole.update(data)
            file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if whole.hexdigest() != stored.sha256:
        raise InputError(f"{folder.path}: {stored.name} is damaged", hint=ANOTHER)
    path.chmod(stored.mode & 0o777)


def _exchanged(staged: Path, root: Path, names: Sequence[str], *, force: bool) -> Path | None:
    """Exchange what is staged with what the home has; return where that is now, if anywhere.

    The folder `.kb` is exchanged whole, since what is derived belongs to the archive beside it, and
    last. What is exchanged has a lasting name before: whenever this is killed, nothing is lost.
    """
    parts = [*(name for name in names if Path(name).parts[0] != ".kb"), ".kb"]
    for part in parts:
        check_plain(root / part)
    there = [part for part in parts if _differs(staged / part, root / part)]
    if there and not force:
        raise InputError(
            f"{root}: has {', '.join(there)} already",
            hint="name a new folder; --force (in Python: force=True) puts these aside",
        )
    aside = root / staged.name.replace(_STAGED, "before-restore-") if there else None
    if aside is not None:
        staged = staged.rename(aside)
    busy = writing(root / ".kb" / "archive.db", "the archive")
    with busy if (root / ".kb").is_dir() else nullcontext():
        for part in parts:
            make_folder((root / part).parent)
            put_in_place(staged / part, root / part)
            if part not in there:
                _delete(staged / part)
    return aside


def _delete(path: Path) -> None:
    """Delete what is the same as what took its place: a file, or an empty folder."""
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)


def _differs(new: Path, old: Path) -> bool:
    """Whether there is something at ``old`` that would be lost."""
    if old.is_dir():
        return any(not is_lock(path.name) for path in old.iterdir())
    return old.is_file() and old.read_bytes() != new.read_bytes()
