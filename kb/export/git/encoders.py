"""How a version of a page becomes the bytes of its file: the wiki's own source, or Markdown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from kb.archive import Archive, LineView, PageView, RevisionView
from kb.export.markdown.page_data import title_of
from kb.export.markdown.page_text import render_page
from kb.export.tree_layout import HOME, Layout, Shape
from kb.export.tree_links import LinkTargets, SiteResolver, TreeResolver
from kb.frontmatter import write_front_matter
from kb.markup.render.markdown import FLAVOURS


class PageEncoder(Protocol):
    """Turns a version of a page into the bytes of its file."""

    shape: Shape
    """How the tree names its files."""

    def begin(self, archive: Archive, layout: Layout) -> None:
        """Learn of the tree: called once, before any version is asked for."""
        ...

    def bytes_of(self, page: PageView, revision: RevisionView | None, text: str) -> bytes:
        """Return the file for ``text``: the revision's, or the present one where that is None."""
        ...


class XWikiEncoder:
    """The source as the wiki gave it, byte for byte."""

    shape = Shape(home=HOME, ending=".xwiki", page_like=frozenset((".xwiki",)))

    def begin(self, archive: Archive, layout: Layout) -> None:
        """Learn nothing: none of it is needed."""

    def bytes_of(self, page: PageView, revision: RevisionView | None, text: str) -> bytes:
        """Return the text in UTF-8."""
        return text.encode()


class MarkdownEncoder:
    """Plain Markdown with front matter; links lead to the files of the tree as it is now."""

    shape = Shape(page_like=frozenset((".md", ".markdown", ".mdx")))

    def begin(self, archive: Archive, layout: Layout) -> None:
        """Learn which pages and files there are."""
        files = {
            view.id: frozenset(file.name for file in view.attachments if file.sha256)
            for view in archive.pages()
        }
        self._targets = LinkTargets(layout, files)

    def bytes_of(self, page: PageView, revision: RevisionView | None, text: str) -> bytes:
        """Return front matter and text."""
        lines = tuple(
            LineView(number, line, None, None, None)
            for number, line in enumerate(text.split("\n"), 1)
        )
        title = revision.title if revision and revision.title else page.title
        syntax = revision.syntax if revision and revision.syntax else page.syntax
        view = msgspec.structs.replace(page, lines=lines, title=title, syntax=syntax)
        links = TreeResolver(self._targets, page.id, {})
        site = SiteResolver(links, lambda path, _: path, rooted=False)
        body = render_page(view, FLAVOURS["plain"], links, site, ())
        about = {
            "name": page.id.wiki, "reference": page.id.page, "locale": page.id.locale,
            "version": revision.version if revision else None,
        }  # fmt: skip
        facts = write_front_matter({"title": title_of(view), "wiki": about})
        return f"{facts}{body.text}".encode("utf-8", "replace")


ENCODERS: dict[str, Callable[[], PageEncoder]] = {
    "xwiki": XWikiEncoder,
    "markdown": MarkdownEncoder,
}
"""By the name that --source has for them."""
