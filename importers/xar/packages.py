"""What holds page XML: a XAR, a folder as XWiki's own build keeps it, a single file."""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Protocol

from importers.xar.errors import BadXmlError
from kb.errors import InputError

PACKAGE = "package.xml"
SMALL = 1 << 20
"""Bytes of an entry that are held to be read again."""
CHUNK = 1 << 18
"""Bytes that are read at once."""
_ENTRY_LIMIT = 250_000
MOST_RATIO = 1100
"""More than deflate can gain (1032): what claims more lies, or holds the same bytes twice."""
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


class Entry(Protocol):
    """A file in a package."""

    name: str
    """Its path in the package, for people."""
    in_zip: bool
    """False for a file of a folder, where other things than pages may lie about."""

    def chunks(self) -> Iterator[bytes]:
        """Its bytes; may be asked for again. BadXmlError where they cannot be had whole."""
        ...


class FileEntry:
    """A file on disk."""

    in_zip = False

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self.name = name

    def chunks(self) -> Iterator[bytes]:
        """The file's bytes."""
        try:
            with self._path.open("rb") as file:
                while chunk := file.read(CHUNK):
                    yield chunk
        except OSError as error:
            raise BadXmlError("unreadable", f"cannot be read: {error.strerror}") from error


class ZipEntry:
    """An entry of a zip."""

    in_zip = True

    def __init__(self, package: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        self._package = package
        self._info = info
        self.name = info.filename

    def chunks(self) -> Iterator[bytes]:
        """The entry's bytes, never more than it declares."""
        size = 0
        try:
            with self._package.open(self._info) as file:
                while chunk := file.read(CHUNK):
                    size += len(chunk)
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
            raise BadXmlError("damaged-entry", f"its bytes are damaged: {error}") from error
        if size != self._info.file_size:
            raise BadXmlError(
                "damaged-entry", f"{size:,} bytes where {self._info.file_size:,} are declared"
            )

    def refusal(self) -> BadXmlError | None:
        """Why this entry is not read at all."""
        info, name = self._info, self._info.filename
        mode = info.external_attr >> 16
        parts = name.replace("\\", "/").split("/")
        if ".." in parts or name.startswith(("/", "\\")) or name[1:2] == ":":
            return BadXmlError("unsafe-name", "its name leads out of the package")
        if stat.S_IFMT(mode) == stat.S_IFLNK:
            return BadXmlError("symbolic-link", "it is a symbolic link, not a file")
        if info.flag_bits & 1:
            return BadXmlError("encrypted-entry", "it is encrypted")
        if info.compress_type not in _METHODS:
            return BadXmlError("unknown-compression", f"compression method {info.compress_type}")
        return None


class Kept:
    """An entry that, where it is small, is read and inflated only once."""

    def __init__(self, entry: Entry) -> None:
        self._entry = entry
        self._parts: list[bytes] | None = None
        self.name = entry.name
        self.in_zip = entry.in_zip

    def chunks(self) -> Iterator[bytes]:
        """The entry's bytes."""
        if self._parts is not None:
            yield from self._parts
            return
        parts: list[bytes] = []
        size = 0
        for chunk in self._entry.chunks():
            size += len(chunk)
            if size <= SMALL:
                parts.append(chunk)
            else:
                parts.clear()
            yield chunk
        if size <= SMALL:
            self._parts = parts


def open_zip(path: Path, file: IO[bytes] | None = None) -> zipfile.ZipFile:
    """The zip at ``path``, or in ``file``. InputError where it is none, or cannot be true."""
    try:
        package = zipfile.ZipFile(file or path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InputError(
            f"{path}: no whole zip file: {error}", hint="was it cut short? export it again"
        ) from error
    infos = package.infolist()
    total = sum(info.file_size for info in infos)
    if len(infos) > _ENTRY_LIMIT:
        package.close()
        raise InputError(f"{path}: {len(infos):,} entries, more than {_ENTRY_LIMIT:,}")
    if total > MOST_RATIO * _size(path, file):
        package.close()
        raise InputError(
            f"{path}: its entries claim {total:,} bytes, more than a zip of its size can hold",
            hint="this is no export of a wiki",
        )
    return package


def _size(path: Path, file: IO[bytes] | None) -> int:
    return path.stat().st_size if file is None else file.seek(0, os.SEEK_END)


def zip_entries(package: zipfile.ZipFile) -> Iterator[ZipEntry | tuple[str, BadXmlError]]:
    """Entries in their order; of those with one name the last counts."""
    infos = package.infolist()
    last = {info.filename: info for info in infos}
    for info in infos:
        entry = ZipEntry(package, info)
        if info.is_dir() or info.filename.startswith("META-INF/"):
            continue
        if refusal := entry.refusal():
            yield info.filename, refusal
        elif last[info.filename] is not info:
            yield info.filename, BadXmlError("duplicate-entry", "a later entry has its name too")
        else:
            yield entry


def folder_files(folder: Path) -> Iterator[Path]:
    """Files below the folder, in the order of their paths; links and hidden ones left out."""
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(where, name)
            if not name.startswith(".") and not path.is_symlink():
                yield path
