"""The tree that the parser makes and every renderer reads.

Plain slotted classes, made by the hundred thousand, so neither frozen nor validated.
Every node has `pos`, the offset of its first character in `Document.source`;
`Document.position` turns it into line and column when somebody asks.

How things are represented:

- **Text** is a run of words, single spaces and punctuation between two constructs, escapes
  already undone and tabs turned into spaces. Two texts may follow each other.
- **Parameters** (`(% a="b" %)`, a link's or macro's parameters) are a dict in source order;
  a key written without `=` has the value None. Nodes without parameters share `NO_PARAMS`:
  copy before you change.
- **References** of links and images are a `ResourceReference`, never a bare string.
- **Macros** are leaves: `Macro` keeps name, parameters and raw content. `kb.markup.expand`
  replaces each by a `MacroResult`, whose children are what the macro made (its wiki content
  parsed). Renderers never run a macro; an unexpanded one prints nothing in XHTML.
- **Nested wiki content** is a `Group` for `(((…)))`: it may stand in a list item, a cell, a
  paragraph's place. A `Link`'s children are its label, parsed; none if it has no label.
"""

from __future__ import annotations

from kb.markup.tree.base import (
    BOLD,
    ITALIC,
    MONOSPACE,
    NO_PARAMS,
    STRIKE,
    STYLE_NONE,
    SUBSCRIPT,
    SUPERSCRIPT,
    UNDERLINE,
    Container,
    Node,
    Params,
    Parent,
    Position,
    ResourceReference,
)
from kb.markup.tree.document import Document

__all__ = [
    "BOLD", "ITALIC", "MONOSPACE", "NO_PARAMS", "STRIKE", "STYLE_NONE", "SUBSCRIPT", "SUPERSCRIPT",
    "UNDERLINE", "Anchor", "Container", "DefinitionDescription", "DefinitionList",
    "DefinitionTerm", "Document", "EmptyLines", "Figure", "FigureCaption", "FormatSpan", "Group",
    "Heading", "HorizontalLine", "Image", "LineBreak", "Link", "List", "ListItem", "Macro",
    "MacroContent", "MacroPhrase", "MacroResult", "Node", "OutlineSection", "Paragraph", "Params",
    "Parent", "Position", "Quotation", "QuotationLine", "RawText", "ResourceReference", "Table",
    "TableCell", "TableRow", "Text", "TooDeep", "Verbatim",
]  # fmt: skip


class OutlineSection(Parent):
    """A heading of `level` with all that belongs to it; a skipped level has no heading."""

    __slots__ = ("level",)

    def __init__(self, pos: int, children: list[Node], level: int) -> None:
        self.pos = pos
        self.children = children
        self.level = level


class Heading(Container):
    """A heading, level 1 to 6; `id` is XWiki's generated one (a parameter `id` overrides)."""

    __slots__ = ("id", "level")

    def __init__(self, pos: int, children: list[Node], params: Params, level: int, id_: str):
        self.pos = pos
        self.children = children
        self.params = params
        self.level = level
        self.id = id_


class Paragraph(Container):
    """Inline content."""

    __slots__ = ()


class Group(Container):
    """`(((…)))`: blocks within a block."""

    __slots__ = ()


class List(Container):
    """A bulleted or numbered list; its children are ListItem."""

    __slots__ = ("ordered",)

    def __init__(self, pos: int, children: list[Node], params: Params, ordered: bool) -> None:
        self.pos = pos
        self.children = children
        self.params = params
        self.ordered = ordered


class ListItem(Container):
    """Inline content, then perhaps lists and groups."""

    __slots__ = ()


class DefinitionList(Container):
    """Its children are DefinitionTerm and DefinitionDescription, in any order."""

    __slots__ = ()


class DefinitionTerm(Parent):
    """`; term`."""

    __slots__ = ()


class DefinitionDescription(Parent):
    """`: description`; may hold a nested DefinitionList."""

    __slots__ = ()


class Table(Container):
    """Its children are TableRow."""

    __slots__ = ()


class TableRow(Container):
    """Its children are TableCell."""

    __slots__ = ()


class TableCell(Container):
    """A cell; `head` for `|=`."""

    __slots__ = ("head",)

    def __init__(self, pos: int, children: list[Node], params: Params, head: bool) -> None:
        self.pos = pos
        self.children = children
        self.params = params
        self.head = head


class Quotation(Container):
    """`>` lines; its children are QuotationLine."""

    __slots__ = ()


class QuotationLine(Parent):
    """One line of a quotation; a deeper Quotation is its last child."""

    __slots__ = ()


