"""Markdown pages: what markdown-it-py reads, as the tree that all renderers know."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.footnote import footnote_plugin

from kb.markup.macros.registry import anchor_link, plain_nodes
from kb.markup.render.plain import plain_text
from kb.markup.render.resolve import scheme_of
from kb.markup.tree import nodes as n
from kb.markup.tree.ids import unique_id
from kb.markup.tree.nodes import Node, line_starts

_ALIGN = re.compile(r"text-align:(left|right|center)")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)\b[^>]*>")
_HTML_FORMATS: Final = {
    "b": n.BOLD, "strong": n.BOLD, "i": n.ITALIC, "em": n.ITALIC, "s": n.STRIKE, "del": n.STRIKE,
    "u": n.UNDERLINE, "ins": n.UNDERLINE, "sup": n.SUPERSCRIPT, "sub": n.SUBSCRIPT,
    "code": n.MONOSPACE, "kbd": n.MONOSPACE, "tt": n.MONOSPACE, "span": n.STYLE_NONE,
}  # fmt: skip
_FORMATS: Final = {"strong": n.BOLD, "em": n.ITALIC, "s": n.STRIKE}


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    return reader.use(footnote_plugin, inline=False)


def commonmark_tree(source: str, syntax: str = "markdown/1.2") -> n.Document:
    """Return the tree of a page in CommonMark with tables, strikethrough and footnotes."""
    builder = _MarkdownTreeBuilder(line_starts(source))
    children = builder.all(SyntaxTreeNode(_reader().parse(source)).children)
    return n.Document(0, children, source, syntax, builder.ids)


class _MarkdownTreeBuilder:
    """Make nodes of tokens. markdown-it nests at most 20 blocks, so recursion is safe."""

    def __init__(self, starts: list[int]) -> None:
        self.starts = starts
        self.ids: dict[str, int] = {}
        self.pos = 0

    def all(self, tokens: list[SyntaxTreeNode]) -> list[Node]:
        """Return the nodes of several tokens."""
        found: list[Node] = []
        for token in tokens:
            if token.map:
                self.pos = self.starts[min(token.map[0], len(self.starts) - 1)]
            build = _BUILDERS.get(token.type)
            found += build(self, token) if build else self.all(token.children)
        return found

    def format(self, token: SyntaxTreeNode) -> list[Node]:
        style = _FORMATS[token.type]
        return [n.FormatSpan(self.pos, self.all(token.children), n.NO_PARAMS, style)]

    def link(self, token: SyntaxTreeNode) -> list[Node]:
        title = token.attrGet("title")
        params: n.Params = {"title": str(title)} if title else n.NO_PARAMS
        reference = _reference(str(token.attrGet("href") or ""), "doc")
        return [n.Link(self.pos, self.all(token.children), params, reference, False)]

    def image(self, token: SyntaxTreeNode) -> list[Node]:
        params: n.Params = {"alt": token.content} if token.content else {}
        if title := token.attrGet("title"):
            params["title"] = str(title)
        reference = _reference(str(token.attrGet("src") or ""), "attach")
        return [n.Image(self.pos, reference, params, False, "")]

    def inline(self, token: SyntaxTreeNode) -> list[Node]:
        """Return a line's nodes; its HTML tags, tokens of their own, find their partners."""
        line: list[Node] = []
        opened: list[tuple[str, str, list[Node]]] = []
        for child in token.children:
            tag = _TAG.fullmatch(child.content) if child.type == "html_inline" else None
            if tag is None:
                made = self.all([child]) if child.type != "html_inline" else []
                (opened[-1][2] if opened else line).extend(made)
            elif tag[2].lower() == "br":
                (opened[-1][2] if opened else line).append(n.LineBreak(self.pos))
            elif not tag[1] and (style := _HTML_FORMATS.get(tag[2].lower())):
                opened.append((tag[2].lower(), style, []))
            elif opened and opened[-1][0] == tag[2].lower():
                _, style, inner = opened.pop()
                made = [n.FormatSpan(self.pos, inner, n.NO_PARAMS, style)]
                (opened[-1][2] if opened else line).extend(made)
        for _, style, inner in reversed(opened):
            line.append(n.FormatSpan(self.pos, inner, n.NO_PARAMS, style))
        return line

    def heading(self, token: SyntaxTreeNode) -> list[Node]:
        pos = self.pos
        children = self.all(token.children)
        id_ = unique_id("H", plain_text(children), self.ids)
        return [n.Heading(pos, children, n.NO_PARAMS, int(token.tag[1]), id_)]

    def paragraph(self, token: SyntaxTreeNode) -> list[Node]:
        paragraph = n.Paragraph(self.pos, self.all(token.children), n.NO_PARAMS)
        return paragraph.children if token.hidden else [paragraph]

    def ordered_list(self, token: SyntaxTreeNode) -> list[Node]:
        start = token.attrGet("start")
        params: n.Params = {"start": str(start)} if start is not None else n.NO_PARAMS
        return [n.List(self.pos, self.all(token.children), params, True)]

    def quote(self, token: SyntaxTreeNode) -> list[Node]:
        line = n.QuotationLine(self.pos, self.all(token.children))
        return [n.Quotation(line.pos, [line], n.NO_PARAMS)]

    def fence(self, token: SyntaxTreeNode) -> list[Node]:
        """Return a listing, as the code macro makes it."""
        words = token.info.split()
        params: n.Params = {"language": words[0]} if words else n.NO_PARAMS
        content = token.content.removesuffix("\n")
        macro = n.Macro(self.pos, "code", params, content, False, self.pos)
        lines = n.Paragraph(self.pos, plain_nodes(content, self.pos), n.NO_PARAMS)
        return [n.MacroResult(self.pos, [lines], macro)]

    def cell(self, token: SyntaxTreeNode) -> list[Node]:
        style = _ALIGN.search(str(token.attrGet("style") or ""))
        params: n.Params = {"style": style[0]} if style and style[1] != "left" else n.NO_PARAMS
        return [n.TableCell(self.pos, self.all(token.children), params, token.tag == "th")]

    def note(self, token: SyntaxTreeNode) -> list[Node]:
        number = str(int(token.meta["id"]) + 1)
        label: list[Node] = [n.Text(self.pos, number)]
        link = anchor_link(self.pos, label, f"x_footnote_{number}")
        id_ = f"x_footnote_ref_{number}"
        params: n.Params = {"id": id_} if not token.meta.get("subId") else {}
        macro = n.Macro(self.pos, "footnote", n.NO_PARAMS, None, True, self.pos)
        mark = n.FormatSpan(self.pos, [link], params, n.SUPERSCRIPT)
        return [n.MacroResult(self.pos, [mark], macro)]

    def notes(self, token: SyntaxTreeNode) -> list[Node]:
        items: list[Node] = []
        for note in token.children:
            number = str(int(note.meta["id"]) + 1)
            label: list[Node] = [n.Text(self.pos, "^")]
            params: n.Params = {"id": f"x_footnote_{number}"}
            back = anchor_link(self.pos, label, f"x_footnote_ref_{number}", params)
            content = self.all(note.children)
            items.append(n.ListItem(self.pos, [back, n.Text(self.pos, " "), *content], {}))
        macro = n.Macro(self.pos, "putFootnotes", n.NO_PARAMS, None, False, self.pos)
        notes: list[Node] = [n.List(self.pos, items, n.NO_PARAMS, True)]
        return [n.MacroResult(self.pos, notes, macro)]


