"""html: HTML in a page, with wiki syntax in it if it asks for that.

Two macros of one name: XWiki's own makes XHTML, cleaned as XWiki does; the site's leaves it to
renderers to clean, since each allows another part of HTML.
"""

from __future__ import annotations

from typing import Final

from kb.markup.macros.html_clean import clean_html
from kb.markup.macros.registry import MacroContext
from kb.markup.render.xhtml.links import LinkPrinter, WikiModel
from kb.markup.render.xhtml.printer import XhtmlPrinter
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node, descendants

_MOST_WITHIN: Final = 8
"""HTML macros within each other, each of which renderers clean by itself."""


def _xhtml(macro: n.Macro, context: MacroContext) -> list[Node]:
    """Return the HTML as RawText, its trees of wiki content printed into it."""
    if not macro.content:
        return []
    text = macro.content
    if _is_true(macro.params.get("wiki"), False):
        nodes = context.parse(text, macro.content_pos, False)
        _leave_unclean(nodes)
        holder = n.MacroResult(macro.pos, nodes, macro)
        context.expand(holder)
        printer = _HtmlPrinter(LinkPrinter(context.links or WikiModel(), {}))
        printer.all(holder.children)
        text = printer.text()
    if _is_true(macro.params.get("clean"), True):
        text = clean_html(text, macro.inline)
    return [n.RawText(macro.content_pos, text, "html/5.0")]


def _is_true(value: str | None, default: bool) -> bool:
    return default if value is None else value.lower() == "true"


def _leave_unclean(nodes: list[Node]) -> None:
    """Let an html macro within be cleaned with what is around it."""
    for node in descendants(nodes):
        if isinstance(node, n.Macro) and node.name == "html":
            node.params = {**node.params, "clean": "false"}


class _HtmlPrinter(XhtmlPrinter):
    """Print text as it is, since it is HTML, and escape only what macros made."""

    def __init__(self, links: LinkPrinter) -> None:
        super().__init__(links)
        self.in_html = True

    def words(self, text: str) -> None:
        """Print text, markup included."""
        if self.in_macro:
            super().words(text)
        else:
            self.out.append(text)

    def line_break(self) -> None:
        """Print a line end."""
        if self.in_macro:
            super().line_break()
        else:
            self.out.append("\n")

    def empty_lines(self, count: int) -> None:
        """Print nothing."""
        if self.in_macro:
            super().empty_lines(count)

    def paragraph(self, node: n.Paragraph) -> None:
        """Print what is in a paragraph: its tags would be in the HTML."""
        if self.in_macro:
            super().paragraph(node)
        else:
            self.inline += 1
            self.all(node.children)
            self.inline -= 1


def has_wiki(macro: n.Macro) -> bool:
    """Tell whether the content is wiki syntax with tags in it."""
    return (macro.params.get("wiki") or "").strip().lower() == "true"


def _nodes(macro: n.Macro, context: MacroContext) -> list[Node]:
    """Return the HTML; where it holds wiki syntax its tree, whose text then is HTML."""
    if not macro.content:
        return []
    if has_wiki(macro):
        results = [one for one in context.ancestors if isinstance(one, n.MacroResult)]
        if sum(one.macro.name == "html" for one in results) >= _MOST_WITHIN:
            return [n.TooDeep(macro.pos, macro.content)]
        return _open_up(context.parse(macro.content, macro.content_pos, macro.inline))
    return [n.RawText(macro.content_pos, macro.content, "html/5.0")]


def _open_up(nodes: list[Node]) -> list[Node]:
    """Open paragraphs and line ends up as they are written: the HTML has its own tags."""
    opened = _spliced(nodes)
    for node in descendants(opened):
        if isinstance(node, n.Parent):
            node.children = _spliced(node.children)
    return opened


def _spliced(nodes: list[Node]) -> list[Node]:
    opened: list[Node] = []
    for node in nodes:
        if isinstance(node, n.Paragraph):
            opened += [*_spliced(node.children), n.Text(node.pos, "\n")]
        elif isinstance(node, n.LineBreak):
            opened.append(n.Text(node.pos, "\n"))
        elif not isinstance(node, n.EmptyLines):
            opened.append(node)
    return opened


MACROS: Final = {"html": _xhtml}
EXTENSIONS: Final = {"html": _nodes}
