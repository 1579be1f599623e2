"""What holds page XML: a XAR, a tar, a folder as XWiki's own build keeps it, a single file."""

from __future__ import annotations

import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from io import BufferedReader
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Protocol

import msgspec

from importers.xar.events import Events
from importers.xar.xml_errors import BadXmlError
from kb.errors import InputError
from kb.foreign_folder import ForeignFolder
from kb.references import join_reference, split_reference
from kb.zips import DAMAGED

PACKAGE_LIST = "package.xml"
SMALL = 1 << 20
"""Bytes of an entry that are kept in memory to be read again."""
CHUNK = 1 << 18
"""Bytes that are read at once."""
_ENTRY_LIMIT = 250_000
MOST_RATIO = 1100
"""More than deflate can gain (1032): a zip that claims more lies, or holds bytes twice."""
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_BROKEN = (tarfile.TarError, zlib.error, EOFError, OSError)


class PackageEntry(Protocol):
    """A file in a package."""

    name: str
    """Its path in the package, for people."""
    in_zip: bool
    """False for a file of a folder, where other things than pages may lie about."""

    def chunks(self) -> Iterator[bytes]:
        """Yield its bytes; may be called again. BadXmlError where they cannot be had whole."""
        ...


class DiskEntry:
    """A file in a folder."""

    in_zip = False

    def __init__(self, folder: ForeignFolder, name: str) -> None:
        self._folder = folder
        self.name = name

    def open(self) -> IO[bytes]:
        """Open the file, to read and seek in. OSError where that cannot be."""
        return self._folder.open(self.name)

    def chunks(self) -> Iterator[bytes]:
        """Yield the file's bytes."""
        try:
            with self.open() as file:
                yield from iter(lambda: file.read(CHUNK), b"")
        except OSError as error:
            detail = f"cannot be read: {error.strerror or error}"
            raise BadXmlError("unreadable", detail) from error


class ZipEntry:
    """An entry of a zip."""

    in_zip = True

    def __init__(self, package: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        self._package = package
        self._info = info
        self.name = info.filename

    def chunks(self) -> Iterator[bytes]:
        """Yield the entry's bytes, never more than it declares."""
        size = 0
        try:
            with self._package.open(self._info) as file:
                while chunk := file.read(CHUNK):
                    size += len(chunk)
                    yield chunk
        except DAMAGED as error:
            raise BadXmlError("damaged-entry", f"its bytes are damaged: {error}") from error
        if size != self._info.file_size:
            raise BadXmlError(
                "damaged-entry", f"{size:,} bytes where {self._info.file_size:,} are declared"
            )

    def refusal(self) -> BadXmlError | None:
        """Return why this entry is not read at all; None where it is."""
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


class CachedEntry:
    """An entry that is read and inflated only once where it is small."""

    def __init__(self, entry: PackageEntry) -> None:
        self._entry = entry
        self._parts: list[bytes] | None = None
        self.name = entry.name
        self.in_zip = entry.in_zip

    def chunks(self) -> Iterator[bytes]:
        """Yield the entry's bytes."""
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
    """Open the zip at ``path``, or in ``file``. InputError where it is none, or claims too much."""
    try:
        package = zipfile.ZipFile(file or path)
    except DAMAGED as error:
        raise InputError(
            f"{path}: no whole zip file: {error}", hint="was it cut short? export it again"
        ) from error
    infos = package.infolist()
    total = sum(info.file_size for info in infos)
    if len(infos) > _ENTRY_LIMIT:
        package.close()
        raise InputError(f"{path}: {len(infos):,} entries, more than {_ENTRY_LIMIT:,}")
    size = path.stat().st_size if file is None else file.seek(0, os.SEEK_END)
    if total > MOST_RATIO * size:
        package.close()
        raise InputError(
            f"{path}: its entries claim {total:,} bytes, more than a zip of its size can hold",
            hint="this is no export of a wiki",
        )
    return package


def zip_entries(package: zipfile.ZipFile) -> Iterator[ZipEntry | tuple[str, BadXmlError]]:
    """Yield entries in their order; of those with one name the last counts.

    An entry that is not read is a pair of its name and the reason.
    """
    infos = package.infolist()
    last = {info.filename: info for info in infos}
    for info in infos:
        entry = ZipEntry(package, info)
        if info.filename.endswith("/") or info.filename.startswith("META-INF/"):
            continue
        if refusal := entry.refusal():
            yield info.filename, refusal
        elif last[info.filename] is not info:
            yield info.filename, BadXmlError("duplicate-entry", "a later entry has its name too")
        else:
            yield entry


class TarEntry:
    """A file in a tar."""

    in_zip = False

    def __init__(self, tar: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        self._tar = tar
        self._member = member
        self.name = member.name.encode("utf-8", "backslashreplace").decode()

    def open(self) -> IO[bytes]:
        """Open the file, to read and seek in."""
        file = self._tar.extractfile(self._member)
        assert file is not None
        return file

    def chunks(self) -> Iterator[bytes]:
        """Yield the file's bytes. BadXmlError where they are damaged."""
        try:
            with closing(self.open()) as file:
                yield from iter(lambda: file.read(CHUNK), b"")
        except _BROKEN as error:
            raise BadXmlError("damaged-entry", f"its bytes are damaged: {error}") from error


def tar_entries(path: Path) -> Iterator[TarEntry]:
    """Yield the regular files of a tar in its order; skip links and devices.

    InputError where it is no tar, or breaks off.
    """
    try:
        with ExitStack() as stack:
            tar = stack.enter_context(tarfile.open(path))
            if not isinstance(tar.fileobj, BufferedReader):
                tar = stack.enter_context(tarfile.open(fileobj=_unpacked(path, tar, stack)))
            for member in tar:
                if member.isreg():
                    yield TarEntry(tar, member)
    except _BROKEN as error:
        raise InputError(f"{path}: no whole tar file: {error}") from error


def _unpacked(path: Path, tar: tarfile.TarFile, stack: ExitStack) -> IO[bytes]:
    """Unpack the tar to a temporary file, which lives until the stack closes.

    A file in it is read more than once, and going back in a compressed stream means unpacking
    it again from its first byte. InputError where it grows beyond what compression can gain.
    """
    assert tar.fileobj is not None
    tar.fileobj.seek(0)
    copy = stack.enter_context(TemporaryFile())  # noqa: SIM115 - the stack closes it
    most, size = MOST_RATIO * path.stat().st_size, 0
    while chunk := tar.fileobj.read(CHUNK):
        size += len(chunk)
        if size > most:
            raise InputError(f"{path}: unpacks to more than {MOST_RATIO} times its size")
        copy.write(chunk)
    copy.seek(0)
    return copy


class ListedFile(msgspec.Struct, frozen=True):
    """A `<file>` of package.xml."""

    text: str
    """Reference of a page; other writers put the entry's path."""
    locale: str

    @property
    def reference(self) -> str:
        """Return the text as an escaped reference."""
        return join_reference(split_reference(self.text))


def read_listing(chunks: Iterable[bytes]) -> list[ListedFile]:
    """Read the files that package.xml lists. BadXmlError where it is no package description.

    Its `<infos>` are not read: some writers leave them empty and put the content beside them.
    """
    events = Events(chunks)
    start = events.root()
    if start[0] != "package":
        raise BadXmlError("bad-package-list", f"its root is <{start[0][:40]}>, not <package>")
    root = events.tree(start)
    events.finish()
    files = root.find("files")
    return [
        ListedFile(node.text.strip(), node.attributes.get("language", ""))
        for node in (files.children if files else [])
        if node.tag == "file" and node.text.strip()
    ]
