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

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

Params = dict[str, str | None]

NO_PARAMS: Final[Params] = {}

# The styles of `FormatSpan`; STYLE_NONE carries only parameters.
BOLD: Final = "bold"
ITALIC: Final = "italic"
STRIKE: Final = "strike"
UNDERLINE: Final = "underline"
SUPERSCRIPT: Final = "superscript"
SUBSCRIPT: Final = "subscript"
MONOSPACE: Final = "monospace"
STYLE_NONE: Final = ""


class Position(NamedTuple):
    """A place in the source, both counted from 1; column in characters."""

    line: int
    column: int


@dataclass(repr=False, slots=True)
class ResourceReference:
    """What a link or an image points to.

    `type` is XWiki's scheme: doc, space, page, attach, pageAttach, url, mailto, path, unc,
    icon, data, interwiki. `reference` is the text without scheme. `typed` says whether the
    scheme was written; an untyped "doc" may also mean a space's home page. `parameters`
    holds `queryString`, `anchor` (both without `?` and `#`) and `interWikiAlias`.
    """

    type: str
    reference: str
    typed: bool
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(eq=False, repr=False, slots=True)
class Node:
    """Anything in the tree; `pos` is the offset in the document's source."""

    pos: int


@dataclass(eq=False, repr=False, slots=True)
class Parent(Node):
    """A node with children, in order."""

    children: list[Node]


@dataclass(eq=False, repr=False, slots=True)
class Container(Parent):
    """A node with children and parameters."""

    params: Params


@dataclass(eq=False, repr=False, slots=True)
class Document(Parent):
    """A whole page.

    `wiki` is False if it was read outside a wiki; `ids` are the heading and image ids given
    so far (see ids.py).
    """

    source: str
    syntax: str
    ids: dict[str, int] = field(default_factory=dict)
    wiki: bool = True
    _lines: list[int] = field(default_factory=list)

    def position(self, node: Node) -> Position:
        """Return line and column of `node`; lines end at LF, CR LF or CR."""
        if not self._lines:
            self._lines = line_starts(self.source)
        line = bisect_right(self._lines, node.pos)
        return Position(line, node.pos - self._lines[line - 1] + 1)


@dataclass(eq=False, repr=False, slots=True)
class OutlineSection(Parent):
    """A heading of `level` with all that belongs to it; a skipped level has no heading."""

    level: int


@dataclass(eq=False, repr=False, slots=True)
class Heading(Container):
    """A heading, level 1 to 6; `id` is XWiki's generated one (a parameter `id` overrides)."""

    level: int
    id: str


@dataclass(eq=False, repr=False, slots=True)
class Paragraph(Container):
    """Inline content."""


@dataclass(eq=False, repr=False, slots=True)
class Group(Container):
    """`(((…)))`: blocks within a block."""


@dataclass(eq=False, repr=False, slots=True)
class List(Container):
    """A bulleted or numbered list; its children are ListItem."""

    ordered: bool


@dataclass(eq=False, repr=False, slots=True)
class ListItem(Container):
    """Inline content, then perhaps lists and groups."""


@dataclass(eq=False, repr=False, slots=True)
class DefinitionList(Container):
    """Its children are DefinitionTerm and DefinitionDescription, in any order."""


@dataclass(eq=False, repr=False, slots=True)
class DefinitionTerm(Parent):
    """`; term`."""


@dataclass(eq=False, repr=False, slots=True)
class DefinitionDescription(Parent):
    """`: description`; may hold a nested DefinitionList."""


@dataclass(eq=False, repr=False, slots=True)
class Table(Container):
    """Its children are TableRow."""


@dataclass(eq=False, repr=False, slots=True)
class TableRow(Container):
    """Its children are TableCell."""


@dataclass(eq=False, repr=False, slots=True)
class TableCell(Container):
    """A cell; `head` for `|=`."""

    head: bool


@dataclass(eq=False, repr=False, slots=True)
class Quotation(Container):
    """`>` lines; its children are QuotationLine."""


