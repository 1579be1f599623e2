"""Pictures and PDF: what is written in them as text; what they show, no search can read."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Final

from kb.redact.pieces import Budget, Piece, Said, Unread, rest
from kb.redact.plain_text import has_nul, strings
from kb.search.documents.office import UnreadableFileError
from kb.search.documents.pdf import reads_pdf, text_of_pdf

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_XMP: Final = ((b"<x:xmpmeta", b"</x:xmpmeta>"), (b"<rdf:RDF", b"</rdf:RDF>"))
_XMP_MOST: Final = 20
"""Packets of XMP that are read: a picture has one, or two."""
_DEFLATED: Final = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_PICTURES: Final[dict[bytes, str]] = {
    b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"BM": "BMP", b"II*\0": "TIFF", b"MM\0*": "TIFF",
    b"\0\0\1\0": "ICO", b"8BPS": "PSD",
}  # fmt: skip
_ENDS: Final = {"JPEG": b"\xff\xd9", "GIF": b"\0\x3b"}
_DEFLATED_MOST: Final = 2000
"""Streams of a PDF that are looked into."""


def picture_kind(data: bytes) -> str | None:
    """Return the name of a picture's form; None for what is none, PNG included."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    if data[4:8] == b"ftyp" and data[8:12] in (b"avif", b"heic", b"mif1", b"heix"):
        return "AVIF or HEIC"
    kind = next((name for start, name in _PICTURES.items() if data.startswith(start)), None)
    return kind if has_nul(data) or kind == "JPEG" else None


def is_picture(data: bytes) -> bool:
    """Whether the bytes begin as a picture's do."""
    return data.startswith(_PNG) or picture_kind(data) is not None


def read_picture(data: bytes, budget: Budget) -> Iterator[Piece]:
    """Yield what is written in a picture: XMP, EXIF, comments; and that it shows something."""
    if data.startswith(_PNG):
        yield from _png(data, budget)
        return
    kind = picture_kind(data)
    yield Unread(f"a picture ({kind})")
    yield from _xmp(data)
    yield from strings(data)
    if (end := _ENDS.get(kind or "")) and (at := data.rfind(end)) > 0:
        yield from rest(data[at + len(end) :])


def _xmp(data: bytes) -> Iterator[Piece]:
    for begin, end in _XMP:
        at = 0
        for _ in range(_XMP_MOST):
            start = data.find(begin, at)
            at = data.find(end, start) if start >= 0 else -1
            if at < 0:
                break
            yield Said(data[start:at].decode("utf-8", "replace"))


def _png(data: bytes, budget: Budget) -> Iterator[Piece]:
    """Yield the texts of a PNG's chunks (PNG, third edition, 11.3.3), and what follows its end."""
    yield Unread("a picture (PNG)")
    yield from _xmp(data)
    at = len(_PNG)
    while at + 8 <= len(data):
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + size]
        at += 12 + size
        if name in (b"tEXt", b"zTXt", b"iTXt"):
            yield from _text_chunk(body, budget)
        elif name not in (b"IDAT", b"fdAT"):
            yield from strings(body)
        if name == b"IEND":
            break
    yield from rest(data[at:])


def _text_chunk(body: bytes, budget: Budget) -> Iterator[Piece]:
    for match in _DEFLATED.finditer(body):
        unpacker = zlib.decompressobj()
        try:
            text = unpacker.decompress(body[match.start() :], budget.left + 1)
        except zlib.error:
            continue
        budget.spend(len(text))
        yield Said(text.decode("utf-8", "replace"))
        return
    yield Said(body.replace(b"\0", b"\n").decode("utf-8", "replace"))
    yield Said(body.replace(b"\0", b"\n").decode("latin-1"))


def is_pdf(data: bytes) -> bool:
    """Whether it is a PDF: its mark may stand a little after the beginning."""
    return b"%PDF-" in data[:1024]


def read_pdf(data: bytes, budget: Budget) -> Iterator[Piece]:
    """Yield a PDF's text, where pypdf is there, and its streams; that it may show more."""
    yield Unread("a PDF")
    if reads_pdf():
        try:
            yield Said(text_of_pdf(data))
        except UnreadableFileError:
            yield Unread("a PDF that is damaged or encrypted")
    yield from _xmp(data)
    yield from strings(data)
    for number, match in enumerate(_DEFLATED.finditer(data)):
        if number == _DEFLATED_MOST:
            return
        try:
            inner = zlib.decompressobj().decompress(data[match.start() :], budget.left + 1)
        except zlib.error:
            continue
        budget.spend(len(inner))
        yield from strings(inner)
