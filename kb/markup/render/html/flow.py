"""Blocks: headings, paragraphs, lists, tables, quotations, boxes; and `render_html`, the entry."""

from __future__ import annotations

from typing import Final

from kb.markup.render.html import macros
from kb.markup.render.html import phrasing as p
from kb.markup.render.html.boxes import TITLE, box_kind, open_box, source_box, without_icon
from kb.markup.render.html.clean import clean, clean_foreign
from kb.markup.render.html.options import HtmlOptions
from kb.markup.render.html.style import list_attributes
from kb.markup.render.html.tables import table
from kb.markup.render.html.writer import Frame, HtmlHandlers, HtmlWriter, pre_text, verbatim
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Document, Node

_DEFAULT: Final = HtmlOptions()
_BLOCKS: Final = (n.Quotation, n.Paragraph, n.List, n.Table, n.Group, n.Heading, n.DefinitionList)


def heading(w: HtmlWriter, node: n.Heading) -> Frame:
    """Write a heading with the id that links of the wiki know."""
    level = min(6, max(1, node.level + w.options.heading_shift))
    params = node.params if "id" in node.params else {**node.params, "id": node.id}
    w.out.append(f"<h{level}{w.attributes(node, params)}>")
    return node.children, f"</h{level}>\n", p.PHRASING


def section(_w: HtmlWriter, node: n.OutlineSection) -> Frame:
    """Write a heading and what belongs to it, without an element of their own."""
    return node.children, "", None


def paragraph(w: HtmlWriter, node: n.Paragraph) -> Frame | None:
    """Write a paragraph, unless it is empty."""
    if not node.children:
        return None
    w.out.append(f"<p{w.attributes(node, node.params)}>")
    return node.children, "</p>\n", p.PHRASING


def group(w: HtmlWriter, node: n.Group) -> Frame:
    """Write a group: a box if its class says so, nothing if its parameters say nothing."""
    if "class" in node.params:
        kind = box_kind(node.params)
        if kind == TITLE:
            w.out.append('<div class="wiki-box-title">')
            return node.children, "</div>\n", None
        if kind:
            return without_icon(node.children), open_box(w, node, kind), None
    kept = w.attributes(node, node.params)
    if not kept:
        return node.children, "", None
    w.out.append(f"<div{kept}>")
    return node.children, "</div>\n", None


def a_list(w: HtmlWriter, node: n.List) -> Frame:
    """Write a list."""
    tag = "ol" if node.ordered else "ul"
    extra = list_attributes(node.params) if node.ordered and node.params else ""
    w.out.append(f"<{tag}{extra}{w.attributes(node, node.params)}>\n")
    return node.children, f"</{tag}>\n", None


def item(w: HtmlWriter, node: n.ListItem) -> Frame:
    """Write a list's item."""
    w.out.append(f"<li{w.attributes(node, node.params)}>")
    return node.children, "</li>\n", None


def definitions(w: HtmlWriter, node: n.DefinitionList) -> Frame:
    """Write a definition list."""
    w.out.append(f"<dl{w.attributes(node, node.params)}>\n")
    return node.children, "</dl>\n", None


def term(w: HtmlWriter, node: n.DefinitionTerm) -> Frame:
    """Write a term."""
    w.out.append(f"<dt{w.line(node) if w.lines else ''}>")
    return node.children, "</dt>\n", p.PHRASING


def description(w: HtmlWriter, node: n.DefinitionDescription) -> Frame:
    """Write a description."""
    w.out.append(f"<dd{w.line(node) if w.lines else ''}>")
    return node.children, "</dd>\n", None


def quotation(w: HtmlWriter, node: n.Quotation) -> Frame:
    """Write a quotation: its lines make paragraphs, deeper quotations stand between them."""
    w.out.append(f"<blockquote{w.attributes(node, node.params)}>\n")
    return quoted_blocks(node), "</blockquote>\n", None


