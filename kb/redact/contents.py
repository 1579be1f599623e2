"""All that a file says, however it is packed, and what in it nobody can read.

Each form of a file is a row of `FORMS`; files inside are read in the same way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final, NamedTuple, TypeAlias

from kb.redact.coded import read_coded, said_in_code
from kb.redact.packed import (
    is_compressed,
    is_tar,
    is_zip,
    read_compressed,
    read_tar,
    read_zip,
)
from kb.redact.pictures import is_pdf, is_picture, read_pdf, read_picture
from kb.redact.pieces import TOO_MUCH, Budget, Inner, Piece, Said, TooMuchError, Unread
from kb.redact.plain_text import has_nul, strings, texts_of

Content: TypeAlias = Said | Unread
_DEEPEST: Final = 5
_TINY: Final = 16
"""Most runs of letters code nothing: so few bytes are not looked at for the form of a file."""
_TOO_DEEP: Final = Unread("files packed in files, too deep to follow")
_UNKNOWN: Final = Unread("bytes of an unknown form", is_known=False)

_SEALED: Final[dict[bytes, str]] = {
    b"7z\xbc\xaf\x27\x1c": "a 7z archive", b"Rar!\x1a\x07": "a RAR archive",
    b"MSCF": "a cabinet archive", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old office document",
    b"MZ": "a program", b"\x7fELF": "a program", b"{\\rtf": "an RTF document",
    b"SQLite format 3\0": "a database", b"ID3": "a recording", b"OggS": "a recording",
    b"RIFF": "a recording", b"\x1a\x45\xdf\xa3": "a film", b"wOFF": "a font", b"wOF2": "a font",
}  # fmt: skip
"""How files begin that are not looked into, and what they are."""


class Form(NamedTuple):
    """A form of files: how one is known, and what is read of it."""

    is_it: Callable[[bytes], object]
    read: Callable[[bytes, Budget], Iterator[Piece]]


def _sealed_kind(data: bytes) -> str | None:
    if data[4:8] == b"ftyp":
        return "a film"
    kind = next((what for start, what in _SEALED.items() if data.startswith(start)), None)
    return kind if kind and (has_nul(data) or data[:1] == b"{") else None


def _read_sealed(data: bytes, budget: Budget) -> Iterator[Piece]:
    yield Unread(_sealed_kind(data) or "")
    yield from strings(data)


FORMS: Final = (
    Form(is_zip, read_zip),
    Form(is_compressed, read_compressed),
    Form(is_tar, read_tar),
    Form(is_picture, read_picture),
    Form(is_pdf, read_pdf),
    Form(_sealed_kind, _read_sealed),
)
"""In this order: a picture with a ZIP behind it is a ZIP."""


def contents_of(data: bytes, approved: Collection[str] = ()) -> Iterator[Content]:
    """Yield all that the bytes say and all that cannot be read.

    ``approved`` are digests (sha256) of files that were read before: where they stand inside, they
    are passed over. Costs no more than the size that `pieces.MOST` sets, and a fixed depth.
    """
    try:
        yield from _read(Inner(data, "text"), _DEEPEST, Budget(), frozenset(approved))
    except TooMuchError:
        yield TOO_MUCH


def _read(inner: Inner, depth: int, budget: Budget, approved: frozenset[str]) -> Iterator[Content]:
    data, how = inner
    if not data or (approved and hashlib.sha256(data).hexdigest() in approved):
        return
    form = None
    if how != "coded" or len(data) > _TINY:
        form = next((form for form in FORMS if form.is_it(data)), None)
    if how == "coded" and form is None:
        yield from said_in_code(data)
        return
    pieces = _plain(data, how) if form is None else form.read(data, budget)
    for piece in pieces:
        if not isinstance(piece, Inner):
            yield piece
        elif depth:
            yield from _read(piece, depth - 1, budget, approved)
        else:
            yield _TOO_DEEP


def _plain(data: bytes, how: str) -> Iterable[Piece]:
    """Yield what a file of no other form says, as a text, what is coded in it, or stretches."""
    texts = texts_of(data)
    if not texts:
        yield _UNKNOWN
        yield from strings(data)
        return
    for text in texts:
        yield Said(text, how)
    utf8 = texts[0].encode()
    yield from read_coded(utf8)
    if utf8 != data:  # another encoding may have been meant
        yield from strings(data)
