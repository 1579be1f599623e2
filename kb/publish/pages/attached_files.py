"""Attached files as pages show them: a link, a picture, or the beginning of a text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from kb.cases.record import Origin
from kb.publish.served_types import PICTURES

ReadBlob = Callable[[str], bytes]
"""Returns the bytes of the file with that sha256."""

_TEXT = (".log", ".txt", ".csv", ".tsv", ".json", ".ini", ".conf", ".cfg", ".md", ".yml", ".yaml",
         ".out", ".err", ".sql", ".properties", ".xml")  # fmt: skip
_BYTES = 4000
_LINES = 40
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The first lines of a text, and whether there are more."""

    text: str
    cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFile:
    """A file on a page."""

    name: str
    url: str | None
    """None where the site does not hold the file."""
    image: bool
    origin: Origin | None = None
    preview: Preview | None = None


def is_picture(name: str) -> bool:
    """Whether a file of that name may be shown as an image."""
    return name.rpartition(".")[2].lower() in PICTURES


def is_text(name: str) -> bool:
    """Whether a file of that name is a log or another text."""
    return name.lower().endswith(_TEXT)


def preview_of(data: bytes) -> Preview | None:
    """Decode the beginning of a text file; None where it is empty or no text after all."""
    head = data[:_BYTES]
    text = _decoded(head)
    if text is None:
        return None
    lines = text.splitlines()
    shown = "\n".join(lines[:_LINES]).rstrip()
    cut = len(data) > _BYTES or len(lines) > _LINES
    return Preview(text=shown, cut=cut) if shown else None


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
