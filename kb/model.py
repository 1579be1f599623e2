"""The records that importers give and the archive keeps.

Moments are ISO 8601 strings no more precise than known (`2020-04-10`, `2020-04-10T09:30`,
`2020-04-10T09:30:12Z`). Versions are XWiki's, `major.minor` as strings. ``None`` says unknown,
an empty value says known to be empty: neither is ever put for the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, Protocol, TypeAlias

import msgspec

from kb.errors import Problem

History: TypeAlias = Literal["complete", "lines", "latest"]
"""complete: every revision; lines: the newest version of each line; latest: one text only."""

PropertyValue: TypeAlias = str | int | float | bool | list[str] | None


class PageId(msgspec.Struct, frozen=True, order=True):
    r"""Which page: wiki, escaped local reference (`07\. Dev.Suppliers.WebHome`), locale."""

    wiki: str
    page: str
    locale: str = ""
    """Empty for the page's default language, else XWiki's form: `fr`, `pt_BR`."""


class PageSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Opens a page's records: what holds for the page now, whatever its revisions say."""

    id: PageId
    history: History
    """What the records that follow amount to."""
    title: str | None = None
    syntax: str | None = None
    default_locale: str | None = None
    version: str | None = None
    parent: str | None = None
    hidden: bool | None = None
    creator: str | None = None
    created: str | None = None
    modified: str | None = None
    tags: tuple[str, ...] | None = None
    url: str | None = None
    way: str | None = None
    """Name of the importer whose way the page came, where that is not the one that was asked."""
    whole: bool = False
    """Whether what follows names all comments, objects and files that the page has now: what the
    archive knows and this does not name is gone from the page."""
    raw: bytes | None = None
    """The page's bytes as received, where they do not belong to one revision."""
    raw_sha256: str | None = None
    """In place of ``raw`` where the bytes are many: their digest in the sink."""


class RevisionSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A version known to exist, without its text: a row of a history list."""

    version: str
    author: str | None = None
    """User reference (`XWiki.ruan`) where the source has it, else the displayed name."""
    author_name: str | None = None
    """The displayed name, where known beside the reference."""
    date: str | None = None
    comment: str | None = None
    minor: bool | None = None


class Revision(RevisionSeen, frozen=True, kw_only=True):
    """One version of a page with its whole source. Its content is byte for byte the wiki's."""

    content: str
    title: str | None = None
    syntax: str | None = None
    parent: str | None = None
    hidden: bool | None = None
    raw: bytes | None = None
    """As received: the revision's XML or JSON."""


class LineOrigin(msgspec.Struct, frozen=True):
    """Who wrote a line last, and in which version."""

    version: str | None
    author: str | None = None
    date: str | None = None


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A page's present source as a blame view shows it, each line with its origin."""

    lines: tuple[str, ...]
    """Source lines; empty where ``missing`` names the line."""
    origins: tuple[LineOrigin, ...]
    """One for each line."""
    missing: frozenset[int] = frozenset()
    """Numbers (1-based) of lines that the view left out."""
    raw: bytes | None = None

    def __post_init__(self) -> None:
        if len(self.lines) != len(self.origins):
            raise ValueError(f"{len(self.lines)} lines with {len(self.origins)} origins")


class AttachmentRevision(msgspec.Struct, frozen=True, kw_only=True):
    """One version of an attached file; its bytes went to the sink before."""

    name: str
    version: str
    sha256: str | None
    """None: the wiki names the file but has no bytes for it."""
    size: int | None = None
    mimetype: str | None = None
    author: str | None = None
    date: str | None = None
    comment: str | None = None


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """A reader's comment or annotation, in wiki syntax as written."""

    number: int
    text: str
    author: str | None = None
    date: str | None = None
    reply_to: int | None = None
    selection: str | None = None
    """The annotated words, for an annotation."""
    resolved: bool | None = None


class WikiObject(msgspec.Struct, frozen=True, kw_only=True):
    """An object of a class on a page, with its properties in the class's order."""

    class_name: str
    number: int
    properties: dict[str, PropertyValue]
    guid: str | None = None


class WikiClass(msgspec.Struct, frozen=True, kw_only=True):
    """The class that a page defines: property name → its type (`String`, `StaticList`, …)."""

    properties: dict[str, str]
    raw: bytes | None = None


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """A page that the wiki no longer has. What the archive knows of it stays, marked."""

    id: PageId
    noticed: str
    renamed_to: str | None = None


class FetchState(msgspec.Struct, frozen=True, kw_only=True):
    """What an importer wants to remember for its next run, committed with what came before it."""

    key: str
    value: str


class Checkpoint(msgspec.Struct, frozen=True):
    """Between two pages: what came before is committed when the iterator is asked again."""


Item: TypeAlias = (
    PageSeen
    | Revision
    | RevisionSeen
    | Snapshot
    | AttachmentRevision
    | Comment
    | WikiObject
    | WikiClass
    | Gone
    | FetchState
    | Checkpoint
    | Problem
)
"""What an importer yields: a page's records together, opened by its PageSeen."""


class Sink(Protocol):
    """Where an importer puts large bytes before it yields the record that names them."""

    def put(self, chunks: Iterable[bytes]) -> str:
        """Store the bytes and return their sha256 in hex. The same bytes are stored once."""
        ...


class Known(Protocol):
    """What the archive already has, for importers that fetch only what is new."""

    def versions(self, page: PageId) -> frozenset[str]:
        """Versions of the page whose whole text is held."""
        ...

    def attachment_versions(self, page: PageId, name: str) -> frozenset[str]:
        """Versions of the file whose bytes are held."""
        ...

    def fetch_state(self, key: str) -> str | None:
        """The last FetchState of this source with that key."""
        ...

    def fetch_states(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Keys that begin with ``prefix`` and their values, in the keys' order."""
        ...


_VERSION = re.compile(r"[0-9]{1,9}\.[0-9]{1,9}")


def version_key(version: str) -> tuple[int, int]:
    """Sort key of a version: `1.10` comes after `1.9`. ValueError where it is none.

    A number has nine digits at the most: it fits the archive's columns, and XWiki's.
    """
    if not _VERSION.fullmatch(version):
        raise ValueError(f"{version[:40]!r} is no version")
    major, _, minor = version.partition(".")
    return int(major), int(minor)