class HorizontalLine(Node):
    """`----`."""

    __slots__ = ("params",)

    def __init__(self, pos: int, params: Params) -> None:
        self.pos = pos
        self.params = params


class EmptyLines(Node):
    """Blank lines beyond the one that separates blocks."""

    __slots__ = ("count",)

    def __init__(self, pos: int, count: int) -> None:
        self.pos = pos
        self.count = count


class Verbatim(Node):
    """`{{{…}}}`, its escapes undone; a block of its own unless `inline`."""

    __slots__ = ("content", "inline", "params")

    def __init__(self, pos: int, content: str, inline: bool, params: Params) -> None:
        self.pos = pos
        self.content = content
        self.inline = inline
        self.params = params


class Macro(Node):
    """A macro call, not run. `content` is None for `{{name/}}`, "" for an empty pair.

    `content_pos` is the offset of the content's first character.
    """

    __slots__ = ("content", "content_pos", "inline", "name", "params")

    def __init__(
        self,
        pos: int,
        name: str,
        params: Params,
        content: str | None,
        inline: bool,
        content_pos: int,
    ):
        self.pos = pos
        self.name = name
        self.params = params
        self.content = content
        self.inline = inline
        self.content_pos = content_pos


class MacroResult(Parent):
    """What a macro made, in the place of the call."""

    __slots__ = ("macro",)

    def __init__(self, macro: Macro, children: list[Node]) -> None:
        self.pos = macro.pos
        self.children = children
        self.macro = macro


class MacroContent(Parent):
    """Within a MacroResult: what an author wrote, in the macro or in its `parameter`.

    `syntax` is given if it is another than the page's.
    """

    __slots__ = ("parameter", "syntax")

    def __init__(self, pos: int, children: list[Node], parameter: str, syntax: str) -> None:
        self.pos = pos
        self.children = children
        self.parameter = parameter
        self.syntax = syntax


class RawText(Node):
    """Text for one output format only: `syntax` is e.g. "html/5.0", "" for any."""

    __slots__ = ("syntax", "text")

    def __init__(self, pos: int, text: str, syntax: str) -> None:
        self.pos = pos
        self.text = text
        self.syntax = syntax

    @property
    def is_html(self) -> bool:
        """Tell whether HTML or XHTML is the format."""
        return self.syntax.startswith(("html/", "xhtml/", "annotatedhtml/", "annotatedxhtml/"))

    @property
    def is_plain(self) -> bool:
        """Tell whether plain text shows it."""
        return self.syntax in ("", "plain/1.0")


class Anchor(Node):
    """A place to link to, made by the id macro."""

    __slots__ = ("inline", "name")

    def __init__(self, pos: int, name: str, inline: bool) -> None:
        self.pos = pos
        self.name = name
        self.inline = inline


class Figure(Container):
    """An image with a label as its caption; its last child is the FigureCaption."""

    __slots__ = ()


class FigureCaption(Container):
    """The caption's blocks."""

    __slots__ = ()


class TooDeep(Node):
    """Source nested deeper than the parser follows, kept as it was written."""

    __slots__ = ("source",)

    def __init__(self, pos: int, source: str) -> None:
        self.pos = pos
        self.source = source


class Text(Node):
    """Words, spaces and punctuation."""

    __slots__ = ("text",)

    def __init__(self, pos: int, text: str) -> None:
        self.pos = pos
        self.text = text


class MacroPhrase(Text):
    """Text that a macro says in one piece, like an error's message."""

    __slots__ = ()


class LineBreak(Node):
    r"""A newline within a block, or `\\`."""

    __slots__ = ()


class FormatSpan(Container):
    """A styled span: `style` is one of the constants; `pos` is where its content begins."""

    __slots__ = ("style",)

    def __init__(self, pos: int, children: list[Node], params: Params, style: str) -> None:
        self.pos = pos
        self.children = children
        self.params = params
        self.style = style


class Link(Container):
    """A link; `freestanding` for one written bare (a URL, `attach:x`, `mailto:x`)."""

    __slots__ = ("freestanding", "reference")

    def __init__(
        self,
        pos: int,
        children: list[Node],
        params: Params,
        reference: ResourceReference,
        freestanding: bool,
    ) -> None:
        self.pos = pos
        self.children = children
        self.params = params
        self.reference = reference
        self.freestanding = freestanding


class Image(Node):
    """An image; `id` is generated from its reference."""

    __slots__ = ("freestanding", "id", "params", "reference")

    def __init__(
        self, pos: int, reference: ResourceReference, params: Params, freestanding: bool, id_: str
    ) -> None:
        self.pos = pos
        self.reference = reference
        self.params = params
        self.freestanding = freestanding
        self.id = id_
