"""What a tree says of itself, in the file `.casebook`: the next run builds on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from kb.errors import InputError
from kb.export.layout import file_key
from kb.export.ledger import Entry
from kb.files import MARK, sha256_of
from kb.model import PageId

FORMAT = 2


class PageEntry(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A page's file."""

    page: PageId
    inputs: str
    """Digest of all that the file was made of."""
    sha256: str
    kept: dict[str, int]
    """Links and images that lead where they led, by kind."""
    entries: list[Entry]
    in_html: list[tuple[PageId, str]] = []
    """Attached files that text in HTML leads to."""
    asked: list[tuple[str, ...]] = []
    """What was asked of the rest of the tree; see TreeResolver.answers."""
    answers: str = ""
    """Digest of what was answered."""
    words: int | None = None
    """Words of the page's text that were looked for in its Markdown; None: nobody looked."""
    beside: str | None = None
    """Path of the file with the page's objects."""
    beside_sha256: str | None = None


class FileEntry(msgspec.Struct, kw_only=True, omit_defaults=True):
    """An attachment's file."""

    page: PageId
    name: str
    version: str
    sha256: str
    old: bool = False
    """Whether a later version of the file stands beside it."""
    author: str | None = None
    date: str | None = None
    comment: str | None = None
    mimetype: str | None = None

    @property
    def key(self) -> str:
        """What the layout knows it by."""
        return file_key(self.name, self.version if self.old else None)


class Manifest(msgspec.Struct, kw_only=True):
    """The tree; paths are relative to its root."""

    format: int = FORMAT
    flavour: str = ""
    main_wiki: str = ""
    pages: dict[str, PageEntry] = {}
    files: dict[str, FileEntry] = {}
    made: list[str] = []
    """Other files that were written: settings, contents."""


def read_manifest(root: Path, flavour: str) -> Manifest:
    """The manifest of the tree at ``root``; an empty one where there is none of that flavour."""
    path = root / MARK
    try:
        data = path.read_bytes()
    except OSError:
        return Manifest()
    try:
        found = msgspec.json.decode(data, type=Manifest) if data else Manifest()
    except msgspec.DecodeError as error:
        raise InputError(f"{path}: {error}", hint="export to a new folder") from error
    return found if (found.format, found.flavour) == (FORMAT, flavour) else Manifest()


def check_unedited(root: Path, manifest: Manifest) -> None:
    """InputError where somebody changed a file of the tree, which an export would undo."""
    edited = [
        path for path, sha256 in _digests(manifest)
        if (root / path).is_file() and sha256_of(root / path) != sha256
    ]  # fmt: skip
    if edited:
        raise InputError(
            f"{root}: {len(edited)} file(s) edited since the last export, {edited[0]} first",
            hint="import them (kb import), or export to a new folder",
        )


def _digests(manifest: Manifest) -> Iterator[tuple[str, str]]:
    for path, entry in manifest.pages.items():
        yield path, entry.sha256
        if entry.beside and entry.beside_sha256:
            yield entry.beside, entry.beside_sha256
    for path, file in manifest.files.items():
        yield path, file.sha256
