"""A page's text in whatever syntax, ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass

from kb.errors import Problem
from kb.markup.macros import WikiPages, wiki_registry
from kb.markup.macros.expand import expand
from kb.markup.macros.results import failed, plain_nodes
from kb.markup.parser import SYNTAXES, parse
from kb.markup.render.html import HtmlOptions, render_html
from kb.markup.render.markdown import MarkdownOptions, MarkdownText, render_markdown
from kb.markup.render.plain import plain_text
from kb.markup.syntaxes.commonmark import commonmark_tree
from kb.markup.syntaxes.html import html_text, html_tree
from kb.markup.syntaxes.plain import plain_tree, source_tree
from kb.markup.syntaxes.problems import problems_of, show_content
from kb.markup.syntaxes.xwiki1 import xwiki1_tree
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node

_HTML_OPTIONS = HtmlOptions()
_MARKDOWN_OPTIONS = MarkdownOptions()


@dataclass(frozen=True, slots=True)
class ReadablePage:
    """A page that was read; its macros have run, but scripts and those that are not known."""

    document: n.Document
    problems: tuple[Problem, ...]
    """What could not be shown as meant."""

    def html(self, options: HtmlOptions = _HTML_OPTIONS) -> str:
        """Return sanitised HTML5."""
        return render_html(self.document, options)

    def markdown(self, options: MarkdownOptions = _MARKDOWN_OPTIONS) -> MarkdownText:
        """Return Markdown, with what it could not say."""
        return render_markdown(self.document, options)

    def plain(self) -> str:
        """Return the words, those of HTML and of macros that did not run too; blocks are parted."""
        swapped = _words_for_html(self.document)
        text = plain_text(self.document.children)
        for parent, children in swapped:
            parent.children = children
        return text


def read_page(
    source: str,
    syntax: str | None = "xwiki/2.1",
    *,
    pages: WikiPages | None = None,
    page: str = "",
    where: str = "",
) -> ReadablePage:
    """Read a page's `source` in any `syntax`; what nobody can read is shown as it stands.

    Args:
        source: the page's content, as stored.
        syntax: XWiki's id of it, `xwiki/2.1` where the wiki says none.
        pages: the wiki's other pages, for macros that list or include them.
        page: the page's own reference.
        where: names the page in problems; the line is added.
    """
    syntax = (syntax or "xwiki/2.1").strip().lower()
    where = where or page or "page"
    if syntax in SYNTAXES:
        registry = wiki_registry(pages, page)
        document = expand(parse(source, syntax), registry)
        problems = problems_of(document, registry, where, page or None)
        if problems:
            show_content(document)
        return ReadablePage(document, tuple(problems))
    document, code, detail = _other(source, syntax)
    problem = Problem(where=where, code=code, detail=detail, page=page or None)
    return ReadablePage(document, (problem,) if code else ())


def _words_for_html(document: n.Document) -> list[tuple[n.Parent, list[Node]]]:
    """Put words in the place of HTML; gives what to put back."""
    swapped: list[tuple[n.Parent, list[Node]]] = []
    stack: list[n.Parent] = [document]
    while stack:
        parent = stack.pop()
        if any(map(_is_html, parent.children)):
            swapped.append((parent, parent.children))
            parent.children = [
                _words(document, node) if _is_html(node) else node for node in parent.children
            ]
        stack += [child for child in parent.children if isinstance(child, n.Parent)]
    return swapped


def _is_html(node: Node) -> bool:
    if isinstance(node, n.MacroResult):
        return node.macro.name == "html" and bool(node.children) and not failed(node)
    return isinstance(node, n.RawText) and node.syntax.startswith(("html/", "xhtml/"))


def _words(document: n.Document, node: Node) -> Node:
    alone = n.Document(document.source, document.syntax, [node], {}, document.wiki)
    words = plain_nodes(html_text(render_html(alone)), node.pos)
    return n.Paragraph(node.pos, words, n.NO_PARAMS)


def _other(source: str, syntax: str) -> tuple[n.Document, str, str]:
    """Return the tree of another syntax, and a problem's code and detail, "" if there is none."""
    if syntax.startswith("plain/"):
        return plain_tree(source, syntax), "", ""
    if syntax.startswith("markdown"):
        return commonmark_tree(source, syntax), "", ""
    if syntax.startswith(("html/", "xhtml/")):
        return html_tree(source, syntax), "", ""
    if syntax == "xwiki/1.0":
        detail = "written in xwiki/1.0: shown as source; links, images, headings, bold understood"
        return xwiki1_tree(source), "syntax-old", detail
    detail = f"written in {syntax}, which nothing here reads: shown as its source"
    return source_tree(source, syntax), "syntax-unknown", detail
