"""Read a folder that others filled: regular files inside it, of bounded size, never by a link.

A tree that was handed over may hold links to files of this machine, devices without an end, pipes
that nobody writes to. Nothing of these is opened: each is an error that names it.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from kb.errors import InputError, Problem

MOST_FILES: Final = 1_000_000
"""Files of a folder that are read, with all in its folders."""
DEEPEST: Final = 64
"""Folders within each other that are looked into."""
_BY_FOLDER: Final = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")
_FILE: Final = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(
    os, "O_BINARY", 0
)  # fmt: skip
_REPARSE: Final = getattr(stat, "FILE_ATTRIBUTE_REPARSE_POINT", 0)


class ForeignFileError(OSError):
    """A path of the folder that is not read; ``code`` is that of its Problem."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class ForeignFolder:
    """The folder at ``root``, which may itself be a link: the user named it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def open(self, path: str) -> BinaryIO:
        """Open the regular file at ``path`` (with slashes, relative) for reading.

        ForeignFileError where the way leads out of the folder, over a link, or to no regular file;
        another OSError where there is none, or it cannot be read.
        """
        parts = path.split("/")
        if not all(map(_plain, parts)):
            raise ForeignFileError("outside-folder", f"{path!r} is no path inside the folder")
        opened = _opened_below if _BY_FOLDER else _opened_by_path
        descriptor = opened(self.root, parts)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise _not_regular()
        return os.fdopen(descriptor, "rb")

    def read(self, path: str, most: int) -> bytes:
        """Return the file's bytes, ``most`` at most. ForeignFileError where it has more."""
        with self.open(path) as file:
            data = file.read(min(os.fstat(file.fileno()).st_size, most) + 1)
        if len(data) > most:
            raise ForeignFileError("file-too-large", f"more than {most:,} bytes: left out")
        return data

    def is_file(self, path: str) -> bool:
        """Tell whether `open` opens it."""
        try:
            self.open(path).close()
        except OSError:
            return False
        return True

    def is_folder(self, path: str) -> bool:
        """Tell whether there is a folder of its own, no link to one; ``path`` is one name."""
        with suppress(OSError):
            found = (self.root / path).lstat()
            return stat.S_ISDIR(found.st_mode) and not _is_link(found)
        return False

    def walk(self, passed_over: Callable[[str], bool]) -> Iterator[str | Problem]:
        """Yield the paths of all regular files in order of their names, a Problem for what is none.

        Names that ``passed_over`` knows are left out with all in them. InputError where there are
        more than MOST_FILES.
        """
        for count, found in enumerate(self._walk("", passed_over, 0)):
            if count == MOST_FILES:
                raise InputError(
                    f"{self.root}: more than {MOST_FILES:,} files", hint="import its folders singly"
                )
            yield found

    def _walk(
        self, inside: str, passed_over: Callable[[str], bool], depth: int
    ) -> Iterator[str | Problem]:
        try:
            with os.scandir(self.root / inside) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            yield self.problem(inside, "unreadable-folder", f"cannot be read: {error.strerror}")
            return
        for entry in found:
            path = f"{inside}{entry.name}"
            if passed_over(entry.name):
                continue
            if not _utf8(entry.name):
                yield self.problem(path, "bad-file-name", "its name is not UTF-8: rename it")
            elif entry.is_symlink() or _is_link(entry.stat(follow_symlinks=False)):
                yield self.problem_of(path, _link())
            elif entry.is_file(follow_symlinks=False):
                yield path
            elif not entry.is_dir(follow_symlinks=False):
                yield self.problem_of(path, _not_regular())
            elif depth == DEEPEST:
                yield self.problem(path, "too-deep", f"more than {DEEPEST} folders: left out")
            else:
                yield from self._walk(f"{path}/", passed_over, depth + 1)

    def problem(self, path: str, code: str, detail: str) -> Problem:
        """Return the Problem of what is at ``path``."""
        where = str(self.root / path).encode("utf-8", "backslashreplace").decode()
        return Problem(where=where, code=code, detail=detail)

    def problem_of(self, path: str, error: OSError) -> Problem:
        """Return the Problem of a path that `open` or `read` raised ``error`` for."""
        if isinstance(error, ForeignFileError):
            return self.problem(path, error.code, str(error))
        return self.problem(path, "unreadable-file", f"cannot be read: {error.strerror}")


def _link() -> ForeignFileError:
    return ForeignFileError("link-not-followed", "a link: put the file itself here")


def _not_regular() -> ForeignFileError:
    return ForeignFileError("not-a-file", "no regular file: left out")


def _plain(name: str) -> bool:
    if os.name == "nt" and set(name) & set("\\:"):
        return False
    return name not in ("", ".", "..") and "\0" not in name


def _utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_link(found: os.stat_result) -> bool:
    """Tell a link, on Windows a junction too."""
    return stat.S_ISLNK(found.st_mode) or bool(getattr(found, "st_file_attributes", 0) & _REPARSE)


def _opened_below(root: Path, parts: list[str]) -> int:
    """Open folder by folder, so that nobody can put a link on the way meanwhile."""
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name in parts[:-1]:
            within = _refusing(name, os.O_DIRECTORY | os.O_NOFOLLOW, folder)
            os.close(folder)
            folder = within
        mode = os.stat(parts[-1], dir_fd=folder, follow_symlinks=False).st_mode
        if not stat.S_ISREG(mode):  # opening a device may already do something
            raise _link() if stat.S_ISLNK(mode) else _not_regular()
        return _refusing(parts[-1], _FILE, folder)
    finally:
        os.close(folder)


def _refusing(name: str, flags: int, folder: int) -> int:
    try:
        return os.open(name, os.O_RDONLY | flags, dir_fd=folder)
    except OSError as error:
        link = error.errno == errno.ELOOP or (
            error.errno == errno.ENOTDIR
            and stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
        )
        if link:
            raise _link() from None
        raise


def _opened_by_path(root: Path, parts: list[str]) -> int:
    """Open where the system cannot open within a folder: each part of the way is looked at."""
    at = root
    for name in parts:
        at /= name
        found = at.lstat()
        if _is_link(found):
            raise _link()
    if not stat.S_ISREG(found.st_mode):
        raise _not_regular()
    return os.open(at, os.O_RDONLY | _FILE)
