"""The state of a rendering as Markdown, and its entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple

from kb.markup import nodes as n
from kb.markup.nodes import Document, Node
from kb.markup.render.html import HtmlOptions, clean
from kb.markup.render.html.flow import FLOW
from kb.markup.render.html.phrasing import PHRASING
from kb.markup.render.html.style import escape_value
from kb.markup.render.html.writer import Handlers
from kb.markup.render.html.writer import Writer as HtmlWriter
from kb.markup.render.markdown.flavours import PLAIN, Flavour
from kb.markup.render.markdown.jsx import to_jsx
from kb.markup.render.markdown.raw_html import as_block, as_inline, is_block, without_line_ends
from kb.markup.render.plain import plain_text
from kb.markup.resolve import AsWritten, Resolver

MAX_DEPTH = 24
"""Blocks nested deeper are written as HTML."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkdownOptions:
    """How to render a tree as Markdown."""

    flavour: Flavour = PLAIN
    resolver: Resolver = field(default_factory=AsWritten)
    html_resolver: Resolver | None = None
    """For what stays HTML, whose links the program leaves as they are; else ``resolver``."""
    anchors: Collection[str] = ()
    """Ids of this page that other pages link to, so that they are kept beside its own."""
    heading_shift: int = 0


class Markdown(NamedTuple):
    """A page as Markdown."""

    text: str
    fallbacks: dict[str, int]
    """How often what could not be said: `table-span`, `underline`, `macro:velocity`, ….
    All of it stands in the text as HTML or source, but what begins with `style:`, which is
    only looks and left out."""


_DEFAULT = MarkdownOptions()


def render_markdown(document: Document, options: MarkdownOptions = _DEFAULT) -> Markdown:
    """Markdown of a page whose macros are expanded; others are shown as their source."""
    from kb.markup.render.markdown.blocks import blocks

    writer = Writer(document, options)
    text = "\n\n".join(blocks(writer, document.children))
    return Markdown(text + "\n" if text else "", dict(sorted(writer.fallbacks.items())))


class Writer:
    """What the functions that write blocks and lines share."""

    __slots__ = (
        "anchors", "cell", "depth", "document", "fallbacks", "flavour", "in_label", "options",
        "styles",
    )  # fmt: skip

    def __init__(self, document: Document, options: MarkdownOptions) -> None:
        self.document = document
        self.options = options
        self.flavour = options.flavour
        self.fallbacks: Counter[str] = Counter()
        self.depth = 0
        self.cell = False
        self.in_label = False
        self.styles: list[str] = []
        self.anchors = _anchors(document, set(options.anchors), options.resolver)

    def count(self, what: str) -> None:
        """Report something that Markdown cannot say."""
        self.fallbacks[what] += 1

    def html(self, nodes: list[Node], handlers: Handlers = FLOW) -> str:
        """`nodes` as clean HTML."""
        options = HtmlOptions(
            resolver=self.options.html_resolver or self.options.resolver,
            heading_shift=self.options.heading_shift, lean=True,
        )  # fmt: skip
        writer = HtmlWriter(self.document, options, FLOW)
        writer.write(nodes, handlers)
        return clean("".join(writer.out))

    def html_block(self, nodes: list[Node], why: str) -> str:
        """Blocks that Markdown cannot say."""
        self.count(why)
        return self.block(self.html(nodes))

    def html_inline(self, nodes: list[Node], why: str) -> str:
        """Inline content that Markdown cannot say."""
        self.count(why)
        return self.inline(self.html(nodes, PHRASING))

    def block(self, html: str) -> str:
        """Clean HTML as a block of its own."""
        if self.flavour.jsx:
            return to_jsx(without_line_ends(html))
        return as_block(html) if is_block(html) else as_inline(html)

    def inline(self, html: str) -> str:
        """Clean HTML within a line."""
        line = to_jsx(without_line_ends(html)) if self.flavour.jsx else as_inline(html)
        return line.replace("|", "&#124;") if self.cell else line

    def tag(self, name: str, classes: str = "", id_: str = "", title: str = "") -> str:
        """A start tag."""
        said = f' title="{escape_value(title)}"' if title else ""
        said = said.replace("\n", " ").replace("{", "&#123;")
        said = said.replace("|", "&#124;") if self.cell else said
        kind = "className" if self.flavour.jsx else "class"
        shown = f' {kind}="{classes}"' if classes else ""
        named = f' id="{id_}"' if id_ else ""
        return f"<{name}{shown}{named}{said}>"

    @property
    def line_break(self) -> str:
        """A line break that needs no line end."""
        return "<br />" if self.flavour.jsx else "<br>"


def _anchors(document: Document, wanted: set[str], resolver: Resolver) -> dict[str, str]:
    """Ids that some link leads to, each with the text of its heading, if it is one's."""
    texts: dict[str, str] = {}
    stack: list[Node] = [document]
    while stack:
        node = stack.pop()
        if isinstance(node, n.Link):
            target = resolver.link(node.reference)
            if target.kind == "anchor" and target.url:
                wanted.add(target.url[1:])
        elif isinstance(node, n.Heading):
            texts[node.params.get("id") or node.id] = plain_text(node.children).strip()
        if isinstance(node, n.Parent):
            stack += node.children
    return {anchor: texts.get(anchor, "") for anchor in wanted}
