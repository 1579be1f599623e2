"""Page XML and XAR files in a tar, compressed or not, read where they lie."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, closing
from io import BufferedReader
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from importers.xar.errors import BadXmlError
from importers.xar.packages import CHUNK, MOST_RATIO
from kb.errors import InputError

_BROKEN = (tarfile.TarError, zlib.error, EOFError, OSError)


class TarEntry:
    """A file in a tar."""

    in_zip = False

    def __init__(self, tar: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        self._tar = tar
        self._member = member
        self.name = member.name

    def open(self) -> IO[bytes]:
        """The file, to read and seek in."""
        file = self._tar.extractfile(self._member)
        assert file is not None
        return file

    def chunks(self) -> Iterator[bytes]:
        """The file's bytes. BadXmlError where they are damaged."""
        try:
            with closing(self.open()) as file:
                while chunk := file.read(CHUNK):
                    yield chunk
        except _BROKEN as error:
            raise BadXmlError("damaged-entry", f"its bytes are damaged: {error}") from error


def tar_entries(path: Path) -> Iterator[TarEntry]:
    """Regular files of the tar, in its order; links and devices are passed over.

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
    """The tar without its compression, on disk until the stack closes.

    A file in it is read more than once, and going back in a compressed stream means unpacking
    it again from its first byte. InputError where it grows as no honest tar does.
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
