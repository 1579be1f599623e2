"""A page's text in whatever syntax, ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kb.errors import Problem
from kb.markup.macros import WikiPages, wiki_registry
from kb.markup.macros.expand import expand
from kb.markup.macros.registry import ERROR, MacroRegistry, box, failed, placed, plain_nodes
from kb.markup.parser import SYNTAXES, parse
from kb.markup.render.html import HtmlOptions, render_html
from kb.markup.render.markdown import MarkdownOptions, MarkdownText, render_markdown
from kb.markup.render.plain import plain_text
from kb.markup.syntaxes.commonmark import commonmark_tree
from kb.markup.syntaxes.plain import html_text, html_tree, plain_tree, source_tree
from kb.markup.syntaxes.xwiki1 import xwiki1_tree
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node, descendants

_LANGUAGES = (
    "velocity groovy python ruby php script java javascript jython jruby kotlin lua perl"
    " powershell sql bsh beanshell"
)
SCRIPTS: Final = frozenset(_LANGUAGES.split())
"""Macros whose content is a program."""


def problems_of(
    document: n.Document, registry: MacroRegistry, where: str, page: str | None = None
) -> list[Problem]:
    """Return one problem for each macro that did not run and each place nested too deep.

    `where` names the page and version; each problem adds the line. Codes: `macro-script`,
    `macro-unknown`, `macro-failed`, `markup-deep`.
    """
    found: list[Problem] = []
    stack: list[Node] = [document]
    while stack:
        node = stack.pop()
        reason = _problem_of(node, registry) if isinstance(node, _REPORTED) else None
        if reason is not None:
            line = document.position(node).line
            code, detail = reason
            found.append(Problem(where=f"{where}:{line}", code=code, detail=detail, page=page))
        elif isinstance(node, n.Parent):
            # Most nodes are words: leaving these out at once takes half the time.
            stack += [child for child in reversed(node.children) if type(child) is not n.Text]
    return found


_REPORTED: Final = (n.Macro, n.MacroResult, n.TooDeep)


def _problem_of(node: Node, registry: MacroRegistry) -> tuple[str, str] | None:
    if isinstance(node, n.TooDeep):
        return "markup-deep", "nested deeper than is followed: shown as its source"
    macro = node.macro if isinstance(node, n.MacroResult) and failed(node) else node
    if not isinstance(macro, n.Macro):
        return None
    if macro.name.lower() in SCRIPTS:
        return "macro-script", f"the script macro {macro.name} is not run: shown as its source"
    if registry.get(macro.name) is None:
        return "macro-unknown", f"the macro {macro.name} is not known: shown as its source"
    cause = _cause(node) if isinstance(node, n.MacroResult) else "it was not run"
    return "macro-failed", f"the macro {macro.name} says: {cause}"


def _cause(result: n.MacroResult) -> str:
    first = result.children[0]
    words = first.children[0] if isinstance(first, n.Parent) and first.children else None
    text = words.text if isinstance(words, n.Text) else ""
    before, cause, rest = text.partition("Cause: [")
    return rest.partition("].")[0] if cause else before


def show_content(document: n.Document) -> None:
    """Show the content of macros that did not run, where it is no program, instead of the error.

    Renderers show their source; this is for plain text, which is searched.
    """
    for node in descendants(document.children):
        if isinstance(node, n.MacroResult) and failed(node):
            macro = node.macro
            script = macro.name.lower() in SCRIPTS or not macro.content
            words = [] if script else plain_nodes(macro.content or "", macro.content_pos)
            node.children = [box(macro, placed(macro, words) if words else [], {"class": ERROR})]


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
    alone = n.Document(0, [node], document.source, document.syntax, wiki=document.wiki)
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
