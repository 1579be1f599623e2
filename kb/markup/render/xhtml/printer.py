"""XHTML, byte for byte as XWiki's xhtml/1.0."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from kb.markup.render.xhtml.attributes import add_class, attributes, escape_text
from kb.markup.render.xhtml.links import LinkPrinter, WikiModel, label_of
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Document, Node, nodes_of

_SPACES = re.compile("  +")
_TAGS: Final = {
    n.BOLD: "strong", n.ITALIC: "em", n.STRIKE: "del", n.UNDERLINE: "ins", n.SUPERSCRIPT: "sup",
    n.SUBSCRIPT: "sub", n.MONOSPACE: "tt", n.STYLE_NONE: "",
}  # fmt: skip
_NBSP: Final = "&nbsp;"
_VERBATIM: Final = '<tt class="wikimodel-verbatim">'
_EMPTY_LINE: Final = '<div class="wikimodel-emptyline"></div>'
_ERROR: Final = '<span class="xwikirenderingerror">'
# Raw HTML must not complete an html macro's tag.
_HTML_MACRO = re.compile(r"\{\{(/?html)")
_HALF_MACRO = re.compile(r"\{(?=(?:\{?/?|\{?/?h|\{?/?ht|\{?/?htm|\{?/?html)\Z)")

_DEFAULT_WIKI: Final = WikiModel()


def render_xhtml(
    tree: Document | Iterable[Node],
    wiki: WikiModel | None = _DEFAULT_WIKI,
    interwiki: Mapping[str, str] | None = None,
) -> str:
    """Return the XHTML of a page or of nodes, byte for byte as XWiki's xhtml/1.0.

    Args:
        tree: a page or some of its nodes, macros expanded or not (those print nothing).
        wiki: gives the URLs; None prints references as they are.
        interwiki: URL prefix of each interwiki alias.
    """
    printer = XhtmlPrinter(LinkPrinter(wiki, interwiki or {}))
    printer.all(nodes_of(tree))
    return printer.text()


class XhtmlPrinter:
    """Print tags and text; how a space prints depends on what stands around it."""

    def __init__(self, links: LinkPrinter) -> None:
        self.out: list[str] = []
        self.links = links
        self.spaces = 0
        # What was printed last: an end tag, or text; and whether a block has just begun.
        self.ended = False
        self.texted = False
        self.standalone = False
        self.inline = 0
        self.in_macro = 0
        self.in_html = False
        self.quote_lines = 0
        self.after_quote_line = False
        self.row = -1
        self.column = -1

    def text(self) -> str:
        """Return all that was printed."""
        return "".join(self.out)

    # Tags and text

    def start(self, tag: str) -> None:
        """Print a start tag or an empty element, after the spaces that wait."""
        if self.spaces:
            self._spaces_before_more()
            self.standalone = False
        self.ended = self.texted = False
        self.out.append(tag)

    def _spaces_before_more(self) -> None:
        first = _NBSP if self.standalone and not self.texted else " "
        self.out.append(first + _NBSP * (self.spaces - 1))
        self.spaces = 0

    def end(self, tag: str) -> None:
        """Print an end tag; spaces before it never collapse."""
        if self.spaces:
            self.out.append(_NBSP * self.spaces)
            self.spaces = 0
        self.ended = True
        self.texted = False
        self.out.append(tag)

    def raw(self, text: str) -> None:
        """Print HTML as it is."""
        self.start("")
        self.ended = True
        text = _HTML_MACRO.sub(r"&#123;&#123;\1", text)
        self.out.append(_HALF_MACRO.sub("&#123;", text, count=1))

    def print(self, text: str) -> None:
        """Print text whose spaces are already right."""
        if self.spaces and (self.ended or self.texted):
            self._spaces_before_more()
        elif self.spaces:
            self.out.append(_NBSP * self.spaces)
            self.spaces = 0
        self.out.append(text)
        self.ended = self.standalone = False
        self.texted = True

    def words(self, text: str) -> None:
        """Print a text's words and spaces; spaces at its end wait."""
        trailing = 0
        if text[0] == " " or text[-1] == " ":
            stripped = text.lstrip(" ")
            self.spaces += len(text) - len(stripped)
            text = stripped.rstrip(" ")
            if not text:
                return
            trailing = len(stripped) - len(text)
        text = escape_text(text)
        if "  " in text:
            text = _SPACES.sub(lambda match: " " + _NBSP * (len(match[0]) - 1), text)
        self.print(text)
        self.spaces = trailing

    # Nodes

    def all(self, nodes: Iterable[Node]) -> None:
        """Print `nodes`."""
        for node in nodes:
            if isinstance(node, n.Text):
                self.words(node.text)
            elif isinstance(node, n.LineBreak):
                self.line_break()
            elif isinstance(node, n.Parent):
                method = _PARENTS.get(type(node))
                if method is None:
                    self.all(node.children)
                else:
                    method(self, node)
            else:
                self.leaf(node)
            self.after_quote_line = False

    def leaf(self, node: Node) -> None:
        """Print a node without children."""
        if isinstance(node, n.Image):
            self.start(self.links.image(node))
        elif isinstance(node, n.Verbatim):
            self.verbatim(node)
        elif isinstance(node, n.EmptyLines):
            self.empty_lines(node.count)
        elif isinstance(node, n.HorizontalLine):
            self.start(f"<hr{attributes('hr', node.params)}/>")
        elif isinstance(node, n.RawText) and node.is_html:
            self.raw(node.text)
        elif isinstance(node, n.Anchor):
            tag = "span" if self.inline else "div"
            self.start(f"<{tag}{attributes(tag, {'id': node.name})}>")
            self.end(f"</{tag}>")
        elif isinstance(node, n.TooDeep):
            self.start(_ERROR)
            self.print(escape_text(node.source))
            self.end("</span>")

    def line_break(self) -> None:
        """Print a line break."""
        self.start("<br/>")

    def empty_lines(self, count: int) -> None:
        """Print empty lines."""
        for _ in range(count):
            self.start("")
            self.end(_EMPTY_LINE)

    def verbatim(self, node: n.Verbatim) -> None:
        """Print preformatted text."""
        self.start(_VERBATIM if node.inline else f"<pre{attributes('pre', node.params)}>")
        self.print(escape_text(node.content))
        self.end("</tt>" if node.inline else "</pre>")

    def element(self, tag: str, node: n.Parent) -> None:
        """Print an element with the node's parameters and children."""
        params = node.params if isinstance(node, n.Container) else n.NO_PARAMS
        self.start(f"<{tag}{attributes(tag, params)}>" if params else f"<{tag}>")
        self.all(node.children)
        self.end(f"</{tag}>")

    def inline_element(self, tag: str, node: n.Parent) -> None:
        """Print an element that holds inline content."""
        self.inline += 1
        self.element(tag, node)
        self.inline -= 1

    def paragraph(self, node: n.Paragraph) -> None:
        """Print a paragraph."""
        self.standalone = True
        self.inline_element("p", node)

    def _group(self, node: n.Group) -> None:
        self.standalone = True
        self.element("div", node)

    def _heading(self, node: n.Heading) -> None:
        shown: n.Params = {"id": node.id}
        if "id" not in node.params:
            shown["class"] = "wikigeneratedid"
        shown.update(node.params)
        if self.in_macro or self.in_html:
            add_class(shown, "wikigeneratedheader")
        self.standalone = True
        self.inline += 1
        self.start(f"<h{node.level}{attributes('h1', shown)}>")
        self.start("<span>")
        self.all(node.children)
        self.end("</span>")
        self.end(f"</h{node.level}>")
        self.inline -= 1

    def _format(self, node: n.FormatSpan) -> None:
        tag = _TAGS[node.style]
        if tag:
            self.start(f"<{tag}>")
        if node.params:
            self.start(f"<span{attributes('span', node.params)}>")
        self.all(node.children)
        if node.params:
            self.end("</span>")
        if tag:
            self.end(f"</{tag}>")

    def _link(self, node: n.Link) -> None:
        for tag in self.links.open(node):
            self.start(tag)
        if node.children:
            self.all(node.children)
        else:
            self.start('<span class="wikigeneratedlinkcontent">')
            self.print(escape_text(label_of(node.reference)))
            self.end("</span>")
        self.end("</a>")
        self.end("</span>")

    def _quotation(self, node: n.Quotation) -> None:
        """Print a quotation: one paragraph, its lines parted by line breaks."""
        after_line = self.after_quote_line
        if self.quote_lines:
            self.end("</p>")
        self.start(f"<blockquote{attributes('blockquote', node.params)}>")
        self.standalone = True
        self.start("<p>")
        for line in node.children:
            self.quote_lines += 1
            self.inline += 1
            if after_line:
                self.start("<br/>")
            self.after_quote_line = after_line
            if isinstance(line, n.Parent):
                self.all(line.children)
            self.inline -= 1
            self.quote_lines -= 1
            after_line = True
        self.end("</p>")
        self.end("</blockquote>")
        if self.quote_lines:
            self.start("<p>")

    def _table(self, node: n.Table) -> None:
        self.element("table", node)
        self.row = -1

    def _row(self, node: n.TableRow) -> None:
        self.row += 1
        self.element("tr", node)
        self.column = -1

    def _cell(self, node: n.TableCell) -> None:
        """Print a cell; a head cell says what it heads."""
        self.column += 1
        self.standalone = True
        if not node.head:
            self.inline_element("td", node)
            return
        params = node.params
        if "scope" not in params:
            scope = "col" if self.row == 0 or self.column > 0 else "row"
            params = {**params, "scope": scope}
        self.inline_element("th", n.TableCell(node.pos, node.children, params, True))

    def _caption(self, node: n.FigureCaption) -> None:
        """Print a figure's caption; the figure itself has no element in XHTML."""
        params = dict(node.params)
        add_class(params, "figcaption")
        self.element("div", n.Group(node.pos, node.children, params))

    def _macro(self, node: n.MacroResult) -> None:
        self.in_macro += 1
        self.all(node.children)
        self.in_macro -= 1


_PARENTS: Final[dict[type, Callable[..., None]]] = {
    n.Paragraph: lambda printer, node: printer.paragraph(node),
    n.ListItem: lambda printer, node: printer.inline_element("li", node),
    n.DefinitionList: lambda printer, node: printer.element("dl", node),
    n.DefinitionTerm: lambda printer, node: printer.inline_element("dt", node),
    n.DefinitionDescription: lambda printer, node: printer.inline_element("dd", node),
    n.Heading: XhtmlPrinter._heading, n.Group: XhtmlPrinter._group, n.Link: XhtmlPrinter._link,
    n.FormatSpan: XhtmlPrinter._format,
    n.List: lambda printer, node: printer.element("ol" if node.ordered else "ul", node),
    n.Table: XhtmlPrinter._table,
    n.TableRow: XhtmlPrinter._row, n.TableCell: XhtmlPrinter._cell,
    n.Quotation: XhtmlPrinter._quotation, n.FigureCaption: XhtmlPrinter._caption,
    n.MacroResult: XhtmlPrinter._macro,
}  # fmt: skip
