"""Page XML and XAR files in a tar, compressed or not, read where they lie."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO

from importers.xar.errors import BadXmlError
from importers.xar.packages import CHUNK
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
        with tarfile.open(path) as tar:
            for member in tar:
                if member.isreg():
                    yield TarEntry(tar, member)
    except _BROKEN as error:
        raise InputError(f"{path}: no whole tar file: {error}") from error
