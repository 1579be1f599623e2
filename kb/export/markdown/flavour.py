"""The programs that a tree can be written for, and the files that they want beside the pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from kb.export.markdown import docusaurus, hugo, mkdocs
from kb.export.markdown.nav import Nav, ProjectSettings, obsidian_project, plain_project
from kb.export.tree_layout import Shape
from kb.markup.render.markdown import FLAVOURS, Flavour
from kb.model import PageId

_PAGES = frozenset((".md", ".markdown", ".mdown", ".mkd", ".mdx"))
_HUGO_PAGES = _PAGES | {
    ".html", ".htm", ".adoc", ".asciidoc", ".ad", ".org", ".rst", ".pandoc", ".pdc",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeFormat:
    """How the text, the names, the addresses and the project of one program look."""

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
    project: Callable[[ProjectSettings, Nav], dict[str, str]]
    """Files beside the pages: path → text."""
    address: Callable[[str], str]
    """Address of the page at a path of the content folder, without a slash before."""

    def url(self, path: str, page: PageId) -> str:
        """Return the address of ``page``, which stands at ``path``, without a slash before."""
        if self.shape.small_locales and page.locale:
            locale = page.locale.lower().replace("_", "-")
            return f"{locale}/{self.address(path.removesuffix(f'.{locale}.md') + '.md')}"
        return self.address(path)

    def front(self, path: str, page: PageId) -> dict[str, str]:
        """Return what the front matter must say so that the page has its address."""
        return {"slug": f"/{self.url(path, page)}"} if self.name == "docusaurus" else {}


def _as_folder(path: str, home: str = "index") -> str:
    """Return the address of a page: `A/Page.md` → `A/Page/`, a folder's own page → `A/`."""
    stem = path.removesuffix(".md")
    folder, _, name = stem.rpartition("/")
    at = folder if name in (home, "index") else stem
    return quote(f"{at}/" if at else "")


TREE_FORMATS = {
    tree.name: tree
    for tree in (
        TreeFormat(
            name="plain", markdown=FLAVOURS["plain"], shape=Shape(page_like=_PAGES),
            project=plain_project, address=quote,
        ),
        TreeFormat(
            name="mkdocs", markdown=FLAVOURS["material"],
            shape=Shape(addressed=True, page_like=_PAGES),
            content="docs/", project=mkdocs.project, address=_as_folder,
        ),
        TreeFormat(
            name="hugo", markdown=FLAVOURS["hugo"], content="content/", by_address=True,
            shape=Shape(home="_index", bundle=True, small_locales=True, page_like=_HUGO_PAGES),
            project=hugo.project, address=lambda path: _as_folder(path, "_index"),
        ),
        TreeFormat(
            name="obsidian", markdown=FLAVOURS["obsidian"],
            shape=Shape(home="", page_like=_PAGES | {".canvas"}),
            project=obsidian_project, address=quote,
        ),
        TreeFormat(
            name="docusaurus", markdown=FLAVOURS["docusaurus"],
            shape=Shape(addressed=True, page_like=_PAGES),
            content="docs/", static="static/", project=docusaurus.project,
            address=lambda path: _as_folder(path).removesuffix("/"),
        ),
    )
}  # fmt: skip
"""By the name of the flavour."""
