"""The text of attached files that are text: logs, tables, markup."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

MOST = 1_000_000
"""Bytes of a file that are looked at."""
_TEXTS = frozenset(
    (  # noqa: SIM905
        "log txt text csv tsv json jsonl ndjson xml html htm xhtml md rst yml yaml ini cfg conf "
        "properties toml sql sh bat py js ts java c h cpp go rs php rb pl lua diff patch eml srt"
    ).split()
)
_MARKUP = frozenset({"xml", "html", "htm", "xhtml"})
_TAG = re.compile(r"<[^<>]{0,2000}>")


def is_text(name: str) -> bool:
    """Whether a file of that name is likely to be text."""
    return _ending(name) in _TEXTS


def text_of(name: str, chunks: Iterable[bytes]) -> str:
    """The file's words; empty where its bytes are no text. Looks at `MOST` bytes."""
    raw = bytearray()
    for chunk in chunks:
        raw += chunk
        if len(raw) >= MOST:
            break
    text = _decoded(bytes(raw[:MOST]))
    return unescape(_TAG.sub(" ", text)) if _ending(name) in _MARKUP else text


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def _decoded(raw: bytes) -> str:
    """By byte order mark, else UTF-8, else GB 18030; a character cut off at the end is left out."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "ignore")
    if b"\0" in raw[:4096]:
        return ""
    for encoding in ("utf-8-sig", "gb18030"):
        for end in (len(raw), *range(len(raw) - 1, len(raw) - 4, -1)):
            try:
                return raw[: max(end, 0)].decode(encoding)
            except UnicodeDecodeError:
                continue
    return raw.decode("utf-8", "replace")
