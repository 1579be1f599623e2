"""Decode the bytes of a dump to lines of text, whatever program saved them."""

from __future__ import annotations

import codecs

from kb.errors import InputError, Problem

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip


def decode_lines(data: bytes, where: str) -> tuple[list[str], list[Problem]]:
    """Return lines without their ends, and Problems for what could not be decoded.

    UTF-8, or UTF-16 with a byte order mark; a file with no valid UTF-8 beyond ASCII is read as
    GB18030 where all of it is, and a Problem says so. InputError for binary files.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _with_problems(data[len(mark) :].decode(encoding, errors="replace"), where)
    if b"\0" in data:
        raise InputError(f"{where}: a binary file, not a text dump of a wiki page")
    try:
        return _split(data.decode()), []
    except UnicodeDecodeError:
        return _legacy(data, where)


def _split(text: str) -> list[str]:
    """Split at LF, CRLF or (where there is neither) CR: never at other Unicode breaks."""
    text = text.replace("\r\n", "\n")
    lines = (text if "\n" in text else text.replace("\r", "\n")).split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _with_problems(text: str, where: str) -> tuple[list[str], list[Problem]]:
    """Return the lines, and a Problem for each that lost a character."""
    lines = _split(text)
    detail = "bytes that are no UTF-8, shown as \ufffd: save the whole dump as UTF-8"
    return lines, [
        Problem(where=f"{where}:{number}", code="bad-encoding", detail=detail)
        for number, line in enumerate(lines, 1)
        if "\ufffd" in line
    ]


def _legacy(data: bytes, where: str) -> tuple[list[str], list[Problem]]:
    """Decode a file that is not UTF-8 throughout: another encoding, or several."""
    lines = data.split(b"\n")
    valid = any(not line.isascii() and _decodes(line, "utf-8") for line in lines)
    if not valid and _decodes(data, "gb18030"):
        detail = "not UTF-8; read as GB18030: check the names, or save the dump as UTF-8"
        return _split(data.decode("gb18030")), [
            Problem(where=where, code="encoding-assumed", detail=detail)
        ]
    return _with_problems(data.decode(errors="replace"), where)


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
