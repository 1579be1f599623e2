"""The tree of a page as MediaWiki's wikitext. What wikitext cannot say is HTML that it allows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape
from itertools import groupby
from typing import Final, TypeAlias

from kb.markup.macros.registry import failed
from kb.markup.render.resolve import NoWiki
from kb.markup.render.xwiki import render_xwiki
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node

_SPECIAL = re.compile(r"[&<>\[\]{}|]|'(?=')|~(?=~~)|_(?=_)|-(?=\{)|(?<=[a-z]):(?=//)")
_FIRST = re.compile(r"^[*#:;=!+ -]", re.MULTILINE)
_STYLES: Final = {
    n.BOLD: ("'''", "'''"), n.ITALIC: ("''", "''"), n.STRIKE: ("<s>", "</s>"),
    n.UNDERLINE: ("<u>", "</u>"), n.SUPERSCRIPT: ("<sup>", "</sup>"),
    n.SUBSCRIPT: ("<sub>", "</sub>"), n.MONOSPACE: ("<code>", "</code>"),
}  # fmt: skip
MAX_DEPTH = 60


class Wikitext:
    """Prints one page."""

    def __init__(self, resolver: NoWiki) -> None:
        """``resolver`` gives titles (kind `page`, `attachment`) and URLs."""
        self._resolver = resolver
        self._depth = 0

    def blocks(self, nodes: list[Node]) -> str:
        """Print blocks with a blank line between."""
        return "\n\n".join(part for part in self._parts(nodes) if part)

    def _parts(self, nodes: list[Node]) -> Iterator[str]:
        for printer, run in groupby(nodes, _block_printer):
            if printer is None:
                yield self.line(run)
            else:
                yield from (self._nested(printer, node) for node in run)

    def _nested(self, printer: Callable[..., str], node: Node) -> str:
        if self._depth > MAX_DEPTH:
            return ""
        self._depth += 1
        text = printer(self, node)
        self._depth -= 1
        return text

    def line(self, nodes: Iterable[Node]) -> str:
        """Print inline content, its first character no mark of a block."""
        return _FIRST.sub(_character, self.inline(nodes).strip())

    def inline(self, nodes: Iterable[Node]) -> str:
        """Print inline content."""
        return "".join(self._inline(node) for node in nodes)

    def _inline(self, node: Node) -> str:
        printer = _INLINE.get(type(node))
        if printer is not None:
            return self._nested(printer, node)
        return self.inline(node.children) if isinstance(node, n.Parent) else ""

    def heading(self, node: n.Heading) -> str:
        """Print a heading; its id is kept in addition to MediaWiki's own."""
        marks = "=" * min(6, max(1, node.level))
        id_ = node.params.get("id") or node.id
        place = f'<span id="{escape(id_)}"></span>' if id_ else ""
        return f"{marks} {place}{self.inline(node.children).strip()} {marks}"

    def items(self, node: n.List, prefix: str = "") -> str:
        """Print a list; deeper ones repeat the marks."""
        mark = prefix + ("#" if node.ordered else "*")
        lines: list[str] = []
        for item in node.children:
            if isinstance(item, n.ListItem):
                own = [child for child in item.children if not isinstance(child, n.List)]
                lists = [child for child in item.children if isinstance(child, n.List)]
                lines.append(f"{mark} {self._one_line(own)}")
                lines += [self.items(child, mark) for child in lists]
        return "\n".join(lines)

    def _one_line(self, nodes: list[Node]) -> str:
        return self.blocks(nodes).replace("\n\n", "<br><br>").replace("\n", "<br>")

    def definitions(self, node: n.DefinitionList) -> str:
        """Print terms and what they mean."""
        lines = []
        for child in node.children:
            if isinstance(child, n.Parent):
                mark = ";" if isinstance(child, n.DefinitionTerm) else ":"
                lines.append(f"{mark} {self._one_line(child.children)}")
        return "\n".join(lines)

    def table(self, node: n.Table) -> str:
        """Print a table, each cell on lines of its own, so that it may hold blocks."""
        rows = ['{| class="wikitable"']
        for row in node.children:
            if not isinstance(row, n.TableRow):
                continue
            rows.append("|-")
            for cell in row.children:
                if isinstance(cell, n.TableCell):
                    mark = "!" if cell.head else "|"
                    spans = "".join(
                        f' {key}="{escape(value)}"' for key, value in cell.params.items()
                        if key in ("colspan", "rowspan") and value
                    )  # fmt: skip
                    inner = self.blocks(cell.children)
                    head = f"{mark}{spans} |" if spans else f"{mark} "
                    rows.append(f"{head.rstrip()}\n{inner}" if inner else head)
        return "\n".join([*rows, "|}"])

    def quotation(self, node: n.Quotation) -> str:
        """Print quoted lines."""
        lines = [self._one_line(q.children) for q in node.children if isinstance(q, n.Parent)]
        return f"<blockquote>\n{'<br>'.join(lines)}\n</blockquote>"

    def verbatim(self, node: n.Verbatim) -> str:
        """Print text as it stands."""
        return _literal(node.content, inline=node.inline)

    def macro(self, node: n.Macro) -> str:
        """Print the source of a macro that did not run."""
        return _literal(render_xwiki([node]), inline=node.inline)

    def result(self, node: n.MacroResult) -> str:
        """Print what a macro made; contents and listings by MediaWiki's own means."""
        macro = node.macro
        if failed(node):
            return self.macro(macro)
        if macro.name == "toc":
            return "__TOC__"
        if macro.name == "code" and macro.content is not None:
            language = escape(macro.params.get("language") or "text")
            shown = _shut(macro.content.strip("\n"), "syntaxhighlight")
            inline = " inline" if macro.inline else ""
            return f'<syntaxhighlight lang="{language}"{inline}>{shown}</syntaxhighlight>'
        return self.inline(node.children) if macro.inline else self.blocks(node.children)

    def link(self, node: n.Link) -> str:
        """Print a link to a page, a file or a URL; one that leads nowhere is its label."""
        target = self._resolver.link(node.reference)
        label = self.inline(node.children).strip()
        shown = label or escape_text(target.label or node.reference.reference)
        if target.url is None:
            return shown
        if target.kind in ("page", "anchor"):
            return f"[[{target.url}|{shown}]]"
        if target.kind == "attachment":
            return f"[[Media:{target.url}|{shown}]]"
        return f"[{_url(target.url)} {shown}]"

    def image(self, node: n.Image) -> str:
        """Print an image of the wiki; one from elsewhere is a link."""
        target = self._resolver.image(node.reference)
        alt = escape_text(node.params.get("alt") or target.label or node.reference.reference)
        if target.url is None:
            return alt
        if target.kind != "attachment":
            return f"[{_url(target.url)} {alt}]"
        width = re.match(r"\d+", node.params.get("width") or "")
        size = f"|{width[0]}px" if width else ""
        return f"[[File:{target.url}{size}|alt={alt}]]"

    def raw(self, node: n.RawText) -> str:
        """Print HTML as its source: MediaWiki takes little of it."""
        return _literal(node.text)


