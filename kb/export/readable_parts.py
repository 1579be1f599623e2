"""An export in readable pieces, for the search for leaks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

import msgspec

from kb.files import MARK

Part: TypeAlias = tuple[str, bytes]
"""A name and bytes that stand under it."""
PORTION: Final = 4 << 20
"""Bytes that are searched at a time where a file is one line after another."""
_MARKS = re.compile(rb"~|\*\*|//|__|--|\^\^|,,|##|\(%[^%]{0,2000}%\)")
_DIGEST = re.compile(rb"\b[0-9a-f]{32,64}\b")


def readable(parts: Iterable[Part], *, wiki_syntax: bool) -> Iterator[Part]:
    """Yield the parts without digests, which have the digits of some number by chance.

    With ``wiki_syntax``, a part comes again without the marks of that syntax.
    """
    for name, data in parts:
        text = _DIGEST.sub(b"", data)
        yield name, text
        if wiki_syntax and (plain := _MARKS.sub(b"", text)) != text:
            yield name, plain


def file_parts(made: Path) -> Iterator[Part]:
    """Yield every file as it is; names are relative to the folder that the export is in."""
    for path in _all(made):
        name = path.relative_to(made.parent).as_posix()
        yield name, path.read_bytes() if path.is_file() else b""


def line_parts(made: Path) -> Iterator[Part]:
    """Yield files that are one line after another, some lines at a time."""
    for path in _all(made):
        yield path.name, b""
        if path.is_file() and path.name != MARK:
            with path.open("rb") as file:
                while lines := file.readlines(PORTION):
                    yield path.name, b"".join(lines)


def _all(made: Path) -> list[Path]:
    return sorted(made.rglob("*")) if made.is_dir() else [made]


def row_parts(name: str, rows: Iterable[Iterable[object]]) -> Iterator[Part]:
    """Yield the rows of a table, each as a line of JSON, some lines at a time."""
    waiting: list[bytes] = []
    size = 0
    for row in rows:
        waiting.append(msgspec.json.encode(row) + b"\n")
        size += len(waiting[-1])
        if size > PORTION:
            yield name, b"".join(waiting)
            waiting, size = [], 0
    yield name, b"".join(waiting)