def _reference(url: str, otherwise: str) -> n.ResourceReference:
    """Return a link's target: a URL, an anchor of the page, else a page or file of the wiki."""
    if scheme_of(url) == "mailto":
        return n.ResourceReference("mailto", url.partition(":")[2], True)
    if url.startswith("#"):
        return n.ResourceReference("doc", "", True, {"anchor": url[1:]})
    if scheme_of(url) or url.startswith("//"):
        return n.ResourceReference("url", url, True)
    if "/" in url:
        return n.ResourceReference("path", url, True)
    return n.ResourceReference(otherwise, url, False)


_B = _MarkdownTreeBuilder
_BUILDERS: Final[dict[str, Callable[[_B, SyntaxTreeNode], list[Node]]]] = {
    "text": lambda b, token: [n.Text(b.pos, token.content)] if token.content else [],
    "softbreak": lambda b, _token: [n.Text(b.pos, " ")],
    "hardbreak": lambda b, _token: [n.LineBreak(b.pos)],
    "code_inline": lambda b, token: [n.Verbatim(b.pos, token.content, True, n.NO_PARAMS)],
    "html_block": lambda b, token: [n.RawText(b.pos, token.content, "html/5.0")],
    "bullet_list": lambda b, token: [n.List(b.pos, b.all(token.children), n.NO_PARAMS, False)],
    "list_item": lambda b, token: [n.ListItem(b.pos, b.all(token.children), n.NO_PARAMS)],
    "hr": lambda b, _token: [n.HorizontalLine(b.pos, n.NO_PARAMS)],
    "table": lambda b, token: [n.Table(b.pos, b.all(token.children), n.NO_PARAMS)],
    "tr": lambda b, token: [n.TableRow(b.pos, b.all(token.children), n.NO_PARAMS)],
    "footnote_anchor": lambda _b, _token: [],
    "strong": _B.format, "em": _B.format, "s": _B.format, "link": _B.link, "image": _B.image,
    "inline": _B.inline, "heading": _B.heading, "paragraph": _B.paragraph,
    "ordered_list": _B.ordered_list, "blockquote": _B.quote, "fence": _B.fence,
    "code_block": _B.fence, "th": _B.cell, "td": _B.cell, "footnote_ref": _B.note,
    "footnote_block": _B.notes,
}  # fmt: skip
"""By type of token; of others only what is within counts."""
