"""Texts in bytes: a whole file in an encoding that fits it, or what reads like text among others.

Bytes of pictures are random: in an encoding of two bytes a sign, a name of one or two Han
characters stands in many of them by chance. What is found among such bytes says how long a value
must be to count.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Final

from kb.redact.pieces import Said

_CONTROL: Final = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f\ue000-\uf8ff\ufffe\uffff]")
_MARKS: Final = {
    codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32", codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}  # fmt: skip
FOREIGN: Final = (
    (re.compile(rb"(?:[\x20-\x7e]\0|[\0-\xff][\x4e-\x9f]){3,}"), "utf-16-le", 3),
    (re.compile(rb"(?:\0[\x20-\x7e]|[\x4e-\x9f][\0-\xff]){3,}"), "utf-16-be", 3),
    (re.compile(rb"(?:[\x20-\x7e]|[\xb0-\xf7][\xa1-\xfe]){3,}"), "gb18030", 3),
)  # fmt: skip
"""What reads like text, in which encoding, and how many Han characters are no chance there."""
_UTF8: Final = re.compile(
    rb"(?:[\t\x20-\x7e]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}){2,}"
)


def texts_of(data: bytes) -> list[str]:
    """Return what a text file says, in each encoding that fits; nothing where it is no text."""
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return _decoded(data, (encoding,))
    if utf8 := _decoded(data, ("utf-8-sig",), strict=False):
        return utf8 + (_decoded(data, ("utf-16-le", "utf-16-be")) if b"\0" in data else [])
    return _decoded(data, ("gb18030", "big5hkscs"))


def _decoded(data: bytes, encodings: tuple[str, ...], *, strict: bool = True) -> list[str]:
    found = []
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not strict or not _CONTROL.search(text):
            found.append(text)
    return found


def has_nul(data: bytes) -> bool:
    """Whether the file begins with what no text has: a NUL among its first bytes."""
    return b"\0" in data[:512]


def strings(data: bytes) -> Iterator[Said]:
    """Yield what reads like text among other bytes, a stretch a line."""
    for pattern, encoding, least in ((_UTF8, "utf-8", 2), *FOREIGN):
        found = [match[0].decode(encoding, "replace") for match in pattern.finditer(data)]
        if found:
            yield Said("\n".join(found), "bytes", least)
