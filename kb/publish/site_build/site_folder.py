"""A site's folder, and the staging folder beside it that the next build is prepared in.

The staging folder holds the build before the present one. A build first brings it up to the present
one (by hard links, for the files that differ), then writes and deletes what changed, marks it with
the new build's name, and exchanges the two. Killed at any point, the site is the old or the new;
a staging folder without a mark, or whose files are not those of the present site, is made again.
Nobody but its owner can look into it: what it holds may be refused, or have been withdrawn.
Both folders share files: what somebody changes in one is changed in the other, so that a file is
taken for good only where it is as the build that wrote it left it.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from kb.errors import InputError
from kb.files import MARK, aside_of, kind_of, put_in_place, staging_of
from kb.publish.renderer import MadeFile, digest_of_bytes

_OWN = 0o700
"""Access for the owner alone."""


class SiteFolder:
    """A site's folder while it is being built. ``present`` names the build that is in it."""

    def __init__(self, out: Path) -> None:
        """InputError where ``out`` holds something that `kb build` did not make."""
        self.out = out
        self.staged = staging_of(out)
        aside = aside_of(out)
        if not out.exists() and (aside / MARK).is_file():
            aside.rename(out)
        if out.exists() and (not out.is_dir() or (any(out.iterdir()) and kind_of(out) != "site")):
            raise InputError(
                f"{out}: not a site that kb made, so it is left alone",
                hint="name a new or an empty folder with --out",
            )
        self.present = _name(out)
        self._empty = False
        self._mode = stat.S_IMODE(out.stat().st_mode) if out.exists() else None
        """Who may look into the site; None where that is not known before it is made."""

    def damaged(self, files: Iterable[MadeFile], *, digests: bool = False) -> set[str]:
        """Find which files of the site in place are missing or not as they were written.

        By size and time; a file of another time, and with ``digests`` each, is read.
        """
        return {file.path for file in files if not _is_as_made(self.out, file, read=digests)}

    def prepare_empty(self) -> None:
        """Make the staging folder an empty one."""
        shutil.rmtree(self.staged, ignore_errors=True)
        self._begin()
        self._empty = True

    def prepare(
        self, before: str | None, differing: Iterable[str], files: Iterable[MadeFile]
    ) -> None:
        """Make the staging folder a copy of the present site, which should hold ``files``.

        It may hold the build called ``before``, of which the ``differing`` paths are not as now.
        """
        if before is None or _name(self.staged) != before or not self._caught_up(differing, files):
            self.double(files)

    def _caught_up(self, differing: Iterable[str], files: Iterable[MadeFile]) -> bool:
        """Bring the staging folder up to the present site; False where that is not as it was."""
        (self.staged / MARK).unlink()
        try:
            for path in differing:
                self._take_over(path)
        except OSError:
            return False
        return all(_is_as_made(self.staged, file) for file in files)

    def _begin(self) -> None:
        try:
            self.staged.mkdir(parents=True)
            self._mode = self._mode or stat.S_IMODE(self.staged.stat().st_mode)
            self.staged.chmod(_OWN)
        except OSError as error:
            raise InputError(
                f"{self.out}: cannot be written here ({error.strerror})",
                hint="name a folder of your own with --out",
            ) from error

    def double(self, files: Iterable[MadeFile], *, mark: bool = False) -> None:
        """Make the staging folder of those ``files`` of the present site that are as written."""
        shutil.rmtree(self.staged, ignore_errors=True)
        self._begin()
        for file in files:
            if _is_as_made(self.out, file):
                self._take_over(file.path)
        if mark:
            shutil.copy(self.out / MARK, self.staged / MARK)

    def read(self, path: str) -> bytes:
        """Read a file as it is prepared so far."""
        return (self.staged / path).read_bytes()

    def write(self, path: str, data: bytes) -> MadeFile:
        """Write a file; never into one that the present site shares."""
        target = f"{self.staged}/{path}"  # no Path: there are very many of these
        if not self._empty:
            with suppress(FileNotFoundError):
                os.unlink(target)  # noqa: PTH108
        try:
            facts = _put(target, data)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120
            facts = _put(target, data)
        return MadeFile(path, facts.st_size, facts.st_mtime_ns, digest_of_bytes(data))

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

    def finish(self, name: str, own: Container[str] | None) -> None:
        """Mark what was prepared as the build called ``name`` and put it in place, at once.

        What others put into the present site stays, where it is in the way of nothing: what is not
        among ``own``, the paths of its build and of this one; where those are not known (None),
        nobody can tell.
        """
        others = [] if own is None else [p for p in self._others(own) if self._has_room(p)]
        for path in others:
            self._take_over(path)
        (self.staged / MARK).write_text(name + "\n", "ascii")
        if self._mode is not None:
            self.staged.chmod(self._mode)
        put_in_place(self.staged, self.out)
        if self.staged.exists():
            self.staged.chmod(_OWN)
            for path in others:
                self.remove(path)

    def _others(self, own: Container[str]) -> Iterator[str]:
        """Yield the paths of files in the present site that are not its own, nor of the next."""
        for where, _, files in os.walk(self.out):
            inside = where[len(str(self.out)) + 1 :].replace(os.sep, "/")
            for name in files:
                path = f"{inside}/{name}" if inside else name
                if path != MARK and path not in own:
                    yield path

    def _has_room(self, path: str) -> bool:
        """Whether a file of others can be in the new site: not where it has a folder or a file."""
        target = self.staged / path
        there = next(folder for folder in target.parents if os.path.lexists(folder))
        return not target.is_dir() and there.is_dir()

    def discard(self) -> None:
        """Delete what was prepared, as far as there is any."""
        shutil.rmtree(self.staged, ignore_errors=True)

    def _take_over(self, path: str) -> None:
        present, target = f"{self.out}/{path}", f"{self.staged}/{path}"
        with suppress(FileNotFoundError):
            os.unlink(target)  # noqa: PTH108
        if not os.path.exists(present):  # noqa: PTH110
            self.remove(path)
            return
        try:
            _share(present, target)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120
            _share(present, target)


def _share(source: str, target: str) -> None:
    """Have one file in two places; a copy of the same time where the system has no hard links."""
    try:
        os.link(source, target, follow_symlinks=False)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def _put(target: str, data: bytes) -> os.stat_result:
    file = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    try:
        while data:
            data = data[os.write(file, data) :]
        return os.fstat(file)
    finally:
        os.close(file)


def _is_as_made(folder: Path, file: MadeFile, *, read: bool = False) -> bool:
    """Whether the file is as it was written; read where asked for, or where its time differs."""
    path = f"{folder}/{file.path}"
    try:
        found = os.lstat(path)
        if not stat.S_ISREG(found.st_mode) or found.st_size != file.size:
            return False
        if found.st_mtime_ns == file.time and not read:
            return True
        with open(path, "rb") as opened:  # noqa: PTH123
            return digest_of_bytes(opened.read()) == file.digest
    except OSError:
        return False


def _name(folder: Path) -> str | None:
    try:
        return (folder / MARK).read_text("ascii").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
