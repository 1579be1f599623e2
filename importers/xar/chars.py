r"""Recode an XML file for an XML 1.0 parser: any encoding to UTF-8, control characters kept.

XML 1.1 allows references such as `&#1;`, which XML 1.0 parsers refuse, and old wikis wrote such
characters raw. Each is replaced by a noncharacter (U+FDD1 for U+0001, …) before parsing and
restored after it; U+FDD0 marks a noncharacter that the text really has.

U+0085 and U+2028 stay what they are: an XML 1.1 parser would make line feeds of them, but they
are what the wiki's text holds.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from importers.xar.xml_errors import BadXmlError

_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_CONTROL = re.compile(
    rb"&#(?:0*([1-9]|1[0-9]|2[0-9]|3[01])|x0*([1-9a-fA-F]|1[0-9a-fA-F]));"
    rb"|([\x01-\x08\x0b\x0c\x0e-\x1f])|(\xef\xb7[\x90-\xaf])"
)
_RAW = bytes(code for code in range(1, 32) if code not in (9, 10, 13))
_PLACED = re.compile("\ufdd0([\ufdd0-\ufdef])|([\ufdd1-\ufdef])")
_KEPT = frozenset({9, 10, 13})
_FIRST = 0xFDD0
MARK = chr(_FIRST)
"""Begins a pair; a text must not be cut between the two."""
_TAIL = 24
_PROLOG = 300


class ReadableXml:
    """A file's bytes as UTF-8 that an XML 1.0 parser reads, if told that it is UTF-8."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        """BadXmlError where the encoding is unknown; while iterating, where bytes do not fit it."""
        source = iter(chunks)
        first = next(source, b"")
        name = encoding_of(first)
        self.exact = name == "utf-8" and not first.startswith(codecs.BOM_UTF8)
        """True as long as what is given out is byte for byte what came in."""
        self._placed = False
        self._chunks = self._marked(_as_utf8(name, first, source))

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks

    def restore(self, text: str) -> str:
        """Restore the control characters of a text that was parsed."""
        if not self._placed:
            return text
        return _PLACED.sub(lambda m: m[1] or chr(ord(m[2]) - _FIRST), text)

    def _marked(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Replace control characters by noncharacters, across the chunks' ends too."""
        tail = b""
        for chunk in chunks:
            data = tail + chunk if tail else chunk
            cut = _cut(data)
            data, tail = data[:cut], data[cut:]
            yield self._replaced(data)
        if tail:
            yield self._replaced(tail)

    def _replaced(self, data: bytes) -> bytes:
        controls = len(data.translate(None, _RAW)) != len(data)
        if b"&#" not in data and b"\xef\xb7" not in data and not controls:
            return data
        replaced = _CONTROL.sub(_place, data)
        if replaced != data:
            self._placed, self.exact = True, False
        return replaced


def is_plain(data: bytes) -> bool:
    """Tell whether any XML parser reads from these bytes what it would from `ReadableXml`."""
    return b"&#" not in data and encoding_of(data[:_PROLOG]) == "utf-8"


def _as_utf8(name: str, first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if name == "utf-8":
        yield first.removeprefix(codecs.BOM_UTF8)
        yield from rest
        return
    try:
        for text in codecs.iterdecode(chain([first], rest), name):
            yield text.encode()
    except UnicodeError as error:
        raise BadXmlError("bad-encoding", f"it says it is {name}, but: {error}") from error


def encoding_of(first: bytes) -> str:
    """Return Python's name of the encoding that a file's first bytes declare. BadXmlError."""
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    found = _DECLARED.match(first.removeprefix(codecs.BOM_UTF8))
    if found is None or found[1] == b"UTF-8":
        return "utf-8"
    name = found[1].decode()
    try:
        b" ".decode(name, "replace")
        return codecs.lookup(name).name
    except (LookupError, UnicodeError) as error:
        raise BadXmlError("bad-encoding", f"there is no text encoding {name!r}") from error


def _cut(data: bytes) -> int:
    """Return where to cut so that no reference and no character is cut in two."""
    start = max(len(data) - _TAIL, 0)
    at = max(data.rfind(b"&", start), data.rfind(b"\xef", start))
    if at < 0 or (data[at] == ord("&") and b";" in data[at:]):
        return len(data)
    return at if len(data) - at < (_TAIL if data[at] == ord("&") else 3) else len(data)


def _place(match: re.Match[bytes]) -> bytes:
    if match[4]:
        return chr(_FIRST).encode() + match[4]
    code = match[3][0] if match[3] else int(match[1] or match[2], 10 if match[1] else 16)
    return match[0] if code in _KEPT else chr(_FIRST + code).encode()
