"""What is coded in a text: base64, hexadecimal digits, quoted printable, messages by mail."""

from __future__ import annotations

import base64
import email
import quopri
import re
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.message import Message
from typing import Final

from kb.redact.pieces import Inner, Piece, Said, Unread
from kb.redact.plain_text import FOREIGN, texts_of

_URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")
_QUOTED: Final = re.compile(rb"=[0-9A-F]{2}")
_HEX: Final = re.compile(rb"(?:[0-9a-fA-F]{2}){8,}")
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/_\-]{8,}(?:\r?\n[A-Za-z0-9+/_\-]{8,})*")
_LEAST: Final = 8
_SLASHES: Final = re.compile(rb"[\r\n/]+")
_APART: Final = re.compile(rb"[\r\n/_\-]+")
_MAIL: Final = re.compile(rb"(?im)^(?:MIME-Version|Content-Transfer-Encoding) ?:")
_HEAD: Final = 1 << 16
_BREAKS: Final = str.maketrans("", "", "\t\r\n")


def read_coded(data: bytes) -> Iterator[Piece]:
    """Yield what is coded in the bytes of a text: base64 as a whole, over lines, and by parts."""
    if _MAIL.search(data[:_HEAD]):
        yield from _mail(data)
    if data.isascii() and _QUOTED.search(data):
        yield from (Said(text, "coded") for text in texts_of(quopri.decodestring(data)))
    for match in _BASE64.finditer(data):
        whole = b"".join(match[0].split())
        yield Inner(_from_base64(whole), "coded")
        for part in sorted({*_SLASHES.split(match[0]), *_APART.split(match[0])} - {whole}):
            if len(part) >= _LEAST:
                yield from said_in_code(_from_base64(part))
    for match in _HEX.finditer(data):
        yield Inner(bytes.fromhex(match[0].decode()), "coded")


def said_in_code(inner: bytes) -> Iterator[Said]:
    """Yield what decoded bytes say, where they are a text: most runs of letters code nothing."""
    try:
        text = inner.decode()
    except UnicodeDecodeError:
        for pattern, encoding, least in FOREIGN:
            if pattern.fullmatch(inner):
                yield Said(inner.decode(encoding, "replace"), "coded", least - 1)
        return
    if text.isascii() or text.translate(_BREAKS).isprintable():
        yield Said(text, "coded")


def _from_base64(run: bytes) -> bytes:
    """Decode base64 of either alphabet; a sign too many is left out."""
    text = run.translate(_URL_SAFE)
    whole, over = divmod(len(text), 4)
    return base64.b64decode(text + b"=" * (4 - over) if over > 1 else text[: whole * 4])


def _mail(data: bytes) -> Iterator[Piece]:
    """Yield the heads and parts of a message, each in its own encoding."""
    try:
        for part in email.message_from_bytes(data).walk():
            yield Said("\n".join(_heads(part)), "coded")
            body = part.get_payload(decode=True)
            if isinstance(body, bytes):
                yield Inner(body, "coded")
                yield Said(body.decode(part.get_content_charset() or "utf-8", "replace"), "coded")
    except (LookupError, ValueError, RecursionError, TypeError):
        yield Unread("a message by mail that is damaged")


def _heads(part: Message) -> Iterator[str]:
    yield part.get_filename() or ""
    for name, value in part.items():
        yield f"{name}: {make_header(decode_header(str(value)))}"
