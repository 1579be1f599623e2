"""Look for protected values in a built site, its search index included."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from kb.publish.browser_index.documents import case_in
from kb.publish.data_scripts import arguments_in
from kb.redact.leaks import LeakError, check_parts
from kb.redact.protected import ProtectedValues

FOLDERS = ("search/t/", "search/l/", "search/x/")
"""Files of the index that follow from the texts in `search/d/`."""


def check(
    folder: Path, protected: ProtectedValues, own: Iterable[str], constant: Iterable[str],
    approved: Collection[str] = (),
) -> None:  # fmt: skip
    """LeakError where a file's bytes or name hold a protected value.

    ``own`` are texts of the interface, which may contain somebody's name by chance; ``constant``
    are paths whose bytes depend on no case; ``approved`` are digests of attached files that were
    searched.
    """
    fixed = frozenset(constant)
    check_parts(_files(folder, fixed), protected, own, approved)
    for name in strays(folder):
        raise LeakError(
            f"{name}: an index term that no text of the site has",
            hint="nothing was published; build again, and report it if it stays",
        )


def _files(folder: Path, fixed: frozenset[str]) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        is_read = path.is_file() and name not in fixed
        yield name, _readable(name, path.read_bytes()) if is_read else b""


def _readable(name: str, data: bytes) -> bytes:
    """What can be read of a file: nothing of codes and postings, which `strays` checks."""
    if name.startswith(FOLDERS[:2]):
        return b""
    if name.startswith("search/a/"):
        _, values = json.loads(b"[" + arguments_in(data) + b"]")
        return "\n".join(values).encode("utf-8", "replace")
    return data


def strays(folder: Path) -> Iterator[str]:
    """Yield paths of index files that differ when the index is made anew from the texts."""
    found = {
        path.relative_to(folder).as_posix(): path
        for name in FOLDERS for path in (folder / name).rglob("*") if path.is_file()
    }  # fmt: skip
    if not found:
        return
    from kb.publish.browser_index.full import IndexBuilder

    same: set[str] = set()

    def compare(name: str, data: bytes) -> None:
        if name in found and found[name].read_bytes() == data:
            same.add(name)

    texts = list((folder / "search" / "d").rglob("*.js"))
    index = IndexBuilder(len(texts), compare)
    for path in texts:
        number = int(path.parent.name, 16) << 8 | int(path.stem, 16)
        index.add(number, case_in(path.read_bytes()))
    index.finish()
    yield from sorted(set(found) - same)