@dataclass(eq=False, repr=False, slots=True)
class QuotationLine(Parent):
    """One line of a quotation; a deeper Quotation is its last child."""


@dataclass(eq=False, repr=False, slots=True)
class HorizontalLine(Node):
    """`----`."""

    params: Params


@dataclass(eq=False, repr=False, slots=True)
class EmptyLines(Node):
    """Blank lines beyond the one that separates blocks."""

    count: int


@dataclass(eq=False, repr=False, slots=True)
class Verbatim(Node):
    """`{{{…}}}`, its escapes undone; a block of its own unless `inline`."""

    content: str
    inline: bool
    params: Params


@dataclass(eq=False, repr=False, slots=True)
class Macro(Node):
    """A macro call, not run. `content` is None for `{{name/}}`, "" for an empty pair.

    `content_pos` is the offset of the content's first character.
    """

    name: str
    params: Params
    content: str | None
    inline: bool
    content_pos: int


@dataclass(eq=False, repr=False, slots=True)
class MacroResult(Parent):
    """What a macro made, in the place of the call."""

    macro: Macro


@dataclass(eq=False, repr=False, slots=True)
class MacroContent(Parent):
    """Within a MacroResult: what an author wrote, in the macro or in its `parameter`.

    `syntax` is given if it is another than the page's.
    """

    parameter: str
    syntax: str


@dataclass(eq=False, repr=False, slots=True)
class RawText(Node):
    """Text for one output format only: `syntax` is e.g. "html/5.0", "" for any."""

    text: str
    syntax: str

    @property
    def is_html(self) -> bool:
        """Tell whether HTML or XHTML is the format."""
        return self.syntax.startswith(("html/", "xhtml/", "annotatedhtml/", "annotatedxhtml/"))

    @property
    def is_plain(self) -> bool:
        """Tell whether plain text shows it."""
        return self.syntax in ("", "plain/1.0")


@dataclass(eq=False, repr=False, slots=True)
class Anchor(Node):
    """A place to link to, made by the id macro."""

    name: str
    inline: bool


@dataclass(eq=False, repr=False, slots=True)
class Figure(Container):
    """An image with a label as its caption; its last child is the FigureCaption."""


@dataclass(eq=False, repr=False, slots=True)
class FigureCaption(Container):
    """The caption's blocks."""


@dataclass(eq=False, repr=False, slots=True)
class TooDeep(Node):
    """Source nested deeper than the parser follows, kept as it was written."""

    source: str


@dataclass(eq=False, repr=False, slots=True)
class Text(Node):
    """Words, spaces and punctuation."""

    text: str


@dataclass(eq=False, repr=False, slots=True)
class MacroPhrase(Text):
    """Text that a macro says in one piece, like an error's message."""


@dataclass(eq=False, repr=False, slots=True)
class LineBreak(Node):
    r"""A newline within a block, or `\\`."""


@dataclass(eq=False, repr=False, slots=True)
class FormatSpan(Container):
    """A styled span: `style` is one of the constants; `pos` is where its content begins."""

    style: str


@dataclass(eq=False, repr=False, slots=True)
class Link(Container):
    """A link; `freestanding` for one written bare (a URL, `attach:x`, `mailto:x`)."""

    reference: ResourceReference
    freestanding: bool


@dataclass(eq=False, repr=False, slots=True)
class Image(Node):
    """An image; `id` is generated from its reference."""

    reference: ResourceReference
    params: Params
    freestanding: bool
    id: str


def nodes_of(tree: Document | Iterable[Node]) -> Iterable[Node]:
    """Return the blocks of a page, or the nodes themselves: renderers take either."""
    return tree.children if isinstance(tree, Document) else tree


def line_starts(source: str) -> list[int]:
    """Return offset of each line's first character."""
    starts = [0]
    for line in source.replace("\r\n", " \n").replace("\r", "\n").split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    starts.pop()
    return starts


def descendants(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield `nodes` and all below them in the order of the page, a node before its children.

    Children are looked up after their parent was yielded, so the caller may replace them.
    """
    stack = [*nodes][::-1]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, Parent):
            stack += reversed(node.children)
