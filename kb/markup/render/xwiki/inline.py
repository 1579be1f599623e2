"""The inline part of the source printer: text, links, macros, line breaks."""

from __future__ import annotations

from typing import Final

from kb.markup.render.xwiki.escape import EscapeContext, SourceBuffer, verbatim_source
from kb.markup.render.xwiki.events import Event
from kb.markup.render.xwiki.references import (
    block_params,
    escape_label,
    escape_reference,
    link_params,
    macro_source,
    reference_source,
)
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node, Params

_SPECIAL: Final = frozenset("""!"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~""")
# A line break before the end of one of these, or the beginning of the others, is `\\`.
_INLINE_ENDS: Final = (
    n.Group,
    n.Paragraph,
    n.DefinitionTerm,
    n.DefinitionDescription,
    n.Heading,
    n.ListItem,
    n.QuotationLine,
    n.TableCell,
    n.Figure,
    n.FigureCaption,
)
_INLINE_STOPS: Final = (n.DefinitionList, n.List, n.Quotation)
# After these a bare URL needs no brackets.
_LINK_ENDS: Final = (
    n.Paragraph,
    n.Link,
    n.ListItem,
    n.DefinitionDescription,
    n.DefinitionTerm,
    n.QuotationLine,
    n.Section,
)


class PrinterState:
    """What is known of the blocks around; a group begins anew."""

    def __init__(self) -> None:
        self.where = EscapeContext()
        self.first = True
        self.marks = ""
        self.format_params: Params | None = None
        self.line_breaks = 0
        self.lists: list[int] = []
        self.definitions: list[int] = []
        self.quotes = 0
        self.quote_line = -1
        self.row = -1
        self.previous: type[Node] | None = None


