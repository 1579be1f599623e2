"""Render wiki text for the site: sanitised, tidied, its links leading to pages of the site."""

from __future__ import annotations

import re
from html import unescape
from typing import Protocol

from markupsafe import Markup, escape

from kb.errors import Problem, page_trouble
from kb.markup import parse
from kb.markup.macros import WikiPages
from kb.markup.macros.pages import BASE
from kb.markup.render.html import HtmlOptions, HtmlWords, render_html
from kb.markup.render.resolve import NoWiki, Target
from kb.markup.syntaxes import read_page
from kb.markup.syntaxes.plain import source_tree
from kb.markup.tree.nodes import ResourceReference
from kb.model import PageId
from kb.publish.paths import saved_name
from kb.publish.wiki_text.tidy import NOWHERE, tidy
from kb.references import file_candidates, page_candidates

_PLAIN = (None, "xwiki/2.0", "xwiki/2.1")
_SHIFT = 2
"""A text's first heading is of the third level on its page."""

_WORDS = HtmlWords(
    contents="目录 Contents", footnotes="脚注 Footnotes", nowhere="无处可去 leads nowhere",
    not_run="宏，未运行 macro, not run", info="信息 Information", success="成功 Success",
    warning="注意 Warning", error="错误 Error",
)  # fmt: skip
"""In both languages: some of these are in attributes, where no style can hide one."""


_ID = re.compile(r'\sid="([^"]*)"')
_LABELLED = re.compile(r'<a (href="([^"]*)" rel="noopener">(?!\2</a>))')
_LINK = re.compile(r'<a(?= )(?:[^"<>]++|"[^"]*")*+>')
_ANCHOR = re.compile(r' href="#([^"]*)"')
_SAVED = re.compile(r' href="([^"]*~\.bin)"')


class SiteLinks(Protocol):
    """Tells where pages and files of the site are."""

    def page_url(self, page: PageId, root: str) -> str | None:
        """Link to a source page."""

    def file_url(self, page: PageId, name: str, root: str) -> str | None:
        """Link to an attached file."""


class WikiTextRenderer:
    """Renders texts of one page of the wiki for one page of the site."""

    def __init__(
        self, page: PageId, root: str, links: SiteLinks, syntax: str | None = None,
        around: WikiPages | None = None,
    ) -> None:  # fmt: skip
        """``around`` are the wiki's other pages, for macros that include or list them."""
        self._page = page
        self._around = around
        self._resolver = _LinkResolver(page, root, links)
        self._syntax = syntax
        self._count = 0
        self.problems: list[Problem] = []
        """What could not be shown as meant of the texts rendered so far."""

    def __call__(self, text: str) -> Markup:
        """Render a piece of wiki source; its ids differ from those of the page's other pieces.

        What cannot be rendered is shown as its source.
        """
        self._count += 1
        options = HtmlOptions(
            resolver=self._resolver, id_prefix=f"t{self._count}-", heading_shift=_SHIFT,
            words=_WORDS,
        )  # fmt: skip
        try:
            html = _tidied(self._html(text, options))
        except Exception as error:
            self.problems.append(page_trouble(error, self._page.page, self._page.page))
            html = render_html(source_tree(text, self._syntax or "xwiki/2.1"), options)
        return Markup(html)  # noqa: S704  (sanitised by the renderer)

    def _html(self, text: str, options: HtmlOptions) -> str:
        if "{{" not in text and self._syntax in _PLAIN:  # no macro: no registry to make
            return render_html(parse(text, self._syntax or "xwiki/2.1"), options)
        shown = read_page(text, self._syntax, pages=self._around, page=self._page.page)
        self.problems += shown.problems
        return shown.html(options)


def _tidied(html: str) -> str:
    """Tidy HTML; give links the class `out` where a label hides the URL, which paper has to show.

    Links to anchors that the text does not have lead nowhere.
    """
    html = tidy(html)
    if 'rel="noopener"' in html:
        html = _LABELLED.sub(r'<a class="out" \1', html)
    if '~.bin"' in html:
        html = _LINK.sub(lambda link: _SAVED.sub(_named, link[0], count=1), html)
    if 'href="#' not in html:
        return html
    ids = frozenset(_ID.findall(html))

    def checked(anchor: re.Match[str]) -> str:
        return anchor[0] if anchor[1] in ids else NOWHERE

    return _LINK.sub(lambda link: _ANCHOR.sub(checked, link[0], count=1), html)


def _named(match: re.Match[str]) -> str:
    """Have a file saved under the name that it has in the wiki."""
    name = saved_name(unescape(match[1]))
    return f'{match[0]} download="{escape(name)}"' if name else match[0]


class _LinkResolver(NoWiki):
    """Resolves references on a page of the wiki; to what the site lacks there is no link."""

    def __init__(self, page: PageId, root: str, links: SiteLinks) -> None:
        self._page = page
        self._root = root
        self._links = links

    def page(self, reference: ResourceReference) -> Target:
        """Resolve a page of the wiki, by its whole name or one relative to this page."""
        base = self._base(reference)
        for page in page_candidates(reference.type, reference.reference, base):
            url = self._links.page_url(page, self._root)
            if url:
                return Target(url, "page")
        return Target(None, "page", reference.reference)

    def attachment(self, reference: ResourceReference) -> Target:
        """Resolve a file of this page, or of the one named before `@`."""
        text = reference.reference
        base = self._base(reference)
        pages, name = file_candidates(reference.type, text, base)
        for owner, file in [(base, text), *((page, name) for page in pages)]:
            url = self._links.file_url(owner, file, self._root)
            if url:
                return Target(url, "attachment", file)
        return Target(None, "attachment", text)

    def _base(self, reference: ResourceReference) -> PageId:
        """The page that a reference is relative to: another one in what was included."""
        name = reference.parameters.get(BASE)
        return PageId(self._page.wiki, name, self._page.locale) if name else self._page
