"""Wiki text as it is shown on the site: rendered, sanitised, its links leading into the site."""

from __future__ import annotations

from typing import Protocol

from markupsafe import Markup

from kb.markup.render.html import HtmlOptions, Words
from kb.markup.resolve import NoWiki, Target
from kb.markup.syntaxes import read_page
from kb.markup.values import ResourceReference
from kb.model import PageId
from kb.references import join_reference, split_reference

_HOME = "WebHome"
_SHIFT = 2
"""A text's first heading is the third level of the page that it stands on."""

_WORDS = Words(
    contents="目录 Contents",
    footnotes="脚注 Footnotes",
    nowhere="无处可去 leads nowhere",
    not_run="宏,未运行 macro, not run",
    info="信息 Information",
    success="成功 Success",
    warning="注意 Warning",
    error="错误 Error",
)
"""In both languages: these stand in attributes too, where no style can hide one."""


class Places(Protocol):
    """Where pages and files of the site are."""

    def page_url(self, page: PageId, root: str) -> str | None:
        """Link to a source page."""
        ...

    def file_url(self, page: PageId, name: str, root: str) -> str | None:
        """Link to an attached file."""
        ...


class Bodies:
    """Renders texts that stand on one page of the wiki for one page of the site."""

    def __init__(self, page: PageId, root: str, places: Places, syntax: str | None = None) -> None:
        self._page = page
        self._resolver = _SiteLinks(page, root, places)
        self._syntax = syntax
        self._count = 0

    def __call__(self, text: str) -> Markup:
        """HTML of a piece of wiki source, its ids unlike those of the page's other pieces."""
        self._count += 1
        options = HtmlOptions(
            resolver=self._resolver, id_prefix=f"t{self._count}-", heading_shift=_SHIFT,
            words=_WORDS,
        )  # fmt: skip
        shown = read_page(text, self._syntax, page=self._page.page).html(options)
        return Markup(shown)  # noqa: S704  (sanitised by the renderer)


class _SiteLinks(NoWiki):
    """Resolves references against a page of the wiki; what the site lacks leads nowhere."""

    def __init__(self, page: PageId, root: str, places: Places) -> None:
        self._page = page
        self._root = root
        self._places = places

    def page(self, reference: ResourceReference) -> Target:
        """A page of the wiki, by its whole name or one relative to this page."""
        for name in self._candidates(reference.reference):
            url = self._places.page_url(PageId(self._page.wiki, name), self._root)
            if url:
                return Target(url, "page")
        return Target(None, "page", reference.reference)

    def attachment(self, reference: ResourceReference) -> Target:
        """A file of this page, or of the one named before `@`."""
        text = reference.reference
        before, _, name = text.rpartition("@")
        owners = [self._page]
        if before:
            owners = [PageId(self._page.wiki, n) for n in self._candidates(before)]
        for owner, file in [(self._page, text), *((owner, name) for owner in owners)]:
            url = self._places.file_url(owner, file, self._root)
            if url:
                return Target(url, "attachment", file)
        return Target(None, "attachment", text)

    def _candidates(self, text: str) -> list[str]:
        """References that a link's text may mean, as XWiki tries them."""
        text = text.removeprefix(f"{self._page.wiki}:")
        spaces = split_reference(self._page.page)[:-1]
        if text.startswith("."):
            names = (*spaces, *split_reference(text[1:]))
        elif "." in text:
            names = split_reference(text)
        else:
            names = (*spaces, text)
        return [join_reference(names), join_reference((*names, _HOME)), text]
