"""Where an export goes: written beside, then put in its place at once."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kb.errors import InputError, UsageError
from kb.publish.swap import MARK, publish, staging_of


def path_of(dest: str, what: str) -> Path:
    """``dest`` as a path. UsageError where it means stdout, which ``what`` cannot go to."""
    if dest == "-":
        raise UsageError(f"{what} cannot go to stdout", hint="name a path")
    return Path(dest)


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A path beside ``path`` to write to; it takes its place when all went well."""
    if path.is_dir():
        raise UsageError(f"{path}: a folder", hint="name a file")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def check_ours(path: Path) -> None:
    """InputError where ``path`` holds something that no export of kb made."""
    if path.exists() and (
        not path.is_dir() or (any(path.iterdir()) and not (path / MARK).exists())
    ):
        raise InputError(f"{path}: not a folder that kb made", hint="name an empty or new one")


@contextmanager
def new_folder(path: Path, *, keep: bool = False) -> Iterator[Path]:
    """An empty folder beside ``path`` to fill; it takes its place when all went well.

    With ``keep``, what was filled stays where it is when something went wrong.
    """
    check_ours(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = staging_of(path)
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir()
    try:
        yield staged
        if not (staged / MARK).exists():
            (staged / MARK).touch()
        publish(staged, path)
        keep = False
    finally:
        if not keep:
            shutil.rmtree(staged, ignore_errors=True)


def sha256_of(path: Path) -> str:
    """The file's sha256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
