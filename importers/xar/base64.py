"""Base64 as page XML holds it: any line breaks, any length, read in pieces."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator

from importers.xar.errors import BadXmlError

_SPACE = re.compile(r"[ \t\r\n]+")


def decoded(pieces: Iterable[str]) -> Iterator[bytes]:
    """The bytes. BadXmlError: bad-base64."""
    rest = ""
    for piece in pieces:
        text = rest + _SPACE.sub("", piece)
        cut = len(text) - (len(text) % 4 or 4)
        if cut > 0:
            if "=" in text[cut - 2 : cut]:
                raise BadXmlError("bad-base64", "its bytes go on after their end")
            yield _decode(text[:cut])
            rest = text[cut:]
        else:
            rest = text
    if rest:
        yield _decode(rest)


def _decode(text: str) -> bytes:
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError as error:
        raise BadXmlError("bad-base64", f"its bytes are no base64: {error}") from error
