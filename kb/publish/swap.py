"""A folder that changes at once: built beside the old one, then exchanged with it."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

MARK = ".casebook"
"""A file in every folder that kb made; it replaces no other folder."""

_AT_FDCWD = -100
_EXCHANGE = 2
"""RENAME_EXCHANGE of Linux's renameat2 and RENAME_SWAP of macOS's renamex_np alike."""


def staging_of(out: Path) -> Path:
    """Where the next build of ``out`` is written: beside it, on the same file system."""
    return out.parent / f".{out.name}.next"


def aside_of(out: Path) -> Path:
    """Where ``out`` stands for a moment on a system that cannot exchange two folders."""
    return out.parent / f".{out.name}.old"


def publish(staged: Path, out: Path) -> None:
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
    """The system's exchange of two paths, or None. It answers False where it can't do these."""
    if sys.platform not in ("linux", "darwin"):
        return None
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
