"""What a page shows of an attached file beside its name: a picture, or the beginning of a text."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

Read = Callable[[str], bytes]
"""Bytes of the file with that sha256."""

RASTER = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".avif")
"""Pictures that no browser runs anything of."""
_TEXT = (".log", ".txt", ".csv", ".tsv", ".json", ".ini", ".conf", ".cfg", ".md", ".yml", ".yaml",
         ".out", ".err", ".sql", ".properties", ".xml")  # fmt: skip
_BYTES = 4000
_LINES = 40
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Preview(msgspec.Struct, frozen=True):
    """The first lines of a text, and whether there are more."""

    text: str
    cut: bool


def is_picture(name: str) -> bool:
    """Whether a file of that name may be shown as an image."""
    return name.lower().endswith(RASTER)


def is_text(name: str) -> bool:
    """Whether a file of that name is a log or another text."""
    return name.lower().endswith(_TEXT)


def preview_of(data: bytes) -> Preview | None:
    """The beginning of a text; None where the bytes are none after all."""
    head = data[:_BYTES]
    text = _decoded(head)
    if text is None:
        return None
    lines = text.splitlines()
    shown = "\n".join(lines[:_LINES]).rstrip()
    return Preview(shown, len(data) > _BYTES or len(lines) > _LINES) if shown else None


def _decoded(head: bytes) -> str | None:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace")
    if b"\0" in head:
        return None
    for encoding in ("utf-8", "gb18030"):
        try:
            return _CONTROL.sub("\ufffd", head.decode(encoding))
        except UnicodeDecodeError as error:
            if error.start > len(head) - 4:  # only the last character is cut in two
                return _CONTROL.sub("\ufffd", head[: error.start].decode(encoding))
    return None
