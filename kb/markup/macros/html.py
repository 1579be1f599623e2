"""html: HTML in a page, cleaned, and with wiki syntax in it if it asks for that."""

from __future__ import annotations

from collections.abc import Callable

from kb.markup import nodes as n
from kb.markup.macros.html_clean import clean_html
from kb.markup.macros.registry import MacroContext, Registry
from kb.markup.nodes import Node
from kb.markup.render.links import LinkPrinter, ReadableWiki
from kb.markup.render.xhtml import XhtmlPrinter

ToXhtml = Callable[[list[Node]], str]


def register(registry: Registry) -> None:
    """Add html to `registry`."""
    registry.add("html", _html)


def _html(macro: n.Macro, context: MacroContext) -> list[Node]:
    """The HTML as RawText; its trees of wiki content are printed into it."""
    if not macro.content:
        return []
    text = macro.content
    if _is_true(macro.params.get("wiki"), False):
        nodes = context.parse(text, macro.content_pos, False)
        _leave_unclean(nodes)
        holder = n.MacroResult(macro, nodes)
        context.expand(holder)
        printer = _HtmlPrinter(LinkPrinter(context.links or ReadableWiki(), {}))
        printer.all(holder.children)
        text = printer.text()
    if _is_true(macro.params.get("clean"), True):
        text = clean_html(text, macro.inline)
    return [n.RawText(macro.content_pos, text, "html/5.0")]


def _is_true(value: str | None, default: bool) -> bool:
    return default if value is None else value.lower() == "true"


def _leave_unclean(nodes: list[Node]) -> None:
    """An html macro within is cleaned with what is around it."""
    for node in nodes:
        if isinstance(node, n.Macro) and node.name == "html":
            node.params = {**node.params, "clean": "false"}
        elif isinstance(node, n.Parent):
            _leave_unclean(node.children)


class _HtmlPrinter(XhtmlPrinter):
    """Prints text as it is, for it is HTML, but not what macros made."""

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
