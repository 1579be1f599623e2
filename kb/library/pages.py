"""A page of the archive as a script reads it: its text, versions, line authors, attachments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from kb.archive import Archive, LineView, PageView, RevisionView
from kb.archive.damage import DamagedBytesError
from kb.archive.views import AttachmentView
from kb.errors import NotFoundError
from kb.history import split_lines
from kb.history.unified import CONTEXT, Hunk, hunks
from kb.library.argument_types import checks_arguments
from kb.model import Comment, PageId, WikiObject


@checks_arguments
class Page:
    """A page as the archive has it now; versions are read when they are asked for."""

    __slots__ = ("_archive", "view")

    def __init__(self, archive: Callable[[], Archive], view: PageView) -> None:
        self._archive: Final = archive
        self.view: Final = view
        """All facts of the page as one record."""

    def __repr__(self) -> str:
        locale = f", locale={self.locale!r}" if self.locale else ""
        return f"<Page {self.reference!r}{locale}, version {self.version}>"

    @property
    def id(self) -> PageId:
        """Wiki, reference and locale."""
        return self.view.id

    @property
    def reference(self) -> str:
        """XWiki's local reference: `Support.Cases.WebHome`."""
        return self.view.id.page

    @property
    def locale(self) -> str:
        """The translation's language; empty for the page's default one."""
        return self.view.id.locale

    @property
    def title(self) -> str | None:
        """The title as the wiki keeps it; None where it keeps none."""
        return self.view.title

    @property
    def version(self) -> str | None:
        """Newest version whose whole text is held; None where only lines are known."""
        return self.view.version

    @property
    def url(self) -> str | None:
        """Address on the wiki, where the source told it."""
        return self.view.url

    @property
    def text(self) -> str:
        """The present source, in the page's syntax."""
        return self.view.source

    @property
    def tags(self) -> tuple[str, ...]:
        """Tags, in the wiki's order."""
        return self.view.tags

    @property
    def comments(self) -> tuple[Comment, ...]:
        """Comments and annotations, by number."""
        return self.view.comments

    @property
    def objects(self) -> tuple[WikiObject, ...]:
        """Objects of other classes than comments and tags."""
        return self.view.objects

    @property
    def attachments(self) -> tuple[AttachmentView, ...]:
        """All versions of all attachments, by name, oldest first."""
        return self.view.attachments

    def at(self, version: str) -> str:
        """Return the source of a version, byte for byte. NotFoundError where it is not held."""
        text = self._archive().content(self.view.key, version)
        if text is None:
            raise self._not_held(version)
        return text

    def history(self) -> tuple[RevisionView, ...]:
        """Return all versions known, oldest first, also those of which only lines are held."""
        return tuple(self._archive().revisions(self.view.key))

    def blame(self, version: str | None = None) -> tuple[LineView, ...]:
        """Return the lines of the present text or of a version, each with its last change.

        NotFoundError where the version's text is not held.
        """
        if version in (None, self.version):
            return self.view.lines
        lines = self._archive().blame(self.view.key, version or "")
        if not lines:
            raise self._not_held(version)
        return lines

    def diff(self, old: str, new: str, *, context: int = CONTEXT) -> Sequence[Hunk]:
        """Return what changed from version ``old`` to ``new``, with lines of context around."""
        return list(hunks(split_lines(self.at(old)), split_lines(self.at(new)), context))

    def data(self, attachment: AttachmentView) -> bytes:
        """Return the bytes of an attachment's version. NotFoundError where they are not held.

        KbError where they are damaged.
        """
        try:
            return self._archive().blobs.open(attachment.sha256 or "")
        except DamagedBytesError:
            raise
        except KeyError:
            raise NotFoundError(
                f"{self.reference}: the bytes of {attachment.name} {attachment.version}"
                " are not in the archive",
                hint="import the page again with its attachments",
            ) from None

    def _not_held(self, version: str | None) -> NotFoundError:
        return NotFoundError(
            f"{self.reference} {version or ''}".rstrip() + ": its text is not in the archive",
            hint=f"kb show {self.reference} --history says which versions are",
        )
