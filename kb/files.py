"""Write files and folders atomically: under a temporary name first, then in place at once."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from kb.errors import InputError, UsageError

MARK = ".casebook"
"""A file in every folder that kb made; it replaces no other folder."""

_AT_FDCWD = -100
_EXCHANGE = 2
"""RENAME_EXCHANGE of Linux's renameat2 and RENAME_SWAP of macOS's renamex_np alike."""


def make_folder(path: Path) -> None:
    """Make a folder, and those above it. InputError where that cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{path}: this folder cannot be made: {error.strerror}", hint="choose another place"
        ) from error


def write_whole(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Replace the file's content atomically and durably: a crash leaves the old or the new.

    A new file has ``mode``, less what the process masks.
    """
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the same folder; it replaces ``path`` if the block ends well."""
    if path.is_dir():
        raise UsageError(f"{path}: a folder", hint="name a file")
    make_folder(path.parent)
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def check_ours(path: Path) -> None:
    """Raise InputError where ``path`` holds something that kb did not make."""
    ours = path.is_dir() and ((path / MARK).exists() or not any(path.iterdir()))
    if path.exists() and not ours:
        raise InputError(f"{path}: not a folder that kb made", hint="name an empty or new one")


@contextmanager
def new_folder(path: Path, *, keep: bool = False) -> Iterator[Path]:
    """Yield an empty folder next to ``path``; it replaces ``path`` if the block ends well.

    With ``keep``, it stays where it is if the block fails. InputError: see check_ours.
    """
    check_ours(path)
    make_folder(path.parent)
    staged = staging_of(path)
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir()
    try:
        yield staged
        (staged / MARK).touch()
        put_in_place(staged, path)
        keep = False
    finally:
        if not keep:
            shutil.rmtree(staged, ignore_errors=True)


def sha256_of(path: Path) -> str:
    """Return the file's sha256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def staging_of(out: Path) -> Path:
    """Return where the next ``out`` is written: next to it, on the same file system."""
    return out.parent / f".{out.name}.next"


def aside_of(out: Path) -> Path:
    """Return where ``out`` stands for a moment on a system that cannot exchange two folders."""
    return out.parent / f".{out.name}.old"


def put_in_place(staged: Path, out: Path) -> None:
    """Put ``staged`` in the place of ``out``; what was there is then at ``staged``.

    Atomic where the system can exchange two folders (Linux, macOS): whoever looks, sees the old
    site or the new. Elsewhere two renames, with a moment of no site between.
    """
    if not out.exists():
        staged.rename(out)
        return
    exchange = _exchanger()
    if exchange is None or not exchange(staged, out):
        aside = aside_of(out)
        shutil.rmtree(aside, ignore_errors=True)
        out.rename(aside)
        staged.rename(out)
        aside.rename(staged)


@lru_cache(maxsize=1)
def _exchanger() -> Callable[[Path, Path], bool] | None:
    """Return the system's exchange of two paths, or None. It returns False where it can't."""
    if sys.platform not in ("linux", "darwin"):
        return None
    import ctypes  # which few need: no reader of what is there

    library = ctypes.CDLL(None, use_errno=True)
    linux, mac = getattr(library, "renameat2", None), getattr(library, "renamex_np", None)
    if linux is None and mac is None:
        return None

    def exchange(one: Path, other: Path) -> bool:
        a, b = os.fsencode(one), os.fsencode(other)
        if linux is not None:
            failed = linux(_AT_FDCWD, a, _AT_FDCWD, b, _EXCHANGE)
        else:
            failed = mac(a, b, _EXCHANGE) if mac is not None else -1
        if failed and ctypes.get_errno() not in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
            raise OSError(ctypes.get_errno(), "exchange", str(other))
        return not failed

    return exchange