def escape_text(text: str) -> str:
    """Escape text so that it means nothing in wikitext."""
    return _SPECIAL.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"


def _literal(text: str, *, inline: bool = False) -> str:
    if inline:
        return f"<code><nowiki>{_shut(text, 'nowiki')}</nowiki></code>"
    return f"<pre>{_shut(text, 'pre')}</pre>"


def _shut(text: str, tag: str) -> str:
    return re.sub(rf"</(?={tag})", "&lt;/", text, flags=re.IGNORECASE)


def _url(url: str) -> str:
    return re.sub(r"[\[\]<>\"\s|]", lambda m: f"%{ord(m[0]):02X}", url)


def _format(writer: Wikitext, node: n.FormatSpan) -> str:
    before, after = _STYLES.get(node.style, ("", ""))
    inner = writer.inline(node.children)
    return f"{before}{inner}{after}" if inner.strip() else inner


def _block_printer(node: Node) -> Callable[..., str] | None:
    """Return what prints a node as a block; None for what belongs to a line."""
    inline = (isinstance(node, n.Verbatim | n.Macro) and node.inline) or (
        isinstance(node, n.MacroResult) and node.macro.inline
    )
    return None if inline else _BLOCKS.get(type(node))


_Printers: TypeAlias = Mapping[type[Node], Callable[..., str]]
_EITHER: Final[_Printers] = {
    n.Verbatim: Wikitext.verbatim, n.Macro: Wikitext.macro, n.MacroResult: Wikitext.result,
}  # fmt: skip
_BLOCKS: Final[_Printers] = {
    **_EITHER,
    **dict.fromkeys(
        (n.OutlineSection, n.Group, n.Figure, n.FigureCaption, n.MacroContent),
        lambda writer, node: writer.blocks(node.children),
    ),
    n.Heading: Wikitext.heading, n.List: Wikitext.items, n.DefinitionList: Wikitext.definitions,
    n.Table: Wikitext.table, n.Quotation: Wikitext.quotation, n.RawText: Wikitext.raw,
    n.Paragraph: lambda writer, node: writer.line(node.children),
    n.HorizontalLine: lambda _writer, _node: "----",
    n.EmptyLines: lambda _writer, _node: "",
    n.TooDeep: lambda _writer, node: _literal(node.source),
}  # fmt: skip
_INLINE: Final[_Printers] = {
    **_EITHER,
    **dict.fromkeys(
        (n.Text, n.MacroPhrase, n.RawText), lambda _writer, node: escape_text(node.text)
    ),
    n.LineBreak: lambda _writer, _node: "<br>\n",
    n.FormatSpan: _format, n.Link: Wikitext.link, n.Image: Wikitext.image,
    n.Anchor: lambda _writer, node: f'<span id="{escape(node.name)}"></span>',
}  # fmt: skip