class InlinePrinter:
    """Prints events that are not a block's beginning or end."""

    def __init__(self, syntax: str, events: list[Event]) -> None:
        self.syntax = syntax
        self.events = events
        self.at = 0
        self.source = SourceBuffer()
        self.sources: list[SourceBuffer] = []
        self.state = PrinterState()
        self.states: list[PrinterState] = []
        self.brackets: list[bool] = []

    def next(self, ahead: int = 1) -> Event | None:
        """The event `ahead` of this one."""
        at = self.at + ahead
        return self.events[at] if at < len(self.events) else None

    # Printing

    def print(self, source: str) -> None:
        """Print marks."""
        if source.strip("\n"):
            self.state.first = False
        self.end_format_params()
        self.source.put(source, self.state.where)

    def end_format_params(self) -> None:
        """Say that the parameters of a format that ended hold no longer."""
        if self.state.format_params is not None:
            self.source.put("(%%)", self.state.where)
            self.state.format_params = None

    def empty_line(self) -> None:
        """Print the empty line before a block that is not the first."""
        if self.state.first:
            self.state.first = False
        else:
            self.print("\n\n")

    def params(self, params: Params, end: str = "\n") -> None:
        """Print `(% … %)`, if there is a parameter, and `end`."""
        source = block_params(params, end)
        if source:
            self.print(source)

    def push(self) -> None:
        """Collect what follows apart."""
        self.sources.append(self.source)
        self.source = SourceBuffer()

    def pop(self) -> str:
        """What was printed since `push`."""
        self.source.flush(self.state.where)
        text = self.source.text()
        self.source = self.sources.pop()
        return text

    # Leaves

    def on(self, node: Node) -> None:
        """Print a node without inner events."""
        state = self.state
        if isinstance(node, n.LineBreak):
            state.line_breaks += 1
            self.line_break()
        else:
            state.line_breaks = 0
            self.leaf(node)
        state.previous = type(node)

    def leaf(self, node: Node) -> None:
        """Print any but a line break."""
        if isinstance(node, n.Text):
            self.state.first = False
            self.end_format_params()
            self.source.delay(node.text)
        elif isinstance(node, n.Image):
            self.image(node)
        elif isinstance(node, n.Macro):
            self.macro(node)
        elif isinstance(node, n.MacroResult):
            self.macro_result(node)
        elif isinstance(node, n.Figure):
            self.figure(node)
        elif isinstance(node, n.Verbatim):
            if not node.inline:
                self.empty_line()
            self.params(node.params)
            self.print("{{{" + verbatim_source(node.content) + "}}}")
        elif isinstance(node, n.EmptyLines):
            self.empty_lines(node)
        elif isinstance(node, n.HorizontalLine):
            self.empty_line()
            self.params(node.params)
            self.print("----")
        elif isinstance(node, n.Anchor):
            self.print(macro_source("id", {"name": node.name}, None, node.inline))
        elif isinstance(node, n.TooDeep):
            self.print(node.source)

    def line_break(self) -> None:
        r"""Print a line end where it stays a break within its block, else `\\`."""
        if not self.state.where.inline:
            self.print("\n")
        elif self.state.line_breaks > 1 or self.ends_inline(1):
            self.print("\\\\")
        else:
            self.print("\n")

    def ends_inline(self, ahead: int) -> bool:
        """Whether the content of the block ends with the event `ahead`."""
        event = self.next(ahead)
        if event is None:
            return False
        side, node = event
        if side == "begin":
            return isinstance(node, _INLINE_STOPS)
        if side == "end" and isinstance(node, n.FormatSpan) and node.style == n.STYLE_NONE:
            return ahead == 1 and self.ends_inline(2)
        return side == "end" and isinstance(node, _INLINE_ENDS)

    def macro(self, node: n.Macro) -> None:
        """Print a macro."""
        source = macro_source(node.name, node.params, node.content, node.inline)
        if not node.inline:
            self.empty_line()
            self.print(source)
            return
        if self.source.last_waiting() == "{":
            self.source.escape_last = True
        self.source.put(source, self.state.where)

    def macro_result(self, node: n.MacroResult) -> None:
        """Print the macro that made this."""
        macro = node.macro
        if not macro.inline:
            self.empty_line()
        self.end_format_params()
        self.print(macro_source(macro.name, macro.params, macro.content, macro.inline))

    def empty_lines(self, node: n.EmptyLines) -> None:
        """Print as many line ends as the parser needs to find these empty lines."""
        count = node.count
        previous = self.state.previous
        if previous in (n.Table, n.List, n.DefinitionList):
            count += 1
        following = self.next()
        if previous is None:
            if following is not None and following[0] == "end":
                count -= 1
            else:
                count += 1
            if not self.states and following is not None:
                count += 1
        elif following is None:
            count += 1
        if count:
            self.print("\n" * count)

    # Links

    def image(self, node: n.Image) -> None:
        """Print an image."""
        full = self.begin_reference(node.freestanding, node.params)
        self.end_reference(node.reference, node.freestanding, node.params, full, "image:")

    def begin_reference(self, freestanding: bool, params: Params) -> bool:
        """Print `[[` where it is needed; whether it was."""
        consumed = not self.source.buffer
        self.source.flush(self.state.where)
        full = self.needs_brackets(consumed, freestanding, params)
        if full:
            self.source.put("[[", self.state.where)
        return full

    def needs_brackets(self, consumed: bool, freestanding: bool, params: Params) -> bool:
        """Whether `[[…]]` must stand around a reference."""
        if not freestanding or params:
            return True
        if not consumed and not self.source.after_blank() and self.source.last[-1:] not in _SPECIAL:
            return True
        event = self.next()
        if event is None:
            return False
        side, node = event
        if side == "end":
            return not isinstance(node, _LINK_ENDS)
        if isinstance(node, n.Text):
            return not node.text.startswith(" ")
        return not isinstance(node, n.LineBreak)

    def end_reference(
        self, reference: n.ResourceReference, bare: bool, params: Params, full: bool, scheme: str
    ) -> None:
        """Print a reference, its parameters, and what closes it."""
        source = scheme + reference_source(reference, self.syntax)
        self.source.put(source if bare else escape_reference(source), self.state.where)
        self.source.put(link_params(reference, params, self.syntax), self.state.where)
        if full or not bare:
            self.source.put("]]", self.state.where)

    def begin_link(self, node: n.Link) -> None:
        """Print what opens a link; its label is collected."""
        if self.source.last_waiting() == "[" and self.needs_brackets(
            True, node.freestanding, node.params
        ):
            self.source.escape_last = True
        self.end_format_params()
        self.source.flush(self.state.where)
        self.brackets.append(self.begin_reference(node.freestanding, node.params))
        at_line_start = self.source.at_line_start
        self.push()
        self.source.at_line_start = at_line_start

    def end_link(self, node: n.Link) -> None:
        """Print a link."""
        label = self.pop()
        if label:
            self.source.put(escape_label(label) + ">>", self.state.where)
        full = self.brackets.pop()
        self.end_reference(node.reference, node.freestanding, node.params, full, "")

    def figure(self, node: n.Figure) -> None:
        """Print an image with its caption: a paragraph of its own."""
        params = dict(node.params)
        classes = [name for name in (params.get("class") or "").split() if name != "image"]
        params["class"] = " ".join(classes) if classes else None
        self.empty_line()
        self.params(params)
        image, caption = node.children
        assert isinstance(caption, n.FigureCaption)
        if isinstance(image, n.Link):
            label = self.captioned_image(image.children[0], caption)
            self.source.put(f"[[{escape_label(label)}>>", self.state.where)
            self.end_reference(image.reference, False, image.params, True, "")
        else:
            self.source.put(self.captioned_image(image, caption), self.state.where)

    def captioned_image(self, image: Node, caption: n.FigureCaption) -> str:
        """The source of an image whose label is the caption."""
        assert isinstance(image, n.Image)
        self.push()
        label = escape_label(self.caption_source(caption))
        self.source.put(f"[[{label}>>" if label else "[[", self.state.where)
        self.end_reference(image.reference, False, image.params, True, "image:")
        return self.pop()

    def caption_source(self, caption: n.FigureCaption) -> str:
        """The caption's blocks; the block printer knows how."""
        raise NotImplementedError
