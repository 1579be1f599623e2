"""The programs that a tree can be written for, and the files that they want beside the pages."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import msgspec

from kb.export.layout import Shape
from kb.export.markdown import docusaurus, hugo, material, plain
from kb.export.markdown.nav import Nav, Site
from kb.markup.render.markdown import FLAVOURS, Flavour
from kb.model import PageId

_PAGES = frozenset((".md", ".markdown", ".mdown", ".mkd", ".mdx"))
_HUGO_PAGES = _PAGES | {
    ".html", ".htm", ".adoc", ".asciidoc", ".ad", ".org", ".rst", ".pandoc", ".pdc",
}  # fmt: skip


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A flavour: how its text, its names, its addresses and its project look."""

    name: str
    markdown: Flavour
    shape: Shape
    content: str = ""
    """Folder of the pages within the tree, slash behind."""
    static: str = ""
    """Folder, slash behind, of files that HTML leads to by an address from the root; where it is
    empty, files are published beside their pages and HTML leads there."""
    by_address: bool = False
    """Links in Markdown too are addresses of the site, since the program leaves them so."""
    project: Callable[[Site, Nav], dict[str, str]]
    """Files beside the pages: path → text."""
    address: Callable[[str], str]
    """Address of the page at a path of the content folder, without a slash before."""

    def url(self, path: str, page: PageId) -> str:
        """Address of ``page``, whose path is that, without a slash before."""
        if self.shape.small_locales and page.locale:
            locale = page.locale.lower().replace("_", "-")
            return f"{locale}/{self.address(path.removesuffix(f'.{locale}.md') + '.md')}"
        return self.address(path)

    def file_url(self, path: str) -> str:
        """Address of the attachment at a path of the content folder."""
        return quote(path)

    def front(self, path: str, page: PageId) -> dict[str, str]:
        """What the front matter must say so that the page has its address."""
        return {"slug": f"/{self.url(path, page)}"} if self.name == "docusaurus" else {}


def _as_folder(path: str, home: str = "index") -> str:
    """`A/Page.md` → `A/Page/`, a folder's own page → `A/`."""
    stem = path.removesuffix(".md")
    folder, _, name = stem.rpartition("/")
    if name in (home, "index"):
        return quote(f"{folder}/" if folder else "")
    return quote(f"{stem}/")


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            name="plain", markdown=FLAVOURS["plain"], shape=Shape(page_like=_PAGES),
            project=plain.project, address=quote,
        ),
        Kind(
            name="mkdocs", markdown=FLAVOURS["material"],
            shape=Shape(addressed=True, page_like=_PAGES),
            content="docs/", project=material.project, address=_as_folder,
        ),
        Kind(
            name="hugo", markdown=FLAVOURS["hugo"], content="content/", by_address=True,
            shape=Shape(home="_index", bundle=True, small_locales=True, page_like=_HUGO_PAGES),
            project=hugo.project, address=lambda path: _as_folder(path, "_index"),
        ),
        Kind(
            name="obsidian", markdown=FLAVOURS["obsidian"],
            shape=Shape(home="", page_like=_PAGES | {".canvas"}),
            project=plain.obsidian, address=quote,
        ),
        Kind(
            name="docusaurus", markdown=FLAVOURS["docusaurus"],
            shape=Shape(addressed=True, page_like=_PAGES),
            content="docs/", static="static/", project=docusaurus.project,
            address=lambda path: _as_folder(path).removesuffix("/"),
        ),
    )
}  # fmt: skip
"""Flavours by name."""
