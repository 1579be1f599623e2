"""What a tree says of itself, in the file `.casebook`: the next run builds on it.

A run that is interrupted leaves a journal of the pages that it wrote; the next one takes them over.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, TypeAlias

import msgspec

from importers.markdown.memory import MOST_TREE
from kb.errors import BAD_JSON, InputError
from kb.export.file_names import check_known_paths
from kb.export.report import Loss
from kb.export.tree_layout import file_key
from kb.files import MARK, sha256_of, staging_of
from kb.foreign_folder import ForeignFolder
from kb.model import PageId

FORMAT: Final = 2
_JOURNAL: Final = ".casebook.part"
"""In a tree that is being written: a line for each page that is, with all its files."""


class TreePage(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What is known of a page's file."""

    page: PageId
    inputs: str
    """Digest of all that the file was made of."""
    sha256: str
    memory_sha256: str = ""
    """Of what the tree remembers of the page."""
    kept: dict[str, int]
    """Links and images that lead where they led, by kind."""
    losses: list[Loss] = msgspec.field(name="entries")
    in_html: list[tuple[PageId, str]] = []
    """Attached files that text in HTML leads to."""
    asked: list[tuple[str, ...]] = []
    """What was asked of the rest of the tree; see TreeResolver.answers."""
    answers: str = ""
    """Digest of what was answered."""
    words: int | None = None
    """Words of the page's text that were looked for in its Markdown; None: nobody looked."""
    objects: str | None = msgspec.field(default=None, name="beside")
    """Path of the file with the page's objects."""
    objects_sha256: str | None = msgspec.field(default=None, name="beside_sha256")


EarlierTree: TypeAlias = tuple[Path, dict[str, TreePage]]
"""Where an earlier run wrote a tree, and what is known of its pages by their paths."""


class TreeFile(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What is known of an attachment's file."""

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
        """What the layout calls the file by."""
        return file_key(self.name, self.version if self.old else None)


class Manifest(msgspec.Struct, kw_only=True):
    """What a tree says of itself; paths are relative to its root."""

    format: int = FORMAT
    flavour: str = ""
    audience: str = "internal"
    main_wiki: str = ""
    pages: dict[str, TreePage] = {}
    files: dict[str, TreeFile] = {}
    made: list[str] = []
    """Other files that were written: settings, contents, files that stand twice."""
    made_sha256: dict[str, str] = {}
    """Digests of the settings among these."""

    def digests(self) -> Iterator[tuple[str, str | None]]:
        """Yield the path of each page, of its objects, of each attachment, with the digest."""
        for path, entry in self.pages.items():
            yield path, entry.sha256
            if entry.objects:
                yield entry.objects, entry.objects_sha256
        for path, file in self.files.items():
            yield path, file.sha256


def read_manifest(root: Path, flavour: str, audience: str) -> Manifest:
    """Return the manifest of the tree at ``root``; an empty one if it has none.

    InputError where it is one of another flavour or audience, or what is there cannot be read.
    """
    path = root / MARK
    try:
        data = ForeignFolder(root).read(MARK, MOST_TREE)
    except (FileNotFoundError, NotADirectoryError):
        return Manifest()
    except OSError as error:
        raise InputError(f"{path}: {error}", hint="export to a new folder") from error
    try:
        found = msgspec.json.decode(data, type=Manifest) if data else Manifest()
    except BAD_JSON as error:
        raise InputError(f"{path}: {error}", hint="export to a new folder") from error
    if data and (found.format, found.flavour, found.audience) != (FORMAT, flavour, audience):
        raise InputError(
            f"{root}: the {found.audience} tree for {found.flavour or 'another program'}, or one of"
            " another version of kb", hint="export to a new folder",
        )  # fmt: skip
    check_known_paths(root, (path for path, _ in found.digests()))
    return found


def check_unedited(root: Path, manifest: Manifest) -> None:
    """Raise InputError where somebody changed a file of the tree, which an export would undo."""
    old = ForeignFolder(root)
    edited = [
        path for path, sha256 in manifest.digests()
        if sha256 and old.is_file(path) and sha256_of(root / path) != sha256
    ]  # fmt: skip
    if edited:
        raise InputError(
            f"{root}: {len(edited)} file(s) edited since the last export, {edited[0]} first",
            hint="import them (kb import), or export to a new folder",
        )


def unfinished_tree(dest: Path) -> EarlierTree:
    """Return what an interrupted run left of the tree at ``dest``, put aside; else no pages."""
    staged, aside = staging_of(dest), dest.parent / f".{dest.name}.part"
    if _size(staged) > _size(aside):
        shutil.rmtree(aside, ignore_errors=True)
        staged.rename(aside)
    return aside, dict(_journal_entries(aside / _JOURNAL))


def _size(folder: Path) -> int:
    journal = folder / _JOURNAL
    return journal.stat().st_size if journal.is_file() else -1


def _journal_entries(journal: Path) -> Iterator[tuple[str, TreePage]]:
    if not journal.is_file():
        return
    decoder = msgspec.json.Decoder(tuple[str, TreePage])
    for line in journal.read_bytes().split(b"\n"):
        try:
            yield decoder.decode(line)
        except BAD_JSON:  # the line that was being written, or one of another version
            return


@contextmanager
def open_journal(root: Path) -> Iterator[IO[bytes]]:
    """Open the journal of a tree that is being written; delete it when the pages are done."""
    path = root / _JOURNAL
    with path.open("wb") as file:
        yield file
    path.unlink()


def record_page(journal: IO[bytes], path: str, entry: TreePage) -> None:
    """Record that a page's files are written."""
    journal.write(msgspec.json.encode((path, entry)) + b"\n")
    journal.flush()
