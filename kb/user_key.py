"""A key of this user's own, by which files are known again that we wrote on this machine.

It stands in the user's folder of state (XDG base directories; Windows: local application data),
outside of any home, so that nobody who hands over a home can have made it.
"""

from __future__ import annotations

import os
import secrets
import stat
import sys
from functools import cache
from pathlib import Path
from typing import Final

from kb.files import write_whole
from kb.foreign_folder import ForeignFolder

_SIZE: Final = 32
_NAME: Final = "index.key"


def state_folder() -> Path:
    """Return where this user's programs keep state. RuntimeError where the user has no home."""
    if sys.platform == "win32":
        given, default = os.environ.get("LOCALAPPDATA", ""), ("AppData", "Local")
    elif sys.platform == "darwin":
        given, default = "", ("Library", "Application Support")
    else:
        given, default = os.environ.get("XDG_STATE_HOME", ""), (".local", "state")
    base = Path(given) if Path(given).is_absolute() else Path.home().joinpath(*default)
    return base / "casebook"


def user_key() -> bytes:
    """Return the key, made where there is none; of this process alone where none can be kept."""
    try:
        folder = state_folder()
        found = _kept(folder)
        if found is None:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (folder / _NAME).unlink(missing_ok=True)  # whose mode a new one would have
            write_whole(folder / _NAME, secrets.token_bytes(_SIZE), mode=0o600)
            found = _kept(folder)
    except (OSError, RuntimeError) as error:
        return _of_this_process(str(error))
    return found or _of_this_process(f"{folder / _NAME} cannot be read again")


def _kept(folder: Path) -> bytes | None:
    """Read the key; None where it is missing, cut off, or others may have read or written it."""
    try:
        with ForeignFolder(folder).open(_NAME) as file:
            facts = os.fstat(file.fileno())
            data = file.read(_SIZE + 1)
    except OSError:
        return None
    posix = hasattr(os, "getuid")
    private = not posix or (facts.st_uid == os.getuid() and not stat.S_IMODE(facts.st_mode) & 0o077)
    return data if private and len(data) == _SIZE else None


@cache
def _of_this_process(why: str) -> bytes:
    import logging  # takes longer to load than the rest

    logging.getLogger("kb").warning(
        "note: no key can be kept (%s): what needs one is built anew each time", why
    )
    return secrets.token_bytes(_SIZE)
