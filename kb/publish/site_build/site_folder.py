"""A site's folder, and the staging folder beside it that the next build is prepared in.

The staging folder holds the build before the present one. A build first brings it up to the present
one (by hard links, for the files that differ), then writes and deletes what changed, marks it with
the new build's name, and exchanges the two. Killed at any point, the site is the old or the new;
a staging folder without a mark is made again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from kb.errors import InputError
from kb.files import MARK, aside_of, put_in_place, staging_of


class SiteFolder:
    """A site's folder while it is being built. ``present`` names the build that is in it."""

    def __init__(self, out: Path) -> None:
        """InputError where ``out`` holds something that `kb build` did not make."""
        self.out = out
        self.staged = staging_of(out)
        aside = aside_of(out)
        if not out.exists() and (aside / MARK).is_file():
            aside.rename(out)
        if out.exists() and (
            not out.is_dir() or (any(out.iterdir()) and not (out / MARK).exists())
        ):
            raise InputError(
                f"{out}: not a site that kb made, so it is left alone",
                hint="name a new or an empty folder with --out",
            )
        self.present = _name(out)
        self._empty = False

    def prepare(self, before: str | None, differing: Iterable[str] | None) -> None:
        """Make the staging folder a copy of the present site; empty where ``differing`` is None.

        It may hold the build called ``before``, of which the ``differing`` paths are not as now.
        """
        if self.present is None or differing is None:
            shutil.rmtree(self.staged, ignore_errors=True)
            self._begin()
            self._empty = True
        elif before is not None and _name(self.staged) == before:
            (self.staged / MARK).unlink()
            for path in differing:
                self._take_over(path)
        else:
            self.double()
            (self.staged / MARK).unlink()

    def _begin(self) -> None:
        try:
            self.staged.mkdir(parents=True)
        except OSError as error:
            raise InputError(
                f"{self.out}: cannot be written here ({error.strerror})",
                hint="name a folder of your own with --out",
            ) from error

    def double(self) -> None:
        """Make the staging folder a copy of the present site, its mark too."""
        shutil.rmtree(self.staged, ignore_errors=True)
        shutil.copytree(self.out, self.staged, copy_function=os.link, ignore=lambda *_: [MARK])
        shutil.copy(self.out / MARK, self.staged / MARK)

    def read(self, path: str) -> bytes:
        """Read a file as it is prepared so far."""
        return (self.staged / path).read_bytes()

    def write(self, path: str, data: bytes) -> None:
        """Write a file; never into one that the present site shares."""
        target = f"{self.staged}/{path}"  # no Path: there are very many of these
        if not self._empty:
            with suppress(FileNotFoundError):
                os.unlink(target)  # noqa: PTH108
        try:
            _put(target, data)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120
            _put(target, data)

    def remove(self, path: str) -> None:
        """Take a file away, and the folders that it leaves empty."""
        target = self.staged / path
        target.unlink(missing_ok=True)
        for folder in target.relative_to(self.staged).parents[:-1]:
            try:
                (self.staged / folder).rmdir()
            except FileNotFoundError:
                continue
            except OSError:
                return  # it holds something

    def finish(self, name: str) -> None:
        """Mark what was prepared as the build called ``name`` and put it in place, at once."""
        (self.staged / MARK).write_text(name + "\n", "ascii")
        put_in_place(self.staged, self.out)

    def _take_over(self, path: str) -> None:
        present, target = f"{self.out}/{path}", f"{self.staged}/{path}"
        with suppress(FileNotFoundError):
            os.unlink(target)  # noqa: PTH108
        if not os.path.exists(present):  # noqa: PTH110
            self.remove(path)
            return
        try:
            os.link(present, target)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120
            os.link(present, target)


def _put(target: str, data: bytes) -> None:
    file = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    try:
        while data:
            data = data[os.write(file, data) :]
    finally:
        os.close(file)


def _name(folder: Path) -> str | None:
    try:
        return (folder / MARK).read_text("ascii").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
