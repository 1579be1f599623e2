"""The text of attached files: logs, tables, markup; office files; PDF where pypdf is installed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape

from kb.search.documents.office import ENDINGS, UnreadableFileError, text_of_office
from kb.search.documents.pdf import reads_pdf, text_of_pdf

MOST = 1_000_000
"""Bytes of a text file that are looked at."""
_TEXTS = frozenset(
    (  # noqa: SIM905
        "log txt text csv tsv json jsonl ndjson xml html htm xhtml md rst yml yaml ini cfg conf "
        "properties toml sql sh bat py js ts java c h cpp go rs php rb pl lua diff patch eml srt"
    ).split()
)
_MARKUP = frozenset({"xml", "html", "htm", "xhtml"})
_TAG = re.compile(r"<[^<>]{0,2000}>")


LARGEST = 32_000_000
"""Bytes of an office or PDF file that is opened."""


@dataclass(frozen=True, slots=True)
class FileText:
    """The text of a file."""

    text: str
    unreadable: bool = False
    """Whether it should have said something, by its name, and could not be read."""


def has_text(name: str) -> bool:
    """Whether a file of that name is likely to have words that can be read here."""
    ending = _ending(name)
    return ending in _TEXTS or ending in ENDINGS or (ending == "pdf" and reads_pdf())


def text_of(name: str, chunks: Iterable[bytes]) -> FileText:
    """Read the file's words; empty where its bytes are no text."""
    ending = _ending(name)
    if ending in _TEXTS:
        text = _decoded(_first(chunks, MOST))
        return FileText(unescape(_TAG.sub(" ", text)) if ending in _MARKUP else text)
    raw = _first(chunks, LARGEST + 1)
    if len(raw) > LARGEST:
        return FileText("", unreadable=True)
    try:
        return FileText(text_of_pdf(raw) if ending == "pdf" else text_of_office(ending, raw))
    except UnreadableFileError:
        return FileText("", unreadable=True)


def _first(chunks: Iterable[bytes], most: int) -> bytes:
    raw = bytearray()
    for chunk in chunks:
        raw += chunk
        if len(raw) >= most:
            break
    return bytes(raw[:most])


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def _decoded(raw: bytes) -> str:
    """Decode by byte order mark, else UTF-8, else GB 18030; drop a character cut at the end."""
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
