"""One writer at a time of each thing that is written: archive, records, index, site, destination.

The lock of `NAME` is held on the file `.NAME.lock` beside it, which names the process that holds it
and goes away with the lock. The system gives a lock back when its holder dies, however it dies; a
file that such a holder left is of no weight. Readers take no lock.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kb.errors import InputError, KbError

if TYPE_CHECKING:
    from filelock import BaseFileLock

LIMIT: Final = 600.0
"""Seconds that another writer is waited for, unless `KB_WAIT` in the environment says otherwise."""
_AT_ONCE: Final = 0.2
"""Seconds of waiting that need no message."""
_NO_LOCKS: Final = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP})
"""What a file system answers that knows no locks."""


class BusyError(KbError):
    """Another process still writes it."""


class UnwritableError(InputError):
    """The folder of what is to be written cannot be written to, by this user or at all."""


@contextmanager
def writing(
    path: Path, what: str, *, limit: float | None = None, hint: str = "work in a folder of your own"
) -> Iterator[None]:
    """Hold the lock of ``path``; the thread that holds it may take it again.

    Another holder is waited for, which the logger `kb` tells once. BusyError where it still writes
    after ``limit`` seconds; UnwritableError where no lock can be made beside ``path``. On a file
    system without locks the logger says so, and the block runs without one. ``what`` is what a
    person calls it: `the archive`; ``hint`` what to do where there is no writing.
    """
    from filelock import FileLock  # who only reads need not load it

    place = lock_of(path)
    lock = FileLock(place, is_singleton=True, on_acquired=_note_holder)
    try:
        held = _taken(lock, path, what, _limit() if limit is None else limit)
    except OSError as error:
        raise _unwritable(path, error, hint) from error
    if not held:
        yield
        return
    try:
        yield
    finally:
        if lock.lock_counter == 1:
            with suppress(OSError):  # Windows keeps it as long as it is open
                place.unlink()
        lock.release()


def lock_of(path: Path) -> Path:
    """The file on which the lock of ``path`` is held: one, by whichever name it is reached."""
    real = Path(os.path.realpath(path))
    return real.with_name(f".{real.name}.lock")


def is_lock(name: str) -> bool:
    """Whether a file of that name is a lock, and nothing to look at or to copy."""
    return bool(re.fullmatch(r"\..+\.lock", name))


def _taken(lock: BaseFileLock, path: Path, what: str, limit: float) -> bool:
    """Take the lock, waiting for it; False where the file system has no locks. OSError: no file."""
    from filelock import Timeout

    try:
        try:
            lock.acquire(timeout=min(_AT_ONCE, limit))
        except Timeout:
            if limit <= _AT_ONCE:
                raise
            _tell(f"waiting: {_holder(path)} writes {what}")
            lock.acquire(timeout=limit)
    except Timeout as error:
        raise BusyError(
            f"{path}: {_holder(path)} still writes {what} after {limit:g} s",
            hint="run it again when that has ended; KB_WAIT=SECONDS waits longer",
        ) from error
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        _tell(f"note: {lock.lock_file}: no locks on this file system: one kb at a time there")
        return False
    return True


def _limit() -> float:
    """How long to wait. InputError where KB_WAIT is no number of seconds."""
    given = os.environ.get("KB_WAIT", "")
    if not re.fullmatch(r"[0-9]{0,9}", given, re.ASCII):
        raise InputError(f"KB_WAIT={given}: not a number of seconds")
    return float(given) if given else LIMIT


def _note_holder(file: int) -> None:
    with suppress(OSError):  # a full disk: the lock holds all the same
        os.ftruncate(file, 0)
        os.lseek(file, 0, os.SEEK_SET)
        os.write(file, f"{os.getpid()}\n".encode())


def _holder(path: Path) -> str:
    """Name the process that holds the lock, as far as it is known."""
    try:
        noted = lock_of(path).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        noted = ""
    return f"another kb (process {noted})" if noted.isdigit() else "another kb"


def _unwritable(path: Path, error: OSError, hint: str) -> UnwritableError:
    place = lock_of(path)
    if isinstance(error, PermissionError) and place.exists():
        return UnwritableError(
            f"{path}: {_holder(path)}, of another user, writes it or was ended while it did",
            hint=f"where none is running, delete {place}",
        )
    return UnwritableError(f"{path}: cannot be written here ({error.strerror or error})", hint=hint)


def _tell(message: str) -> None:
    import logging  # which takes longer to load than most of what needs no lock takes

    logging.getLogger("kb").warning(message)
