"""The text of office files: Word, Excel, PowerPoint, OpenDocument.

They are ZIP archives of XML, and both formats can be made to exhaust memory (zip bombs, entity
expansion). So bytes are counted while they are unpacked, whatever the archive says of itself; a
document type is refused, so that there are no entities; nothing is kept but text.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from xml.parsers import expat

from kb.zips import DAMAGED

LONGEST = 1_000_000
"""Characters of a file's text that are kept."""
UNPACKED = 20_000_000
"""Bytes of XML that are looked at."""
DIRECTORY = 1_000_000
"""Bytes of an archive's list of files: some ten thousand entries."""
_CHUNK = 65_536


class UnreadableFileError(Exception):
    """A file is not what its name says, is broken, locked, or made to do harm."""


@dataclass(frozen=True, slots=True)
class _OfficeKind:
    parts: re.Pattern[str]
    """Names of the archive's files that hold text."""
    text: frozenset[str]
    """Elements whose text counts."""
    line: frozenset[str]
    """Elements that end a line."""
    gap: frozenset[str]


def _kind(parts: str, text: str, line: str, gap: str) -> _OfficeKind:
    return _OfficeKind(re.compile(parts), *(frozenset(row.split()) for row in (text, line, gap)))


_WORD = _kind(
    r"word/(?:document|footnotes|endnotes|comments|header\d*|footer\d*)\.xml", "t", "p br", "tab tc"
)
_EXCEL = _kind(r"xl/(?:sharedStrings|worksheets/sheet\d+)\.xml", "t v", "si row", "c")
_POWERPOINT = _kind(r"ppt/(?:slides/slide|notesSlides/notesSlide)\d+\.xml", "t", "p br", "tab")
_OPEN = _kind(r"content\.xml", "p h", "p h line-break", "tab s")
_KINDS = {
    **dict.fromkeys(("docx", "docm", "dotx"), _WORD),
    **dict.fromkeys(("xlsx", "xlsm", "xltx"), _EXCEL),
    **dict.fromkeys(("pptx", "pptm", "potx"), _POWERPOINT),
    **dict.fromkeys(("odt", "ods", "odp", "odg", "ott"), _OPEN),
}
ENDINGS = frozenset(_KINDS)


def text_of_office(ending: str, raw: bytes) -> str:
    """Read the words of a file, a line for each paragraph or row. Raises UnreadableFileError."""
    reader = _OfficeReader(_KINDS[ending])
    try:
        for part in _parts(raw, _KINDS[ending].parts):
            reader.read(part)
            if reader.full:
                break
    except (*DAMAGED, expat.ExpatError) as error:
        raise UnreadableFileError(str(error)) from error
    return "".join(reader.found)


def _parts(raw: bytes, wanted: re.Pattern[str]) -> Iterator[Iterator[bytes]]:
    """Yield the parts of the archive that hold text, in chunks; `UNPACKED` bytes in all at most."""
    end = raw.rfind(b"PK\x05\x06")
    if end < 0 or struct.unpack_from("<I", raw, end + 12)[0] > DIRECTORY:
        raise zipfile.BadZipFile("no list of files, or one out of all proportion")
    left = UNPACKED
    with zipfile.ZipFile(BytesIO(raw)) as archive:
        names = {name for name in archive.namelist() if wanted.fullmatch(name)}
        if not names:
            raise zipfile.BadZipFile("an archive, but no document")
        for name in sorted(names, key=lambda name: (len(name), name)):
            with archive.open(name) as file:

                def chunks() -> Iterator[bytes]:
                    nonlocal left
                    while left > 0 and (chunk := file.read(min(_CHUNK, left))):
                        left -= len(chunk)
                        yield chunk

                yield chunks()


class _OfficeReader:
    """Gathers the text of XML parts while they are parsed."""

    def __init__(self, kind: _OfficeKind) -> None:
        self.found: list[str] = []
        self.left = LONGEST
        self._kind = kind
        self._inside = 0
        self._shared = False

    @property
    def full(self) -> bool:
        """Whether `LONGEST` characters are kept."""
        return self.left <= 0

    def read(self, chunks: Iterator[bytes]) -> None:
        """Read one part. A part that is cut short by our own limits is no error."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = _refuse
        self._inside = 0
        for chunk in chunks:
            parser.Parse(chunk)
            if self.full:
                return

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "c":
            self._shared = attributes.get("t") == "s"
        if local in self._kind.text and not (local == "v" and self._shared):
            self._inside += 1

    def _end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        if local in self._kind.text and self._inside:
            self._inside -= 1
        if local in self._kind.line:
            self._keep("\n")
        elif local in self._kind.gap:
            self._keep(" ")

    def _text(self, text: str) -> None:
        if self._inside:
            self._keep(text)

    def _keep(self, text: str) -> None:
        if self.left > 0:
            self.found.append(text[: self.left])
            self.left -= len(text)


def _refuse(*_: object) -> None:
    raise ValueError("a document type has no place in an office file")
