"""What readers of the archive get: a page with its lines, revisions and attachments."""

from __future__ import annotations

import msgspec

from kb.model import Comment, History, PageId, WikiObject


class LineView(msgspec.Struct, frozen=True):
    """A line of a page's source and who wrote it last."""

    number: int
    text: str
    version: str | None
    author: str | None
    date: str | None
    missing: bool = False
    """True where the source left this line out; its text is then empty."""


class RevisionView(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a page; ``held`` where its whole text is in the archive."""

    version: str
    author: str | None
    date: str | None
    comment: str | None
    minor: bool | None
    title: str | None
    syntax: str | None
    held: bool
    way: str | None = None
    """Name of the importer that its text came by, or what is known of it."""


class AttachmentView(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a file; ``sha256`` is None where its bytes are not in the archive."""

    name: str
    version: str
    sha256: str | None
    size: int | None
    mimetype: str | None
    author: str | None
    date: str | None
    comment: str | None
    gone: bool = False
    """True where the page no longer has the file."""
    way: str | None = None
    """Name of the importer that its bytes came by."""


class PageView(msgspec.Struct, frozen=True, kw_only=True):
    """A page as the archive knows it now."""

    key: int
    """Row in this archive: for ranges and parallel work, never shown."""
    id: PageId
    history: History
    title: str | None
    syntax: str | None
    default_locale: str | None
    version: str | None
    """Newest version whose whole text is held; None where only lines are known."""
    parent: str | None
    hidden: bool | None
    creator: str | None
    created: str | None
    modified: str | None
    url: str | None
    gone: str | None
    renamed_to: str | None
    digest: bytes
    """Changes when anything about the page does."""
    lines: tuple[LineView, ...]
    """Present source, split at line feeds, each line with its origin."""
    attachments: tuple[AttachmentView, ...]
    """All versions of all files, by name, oldest first."""
    comments: tuple[Comment, ...]
    objects: tuple[WikiObject, ...]
    tags: tuple[str, ...]

    @property
    def source(self) -> str:
        """The page's present source."""
        return "\n".join(line.text for line in self.lines)


class PageStanding(msgspec.Struct, frozen=True, kw_only=True):
    """What decides who may see a page: its state, and objects of the classes that were asked."""

    id: PageId
    hidden: bool | None
    gone: str | None
    whole: bool
    """Whether the archive knows all objects that the page has now."""
    objects: tuple[WikiObject, ...]