def quoted_blocks(node: n.Quotation) -> list[Node]:
    """Return the blocks of a quotation: runs of lines as paragraphs, and deeper quotations."""
    blocks: list[Node] = []
    lines: list[Node] = []
    for line in node.children:
        assert isinstance(line, n.Parent)
        if lines and line.children and not isinstance(line.children[0], _BLOCKS):
            lines.append(n.LineBreak(line.pos))
        for child in line.children:
            if isinstance(child, _BLOCKS):
                _end_paragraph(blocks, lines)
                lines = []
                blocks.append(child)
            else:
                lines.append(child)
    _end_paragraph(blocks, lines)
    return blocks


def _end_paragraph(blocks: list[Node], lines: list[Node]) -> None:
    if lines:
        blocks.append(n.Paragraph(lines[0].pos, lines, n.NO_PARAMS))


def rule(w: HtmlWriter, _node: n.HorizontalLine) -> None:
    """Write a rule."""
    w.out.append("<hr>\n")


def preformatted(w: HtmlWriter, node: n.Verbatim) -> Frame | None:
    """Write `{{{…}}}` on its own."""
    if node.inline:
        p.verbatim_text(w, node)
    else:
        kept = w.attributes(node, node.params)
        w.out.append(f"<pre{w.focus}{kept}>{pre_text(node.content)}</pre>\n")
    return None


def raw_text(w: HtmlWriter, node: n.RawText) -> None:
    """Write somebody's HTML, or text for another format as a box with its source."""
    if node.syntax.startswith(("html/", "xhtml/", "annotatedhtml/", "annotatedxhtml/")):
        w.out.append(clean_foreign(node.text, w.options.id_prefix))
    elif node.syntax in ("", "plain/1.0"):
        w.out.append(f"<p>{verbatim(node.text)}</p>\n")
    else:
        source_box(w, node, node.syntax, node.text)


def too_deep(w: HtmlWriter, node: n.TooDeep) -> None:
    """Write source that is nested deeper than the parser follows."""
    w.out.append(f'<pre class="wiki-source"{w.focus}>{pre_text(node.source)}</pre>\n')


def figure(w: HtmlWriter, node: n.Figure) -> Frame:
    """Write an image with its caption."""
    w.out.append(f"<figure{w.attributes(node, node.params)}>")
    return node.children, "</figure>\n", None


def caption(w: HtmlWriter, node: n.FigureCaption) -> Frame:
    """Write the caption of a figure."""
    w.out.append(f"<figcaption{w.kept(node.params)}>")
    return node.children, "</figcaption>", None


def formatted(w: HtmlWriter, node: n.FormatSpan) -> Frame | None:
    """Write a styled span in a cell or item."""
    frame = p.formatted(w, node)
    return frame and (frame[0], frame[1], p.PHRASING)


FLOW: Final = HtmlHandlers(
    {
        **p.PHRASING,
        n.OutlineSection: section,
        n.Heading: heading,
        n.Paragraph: paragraph,
        n.Group: group,
        n.List: a_list,
        n.ListItem: item,
        n.DefinitionList: definitions,
        n.DefinitionTerm: term,
        n.DefinitionDescription: description,
        n.Quotation: quotation,
        n.Table: table,
        n.HorizontalLine: rule,
        n.Verbatim: preformatted,
        n.RawText: raw_text,
        n.Macro: macros.call,
        n.MacroResult: macros.result,
        n.TooDeep: too_deep,
        n.Figure: figure,
        n.FigureCaption: caption,
        n.FormatSpan: formatted,
    }
)
"""Writes what may stand where a block may; a block's own handler says what may stand in it."""


def render_html(document: Document, options: HtmlOptions = _DEFAULT) -> str:
    """Return the sanitised HTML5 of a page; macros that are not expanded show their source."""
    writer = HtmlWriter(document, options, FLOW)
    writer.write(document.children, FLOW)
    return clean("".join(writer.out))
