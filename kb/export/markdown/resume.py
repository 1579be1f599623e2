"""What an interrupted run had written already: the next one takes it over."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from kb.export.markdown.manifest import PageEntry
from kb.files import staging_of

_JOURNAL = ".casebook.part"
"""In a tree that is being written: a line for each page that is, with all its files."""


class Left(msgspec.Struct, frozen=True):
    """A tree that was not finished."""

    root: Path
    pages: dict[str, PageEntry]


def left_of(dest: Path) -> Left:
    """What the last run left of the tree at ``dest``, put aside; nothing where it ended well."""
    staged, aside = staging_of(dest), dest.parent / f".{dest.name}.part"
    if _size(staged) > _size(aside):
        shutil.rmtree(aside, ignore_errors=True)
        staged.rename(aside)
    return Left(aside, dict(_entries(aside / _JOURNAL)))


def _size(folder: Path) -> int:
    journal = folder / _JOURNAL
    return journal.stat().st_size if journal.is_file() else -1


def _entries(journal: Path) -> Iterator[tuple[str, PageEntry]]:
    if not journal.is_file():
        return
    decoder = msgspec.json.Decoder(tuple[str, PageEntry])
    for line in journal.read_bytes().split(b"\n"):
        try:
            yield decoder.decode(line)
        except msgspec.DecodeError:  # the line that was being written, or one of another version
            return


@contextmanager
def journal_of(root: Path) -> Iterator[IO[bytes]]:
    """The journal of a tree that is being written; it is gone when the pages are done."""
    path = root / _JOURNAL
    with path.open("wb") as file:
        yield file
    path.unlink()


def note(journal: IO[bytes], path: str, entry: PageEntry) -> None:
    """Say that a page's files are written."""
    journal.write(msgspec.json.encode((path, entry)) + b"\n")
    journal.flush()


def forget(left: Left) -> None:
    """The run ended well."""
    shutil.rmtree(left.root, ignore_errors=True)
