"""The state of a rendering as Markdown, and how blocks follow each other."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from html import unescape
from itertools import groupby
from typing import Final, NamedTuple

from kb.markup.render.handlers import NodeHandlers
from kb.markup.render.html import HtmlOptions, clean
from kb.markup.render.html.flow import FLOW
from kb.markup.render.html.phrasing import PHRASING
from kb.markup.render.html.style import escape_value
from kb.markup.render.html.writer import HtmlHandlers, HtmlWriter
from kb.markup.render.markdown.escape import by_parts, entity
from kb.markup.render.markdown.flavours import PLAIN, Flavour
from kb.markup.render.plain import plain_text
from kb.markup.render.resolve import AsWritten, NoWiki
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Document, Node, descendants

_BLOCK = (
    "address|article|aside|blockquote|caption|center|col|colgroup|dd|details|div|dl|dt|figcaption"
    "|figure|footer|h[1-6]|header|hr|li|main|nav|ol|p|pre|section|summary|table|tbody|td|tfoot|th"
    "|thead|tr|ul"
)
_BEGINS = re.compile(rf"<(?:{_BLOCK})[ />]")
_LINE_END = re.compile(rf"(</?(?:{_BLOCK})(?:\s[^<>]*)?>)\n+")
_TAG = re.compile(r"""</?[a-zA-Z][a-zA-Z0-9]*(?:\s+[a-zA-Z-]+(?:="[^"]*")?)*\s*/?>""")
# What Markdown, in any of the flavours, could read in text.
_MEANS = re.compile(r"[\\`*_\[\]{}~$^=+!|]|(?<=:)/|(?<=www)\.|@|(?<=\d)[.)](?=\s)|^[ \t]*[#>:-]")


def _without_line_ends(html: str) -> str:
    """Remove line ends after blocks' tags; they mean nothing there."""
    return _LINE_END.sub(r"\1", html.strip("\n"))


def is_block(html: str) -> bool:
    """Tell whether a line of HTML that begins like this is an HTML block."""
    return _BEGINS.match(html) is not None


def as_block(html: str) -> str:
    """Make it one line that is an HTML block."""
    return _without_line_ends(html).replace("\n", "&#10;")


def as_inline(html: str) -> str:
    """Make it one line for a paragraph, where text between tags says what it said in HTML."""
    return by_parts(_TAG, _without_line_ends(html), _text, lambda tag: tag[0].replace("\n", " "))


def _text(text: str) -> str:
    return _MEANS.sub(lambda found: entity(found[0]), text.replace("\n", " "))


# As JSX

_VOID: Final = frozenset(("br", "hr", "img", "wbr", "col"))
_NAMES: Final = {
    "class": "className", "colspan": "colSpan", "rowspan": "rowSpan", "tabindex": "tabIndex",
    "datetime": "dateTime", "hreflang": "hrefLang",
}  # fmt: skip
_JSX_TAG = re.compile(r"""<(/?[a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z-]+(?:="[^"]*")?)*)\s*(/?)>""")
_ATTRIBUTE = re.compile(r'(?<!\s)\s++([a-zA-Z-]++)(?:="([^"]*+)")?')
# Text in JSX is Markdown still, and braces are code.
# Entities do not keep these from becoming links; only text that is code is left alone.
_ADDRESS = re.compile(r"://|www\.|@", re.IGNORECASE)
_IN_CODE = re.compile("[|`<>{}\x7f-\x9f\u2028\u2029]")
_MEANS_IN_JSX = re.compile(r"[\\`*_\[\]{}~$#+:\-!>]|\n")


def to_jsx(html: str) -> str:
    """Clean HTML (as nh3 prints it) as JSX on one line."""
    return by_parts(_JSX_TAG, _without_line_ends(html), _jsx_text, _jsx_tag)


def _jsx_text(text: str) -> str:
    if _ADDRESS.search(text):
        shown = json.dumps(unescape(text), ensure_ascii=False)
        return "{" + _IN_CODE.sub(lambda char: f"\\u{ord(char[0]):04x}", shown) + "}"
    return _MEANS_IN_JSX.sub(lambda char: entity(char[0]), text)


def _jsx_tag(match: re.Match[str]) -> str:
    shown = match[1].lower()
    end = " />" if shown in _VOID else ">"
    for name, value in _ATTRIBUTE.findall(match[2]):
        value_shown = value.replace("\n", " ").replace("{", "&#123;")
        shown += f' {_NAMES.get(name.lower(), name.lower())}="{value_shown}"'
    return f"<{shown}{end}"


MAX_DEPTH = 24
"""Blocks nested deeper are written as HTML."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkdownOptions:
    """How to render a tree as Markdown."""

    flavour: Flavour = PLAIN
    resolver: NoWiki = field(default_factory=AsWritten)
    html_resolver: NoWiki | None = None
    """For what stays HTML, whose links the program leaves as they are; else ``resolver``."""
    anchors: Collection[str] = ()
    """Ids of this page that other pages link to, so that they are kept beside its own."""
    heading_shift: int = 0


class MarkdownText(NamedTuple):
    """A page as Markdown."""

    text: str
    fallbacks: dict[str, int]
    """How often what could not be said: `table-span`, `underline`, `macro:velocity`, ….
    All of it stands in the text as HTML or source, but what begins with `style:`, which is
    only looks and left out."""


_ALWAYS_INLINE: Final = (n.Text, n.FormatSpan, n.Link, n.Image, n.LineBreak)
_MAY_BE_INLINE: Final = (n.Verbatim, n.Macro, n.Anchor)


class MarkdownHandlers(NamedTuple):
    """Who writes what: given to the writer, so that it need not know them."""

    blocks: NodeHandlers[Callable[..., list[str]]]
    """By node class: a block as texts of one or more lines, without a blank line around them."""
    lines: Callable[[MarkdownWriter, list[Node]], str]
    """A run of inline nodes as a paragraph's lines."""


