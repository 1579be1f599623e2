"""What others put into a tree, and settings that they changed: kept by the next export of it."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from importers.markdown.memory import FOLDER
from kb.errors import InputError
from kb.export.markdown.manifest import Manifest
from kb.files import MARK, sha256_of

_LOG = logging.getLogger("kb")


def take_over(dest: Path, root: Path, old: Manifest) -> None:
    """Have all that the tree at ``dest`` has from others in the one that was written at ``root``.

    That are files that no export of it wrote, as its `.git`, and settings that somebody changed,
    which the logger `kb` tells. InputError where one stands where the new tree has a page.
    """
    changed = set(_changed_settings(dest, old))
    own = {MARK, *(path for path, _ in old.digests()), *old.made} - changed
    for path, is_folder in _paths_in(dest):
        target = root / path
        if is_folder:
            target.mkdir(parents=True, exist_ok=True)
        elif path not in own:
            if path in changed:
                target.unlink(missing_ok=True)
                _LOG.warning("note: %s was changed and stays as it is", dest / path)
            elif os.path.lexists(target):
                raise InputError(
                    f"{dest / path}: not of this tree, and in the way of what belongs there",
                    hint="move it, then export again",
                )
            target.parent.mkdir(parents=True, exist_ok=True)
            _double(dest / path, target)


def _changed_settings(dest: Path, old: Manifest) -> Iterator[str]:
    for path, sha256 in old.made_sha256.items():
        file = dest / path
        if file.is_symlink() or (file.is_file() and sha256_of(file) != sha256):
            yield path


def _paths_in(dest: Path) -> Iterator[tuple[str, bool]]:
    """Yield each file and link in a tree, and each empty folder, with whether it is a folder."""
    for where, folders, files in os.walk(dest):
        here = Path(where)
        if here == dest:
            folders[:] = [name for name in folders if name != FOLDER]
        links = [name for name in folders if (here / name).is_symlink()]
        for name in (*files, *links):
            yield (here / name).relative_to(dest).as_posix(), False
        if here != dest and not folders and not files:
            yield here.relative_to(dest).as_posix(), True


def _double(path: Path, target: Path) -> None:
    """Have a file or link at ``target`` too, without a copy of its bytes where that can be."""
    try:
        os.link(path, target, follow_symlinks=False)
    except (OSError, NotImplementedError):
        shutil.copy2(path, target, follow_symlinks=False)
