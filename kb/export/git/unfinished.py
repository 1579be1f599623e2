"""Tell a folder that may become a repository, and clear what a killed `git init` left in it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from kb.errors import UsageError
from kb.foreign_folder import ForeignFolder

_PARTS: Final = frozenset(("HEAD", "config", "objects", "refs"))
"""What a repository has, and `git init` with no template makes."""


def clear_unfinished(dest: Path, place: Path) -> bool:
    """Return whether a repository is to be made at ``place``, which is ``dest`` or its `.git`.

    What is there of it without an object or a branch is deleted first. UsageError where there is
    anything else.
    """
    if not dest.exists():
        return True
    if not dest.is_dir():
        raise UsageError(f"{dest}: not a folder", hint="name a new folder")
    whole = ForeignFolder(place)
    if all(whole.is_folder(n) for n in ("objects", "refs")) and whole.is_file("HEAD"):
        return False
    if place != dest and any(path != place for path in dest.iterdir()):
        raise UsageError(f"{dest}: not empty and no repository", hint="name a new folder")
    left = sorted(place.iterdir()) if place.is_dir() else [place] if place.exists() else []
    for path in left:
        known = path.name.removesuffix(".lock") in _PARTS and not path.is_symlink()
        if not known or (path.is_dir() and any(not p.is_dir() for p in path.rglob("*"))):
            raise UsageError(f"{dest}: not empty and no repository", hint="name a new folder")
    for path in left:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return True
