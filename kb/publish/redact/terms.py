"""Looks whether a site's search index says more than the texts beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kb.publish.search.entry import entry_in

FOLDERS = ("search/t/", "search/l/", "search/x/")
"""Files of codes and postings, and of words: they follow from the texts in `search/d/`."""


def strays(folder: Path) -> Iterator[str]:
    """Paths of index files that are others when the index is made anew from the texts."""
    found = {
        path.relative_to(folder).as_posix(): path
        for name in FOLDERS for path in (folder / name).rglob("*") if path.is_file()
    }  # fmt: skip
    if not found:
        return
    from kb.publish.search.build import Index

    same: set[str] = set()

    def compare(name: str, data: bytes) -> None:
        if name in found and found[name].read_bytes() == data:
            same.add(name)

    texts = list((folder / "search" / "d").rglob("*.js"))
    index = Index(len(texts), compare)
    for path in texts:
        number = int(path.parent.name, 16) << 8 | int(path.stem, 16)
        index.add(number, entry_in(path.read_bytes()))
    index.finish()
    yield from sorted(set(found) - same)
