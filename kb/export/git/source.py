"""What a page's file holds: the wiki's own source, or Markdown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from kb.archive import Archive, LineView, PageView, RevisionView
from kb.export.layout import HOME, Layout, Shape
from kb.export.links import Known, SiteResolver, TreeResolver
from kb.export.markdown.facts import title_of
from kb.export.markdown.front import front_matter
from kb.export.markdown.render import body_of
from kb.markup.render.markdown import FLAVOURS


class Source(Protocol):
    """Turns a version of a page into the bytes of its file."""

    shape: Shape

    def begin(self, archive: Archive, layout: Layout) -> None:
        """Learn of the run: called once, before any version is asked for."""
        ...

    def bytes_of(self, page: PageView, revision: RevisionView | None, text: str) -> bytes:
        """The file for ``text``, which is that revision's, or the present one where None."""
        ...


class WikiSource:
    """The source as the wiki gave it, byte for byte."""

    shape = Shape(home=HOME, ending=".xwiki", page_like=frozenset((".xwiki",)))

    def begin(self, archive: Archive, layout: Layout) -> None:
        """Nothing need be known."""

    def bytes_of(self, page: PageView, revision: RevisionView | None, text: str) -> bytes:
        """The text in UTF-8."""
        return text.encode()


class MarkdownSource:
    """Plain Markdown with front matter; links lead to the files of the tree as it is now."""

    shape = Shape(page_like=frozenset((".md", ".markdown", ".mdx")))

    def begin(self, archive: Archive, layout: Layout) -> None:
        """Learn which pages and files there are."""
        files = {
            view.id: frozenset(file.name for file in view.attachments if file.sha256)
            for view in archive.pages()
        }
        self._known = Known(layout, files)

    def bytes_of(self, page: PageView, revision: RevisionView | None, text: str) -> bytes:
        """Front matter and text."""
        lines = tuple(
            LineView(number, line, None, None, None)
            for number, line in enumerate(text.split("\n"), 1)
        )
        title = revision.title if revision and revision.title else page.title
        syntax = revision.syntax if revision and revision.syntax else page.syntax
        view = msgspec.structs.replace(page, lines=lines, title=title, syntax=syntax)
        links = TreeResolver(self._known, page.id, {})
        site = SiteResolver(links, lambda path, _: path, rooted=False)
        body = body_of(view, FLAVOURS["plain"], links, site, ())
        about = {
            "name": page.id.wiki, "reference": page.id.page, "locale": page.id.locale,
            "version": revision.version if revision else None,
        }  # fmt: skip
        facts = front_matter({"title": title_of(view), "wiki": about})
        return f"{facts}{body.text}".encode("utf-8", "replace")


SOURCES: dict[str, Callable[[], Source]] = {"xwiki": WikiSource, "markdown": MarkdownSource}
"""Kinds of source by name."""
