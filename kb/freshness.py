"""The one stamp of all derived data: what was made under another stamp is made anew.

Records, search index, site and exported trees follow from the archive, the home's settings, and
what is named here: the version of the distribution, the bytes of all its code, templates, profiles
and assets, and the versions of the libraries that shape what it writes. A change to any of these
may change any of those, so nothing tries to tell which.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

import kb
from kb.assets import assets

LIBRARIES: Final = (
    "jinja2", "lxml", "markdown-it-py", "markupsafe", "mdit-py-plugins", "nh3", "pypdf",
    "pystemmer", "rcssmin", "rjsmin", "tantivy", "whoosh",
)  # fmt: skip
"""Distributions whose version shows in records, index or pages."""


@cache
def code_stamp() -> str:
    """32 hexadecimal digits that change with any ingredient of derived data but the home's own."""
    return stamp(kb.__version__, _sources(), _versions())


def stamp(distribution: str, sources: Iterable[tuple[str, bytes]], versions: Iterable[str]) -> str:
    """Digest of a distribution's version, the path and bytes of its sources, library versions."""
    digest = hashlib.blake2b(distribution.encode(), digest_size=16)
    for path, data in sources:
        digest.update(f"\0{path}\0{len(data)}\0".encode())
        digest.update(data)
    for one in versions:
        digest.update(f"\0{one}".encode())
    return digest.hexdigest()


def _sources() -> Iterator[tuple[str, bytes]]:
    for name in ("kb", "importers"):
        yield from tree(files(name), name)
    for kind in ("templates", "site"):
        yield from tree(assets(kind), kind)


def tree(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of every file below a folder, in order, without what Python compiles."""
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            if item.name not in ("__pycache__", "_assets"):
                yield from tree(item, f"{path}/{item.name}")
        elif not item.name.endswith((".pyc", ".so", ".pyd")):
            yield f"{path}/{item.name}", item.read_bytes()


def _versions() -> Iterator[str]:
    yield f"unicode {unicodedata.unidata_version}"
    for name in LIBRARIES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            yield f"{name} absent"