class MarkdownWriter:
    """What the functions that write blocks and lines share."""

    __slots__ = (
        "anchors", "cell", "depth", "document", "fallbacks", "flavour", "handlers", "in_label",
        "options", "styles",
    )  # fmt: skip

    def __init__(
        self, document: Document, options: MarkdownOptions, handlers: MarkdownHandlers
    ) -> None:
        self.document = document
        self.handlers = handlers
        self.options = options
        self.flavour = options.flavour
        self.fallbacks: Counter[str] = Counter()
        self.depth = 0
        self.cell = False
        self.in_label = False
        self.styles: list[str] = []
        self.anchors = _anchors(document, set(options.anchors), options.resolver)

    def blocks(self, nodes: list[Node]) -> list[str]:
        """Return the blocks of `nodes`; runs of inline nodes among them make paragraphs."""
        self.depth += 1
        found: list[str] = []
        if self.depth > MAX_DEPTH:
            found.append(self.html_block(nodes, "deep"))
        else:
            for is_line, group in groupby(nodes, is_inline):
                if is_line:
                    found.append(self.handlers.lines(self, list(group)))
                else:
                    for node in group:
                        self._add(found, node)
        self.depth -= 1
        return [block for block in found if block]

    def _add(self, found: list[str], node: Node) -> None:
        """Write a block; a comment keeps it apart where it would join the one before."""
        made = self.handlers.blocks[type(node)](self, node)
        if made and found and would_join(found[-1], made[0]):
            found.append(self.flavour.comment)
        found += made

    def count(self, what: str) -> None:
        """Report something that Markdown cannot say."""
        self.fallbacks[what] += 1

    def html(self, nodes: list[Node], handlers: HtmlHandlers = FLOW) -> str:
        """Return `nodes` as clean HTML."""
        options = HtmlOptions(
            resolver=self.options.html_resolver or self.options.resolver,
            heading_shift=self.options.heading_shift, lean=True,
        )  # fmt: skip
        writer = HtmlWriter(self.document, options, FLOW)
        writer.write(nodes, handlers)
        return clean("".join(writer.out))

    def html_block(self, nodes: list[Node], why: str) -> str:
        """Return blocks that Markdown cannot say, as HTML, and count them."""
        self.count(why)
        return self.block(self.html(nodes))

    def html_inline(self, nodes: list[Node], why: str) -> str:
        """Return inline content that Markdown cannot say, as HTML, and count it."""
        self.count(why)
        return self.inline(self.html(nodes, PHRASING))

    def block(self, html: str) -> str:
        """Clean HTML as a block of its own."""
        if self.flavour.jsx:
            return to_jsx(html)
        return as_block(html) if is_block(html) else as_inline(html)

    def inline(self, html: str) -> str:
        """Clean HTML within a line."""
        line = to_jsx(html) if self.flavour.jsx else as_inline(html)
        return line.replace("|", "&#124;") if self.cell else line

    def tag(self, name: str, classes: str = "", id_: str = "", title: str = "") -> str:
        """Return a start tag."""
        said = f' title="{escape_value(title)}"' if title else ""
        said = said.replace("\n", " ").replace("{", "&#123;")
        said = said.replace("|", "&#124;") if self.cell else said
        kind = "className" if self.flavour.jsx else "class"
        shown = f' {kind}="{classes}"' if classes else ""
        named = f' id="{id_}"' if id_ else ""
        return f"<{name}{shown}{named}{said}>"

    @property
    def line_break(self) -> str:
        """Return a line break that needs no line end."""
        return "<br />" if self.flavour.jsx else "<br>"


def is_inline(node: Node) -> bool:
    """Tell whether a node among blocks belongs to a line."""
    if isinstance(node, _ALWAYS_INLINE):
        return True
    if isinstance(node, _MAY_BE_INLINE):
        return node.inline
    return isinstance(node, n.MacroResult) and node.macro.inline


def would_join(before: str, after: str) -> bool:
    """Tell whether two lists, quotations or tables in a row would be read as one."""
    if before[:1] == after[:1] and before[:1] in (">", "|"):
        return True
    top_lines = (part for part in reversed(before.split("\n")) if part and part[0] != " ")
    marker = _marker(next(top_lines, ""))
    return bool(marker) and marker == _marker(after)


def _marker(text: str) -> str:
    """Return what kind of list item `text` begins with, "" for none."""
    word = text.split(" ", 1)[0].split("\n", 1)[0]
    if word == "-":
        return "-"
    return "." if word[:-1].isdigit() and word[-1:] == "." else ""


def _anchors(document: Document, wanted: set[str], resolver: NoWiki) -> dict[str, str]:
    """Return the ids that some link leads to, each with the text of its heading, if it is one's."""
    texts: dict[str, str] = {}
    for node in descendants(document.children):
        if isinstance(node, n.Link):
            target = resolver.link(node.reference)
            if target.kind == "anchor" and target.url:
                wanted.add(target.url[1:])
        elif isinstance(node, n.Heading):
            id_ = node.params.get("id") or node.id
            texts.setdefault(id_, plain_text(node.children).strip())
    return {anchor: texts.get(anchor, "") for anchor in wanted}
