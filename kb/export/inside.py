"""What is inside an export whose own bytes do not show it: for the search for leaks."""

from __future__ import annotations

import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

import msgspec

from importers.markdown.memory import MARK
from kb.export.git.repository import Repository

Part: TypeAlias = tuple[str, bytes]
"""A name and bytes that stand under it."""
PORTION = 4 << 20
"""Bytes that are searched at a time where a file is one line after another."""
_SIGNS = re.compile(rb"~|\*\*|//|__|--|\^\^|,,|##|\(%[^%]{0,2000}%\)")
_DIGEST = re.compile(rb"\b[0-9a-f]{32,64}\b")


def parts_of(form: str, made: Path) -> Iterator[Part]:
    """All that an export tells, in readable pieces, and names of files.

    Digests are left out, which have the digits of some number by chance; where the text is the
    wiki's own, it comes again without the signs that could stand between two halves of a value.
    """
    for name, data in _OPENERS.get(form, _files)(made):
        bare = _DIGEST.sub(b"", data)
        yield name, bare
        if form in _IN_WIKI_SYNTAX and (plain := _SIGNS.sub(b"", bare)) != bare:
            yield name, plain


def _files(made: Path) -> Iterator[Part]:
    """Every file as it is; names relative to the folder that the export is in."""
    for path in sorted(made.rglob("*")) if made.is_dir() else [made]:
        name = path.relative_to(made.parent).as_posix()
        yield name, path.read_bytes() if path.is_file() else b""


def _lines(made: Path) -> Iterator[Part]:
    """Files of lines, some at a time."""
    for path in sorted(made.rglob("*")) if made.is_dir() else [made]:
        yield path.name, b""
        if path.is_file() and path.name != MARK:
            with path.open("rb") as file:
                while lines := file.readlines(PORTION):
                    yield path.name, b"".join(lines)


def _entries(made: Path) -> Iterator[Part]:
    """The files in a package."""
    yield made.name, b""
    with zipfile.ZipFile(made) as package:
        for entry in package.infolist():
            yield entry.filename, package.read(entry)


def _rows(made: Path) -> Iterator[Part]:
    """Every row of every table; the index of terms is made of them."""
    yield made.name, b""
    with closing(sqlite3.connect(made)) as db:
        names = [
            name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        for name in names:
            if "_fts" not in name:
                rows = db.execute(f'SELECT * FROM "{name}"')
                yield from _portions(name, (_row(row) for row in rows))
    beside = made.with_name("metadata.yml")
    yield beside.name, beside.read_bytes()


def _columns(made: Path) -> Iterator[Part]:
    """Every row of every Parquet file."""
    import pyarrow.parquet as pq

    for path in sorted(made.glob("*.parquet")):
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches():
                rows = (_row(list(row.values())) for row in batch.to_pylist())
                yield from _portions(path.name, rows)


def _row(values: object) -> bytes:
    return msgspec.json.encode(values) + b"\n"


def _portions(name: str, rows: Iterator[bytes]) -> Iterator[Part]:
    waiting: list[bytes] = []
    size = 0
    for row in rows:
        waiting.append(row)
        size += len(row)
        if size > PORTION:
            yield name, b"".join(waiting)
            waiting, size = [], 0
    yield name, b"".join(waiting)


def _objects(made: Path) -> Iterator[Part]:
    """Every object of a repository, reachable or not, and the small files around them."""
    git = made if made.name.endswith(".git") else made / ".git"
    for path in sorted(git.rglob("*")):
        inside = path.relative_to(git)
        if path.is_file() and inside.parts[0] != "objects":
            yield f"git/{inside.as_posix()}", path.read_bytes()
    with Repository(made, "main").objects() as stream:
        while head := stream.readline().split():
            data = stream.read(int(head[2]))
            stream.read(1)
            yield head[0].decode(), _told(head[1], data)
    if git != made:
        for path in sorted(made.rglob("*")):
            if git not in path.parents:
                yield path.relative_to(made).as_posix(), b""


def _told(kind: bytes, data: bytes) -> bytes:
    """What an object says but for ids of others."""
    if kind == b"tree":
        return b"\n".join(re.findall(rb"[0-7]{5,6} ([^\0]+)\0.{20}", data, re.DOTALL))
    return data


_OPENERS: dict[str, Callable[[Path], Iterator[Part]]] = {
    "csv": _lines, "git": _objects, "jsonl": _lines, "mediawiki": _lines, "parquet": _columns,
    "sqlite": _rows, "xar": _entries,
}  # fmt: skip
_IN_WIKI_SYNTAX = frozenset(("csv", "git", "jsonl", "parquet", "sqlite", "xar"))
