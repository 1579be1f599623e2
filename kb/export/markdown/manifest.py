"""What a tree says of itself, in the file `.casebook`: the next run builds on it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from kb.errors import InputError
from kb.export.ledger import Entry
from kb.export.place import sha256_of
from kb.model import PageId
from kb.publish.swap import MARK

FORMAT = 2


class PageEntry(msgspec.Struct, kw_only=True):
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


class FileEntry(msgspec.Struct, kw_only=True):
    """An attachment's file."""

    page: PageId
    name: str
    version: str
    sha256: str


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
    """InputError where somebody changed a page in the tree, which an export would undo."""
    edited = [
        path for path, entry in manifest.pages.items()
        if (root / path).is_file() and sha256_of(root / path) != entry.sha256
    ]  # fmt: skip
    if edited:
        raise InputError(
            f"{root}: {len(edited)} page(s) edited since the last export, {edited[0]} first",
            hint="import them (kb import), or export to a new folder",
        )
