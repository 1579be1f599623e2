"""What a page's file holds: the wiki's own source, or what a renderer makes of it."""

from __future__ import annotations

from typing import Protocol

from kb.archive import PageView, RevisionView
from kb.export.layout import HOME, Shape


class Source(Protocol):
    """Turns a version of a page into the bytes of its file."""

    shape: Shape

    def bytes_of(self, page: PageView, revision: RevisionView | None, text: str) -> bytes:
        """The file for ``text``, which is that revision's, or the present one where None."""
        ...


class WikiSource:
    """The source as the wiki gave it, byte for byte."""

    shape = Shape(home=HOME, ending=".xwiki", page_like=frozenset((".xwiki",)))

    def bytes_of(self, page: PageView, revision: RevisionView | None, text: str) -> bytes:
        """The text in UTF-8."""
        return text.encode()
