"""Write files and folders atomically: under a temporary name first, then in place at once."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, TypeAlias

from kb.errors import InputError, UsageError

MARK = ".casebook"
"""A file in every folder that kb made; it replaces no other folder."""

_AT_FDCWD = -100
_EXCHANGE = 2
"""RENAME_EXCHANGE of Linux's renameat2 and RENAME_SWAP of macOS's renamex_np alike."""


_ELSEWHERE: Final = "choose another place"
_ROOM: Final = "make room there, or choose another place; what was there before is whole"
_HINTS: Final = {
    errno.ENOSPC: _ROOM, errno.EDQUOT: _ROOM, errno.EFBIG: _ROOM, errno.EROFS: _ELSEWHERE,
    errno.EACCES: _ELSEWHERE, errno.EPERM: _ELSEWHERE, errno.ENOENT: _ELSEWHERE,
    errno.ENOTDIR: _ELSEWHERE, errno.EEXIST: _ELSEWHERE, errno.EISDIR: "name a file",
    errno.EMFILE: "allow more open files (ulimit -n)",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.EIO: "the disk is full or fails: make room; if that does not help, copy what matters",
}  # fmt: skip
"""What the system may say of a write, and what to do about it."""
_OF_RUST: Final = re.compile(r"\(os error ([0-9]{1,4})\)")
"""How libraries that are written in Rust (tantivy) say it."""
_LEAST_ROOM: Final = 1 << 16
_OF_SQLITE: Final = {
    8: errno.EROFS, 13: errno.ENOSPC, 14: errno.EACCES,
    **dict.fromkeys((778, 1034, 1546, 4618, 4874, 5386), errno.EIO),
}  # fmt: skip
"""The same of SQLite, by its codes READONLY, FULL, CANTOPEN; IOERR of WRITE, FSYNC, TRUNCATE,
SHMOPEN, SHMSIZE, SHMMAP."""


@contextmanager
def unwritable_told(path: Path) -> Iterator[None]:
    """Raise what keeps ``path`` from being written as an InputError that says what to do."""
    try:
        yield
    except Exception as error:
        number = system_error(error)
        named = getattr(error, "filename", None) or path
        here = Path(os.fsdecode(named)).absolute()
        if number == errno.EIO and _is_full(path):
            number = errno.ENOSPC  # SQLite says no more of the memory that processes share
        if number not in _HINTS or path.absolute().parent not in here.parents:
            raise
        raise InputError(
            f"{path}: cannot be written: {os.strerror(number)}", hint=_HINTS[number]
        ) from error


def _is_full(path: Path) -> bool:
    with suppress(OSError):
        return shutil.disk_usage(path.parent).free < _LEAST_ROOM
    return False


def system_error(error: Exception) -> int | None:
    """Return what the system said, by its number; None where it is not the system that fails."""
    if isinstance(error, OSError):
        return error.errno
    if found := _OF_RUST.search(str(error)):
        return int(found[1])
    return _OF_SQLITE.get(getattr(error, "sqlite_errorcode", 0))


def hint_for(error: OSError) -> str:
    """What to do about trouble of the system; empty where nobody knows."""
    return _HINTS.get(error.errno or 0, "")


def is_writable(folder: Path) -> bool:
    """Whether files can be made in a folder, or in the nearest one above it that is there."""
    there = next(one for one in (folder.absolute(), *folder.absolute().parents) if one.exists())
    return os.access(there, os.W_OK)


def make_folder(path: Path) -> None:
    """Make a folder, and those above it. InputError where that cannot be."""
    with unwritable_told(path):
        path.mkdir(parents=True, exist_ok=True)


def check_plain(path: Path) -> None:
    """Raise InputError for a link, a device, a pipe: what is put there would go elsewhere."""
    if path.is_symlink():
        raise InputError(
            f"{path}: a link to {path.readlink()}, which would be written over",
            hint="name the place that it leads to",
        )
    if path.exists() and not path.is_file() and not path.is_dir():
        raise InputError(
            f"{path}: a device or a pipe", hint="name a file, or - for stdout where that can be"
        )


def write_whole(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Replace the file's content atomically and durably: a crash leaves the old or the new.

    A new file has ``mode``, less what the process masks; one that is replaced keeps its own.
    InputError where ``path`` is a link or cannot be written.
    """
    check_plain(path)
    with _complete(path, data, mode) as fresh:
        with suppress(OSError):  # it is new, or the file system has no modes
            fresh.chmod(stat.S_IMODE(path.stat().st_mode))
        fresh.replace(path)


def write_new(path: Path, data: bytes, *, mode: int = 0o666) -> bool:
    """Write a file whole where there is none; False where there is something, which stays.

    Of several processes at once, one writes it.
    """
    with _complete(path, data, mode) as fresh:
        try:
            os.link(fresh, path)
        except FileExistsError:
            return False
        except OSError:  # no hard links on this file system
            if os.path.lexists(path):
                return False
            fresh.replace(path)
    return True


@contextmanager
def _complete(path: Path, data: bytes, mode: int) -> Iterator[Path]:
    """Yield a temporary file beside ``path`` that holds ``data``, on disk."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with unwritable_told(path):
            number = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(number, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            yield fresh
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the same folder; it replaces ``path`` if the block ends well.

    InputError where ``path`` is a link or cannot be written.
    """
    if path.is_dir():
        raise UsageError(f"{path}: a folder", hint="name a file")
    check_plain(path)
    make_folder(path.parent)
    part = path.with_name(f".{path.name}.part")
    try:
        with unwritable_told(path):
            part.unlink(missing_ok=True)
            yield part
            with part.open("r+b") as file:
                os.fsync(file.fileno())
            part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


Kind: TypeAlias = Literal["export", "tree", "site"]
"""What kb makes a folder of: tables and the like, a tree of Markdown, a site."""


def check_ours(path: Path, kind: Kind) -> None:
    """Raise InputError where ``path`` holds something that kb did not make, or of another kind."""
    if not path.exists() or (path.is_dir() and not any(path.iterdir())):
        return
    if kind_of(path) != kind:
        raise InputError(
            f"{path}: not a folder that kb made as {'an' * (kind == 'export') or 'a'} {kind}",
            hint="name an empty or new one",
        )


def kind_of(folder: Path) -> Kind | None:
    """Tell what kb made of a folder, by what stands in its mark; None where it made nothing.

    InputError where the mark is a pipe or a device, which would be waited for.
    """
    mark = folder / MARK
    if mark.exists() and not mark.is_file():
        raise InputError(f"{mark}: no regular file", hint="name an empty or new folder")
    try:
        with mark.open("rb") as file:
            begins = file.read(1)
    except OSError:
        return None
    return "export" if not begins else "tree" if begins == b"{" else "site"


@contextmanager
def new_folder(path: Path, *, kind: Kind = "export", keep: bool = False) -> Iterator[Path]:
    """Yield an empty folder next to ``path``; it replaces ``path`` if the block ends well.

    With ``keep``, it stays where it is if the block fails. InputError: see check_ours.
    """
    check_plain(path)
    check_ours(path, kind)
    make_folder(path.parent)
    staged = staging_of(path)
    shutil.rmtree(staged, ignore_errors=True)
    try:
        with unwritable_told(path):
            staged.mkdir()
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
