"""The state of the source printer, and the tree as the events that it prints."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Literal

from kb.markup.render.xwiki.escape import EscapeContext, SourceBuffer, block_params
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import NO_PARAMS, Node, Params

Side = Literal["begin", "end", "on"]
Event = tuple[Side, Node]

_STANDALONE: Final = (
    n.Group, n.Heading, n.Paragraph, n.Quotation, n.Table, n.Figure, n.FigureCaption,
)  # fmt: skip


def collect(nodes: Iterable[Node], events: list[Event]) -> None:
    """Put the events of `nodes` into `events`; what must be grouped to stay together is."""
    for node in nodes:
        if isinstance(node, n.MacroResult | n.Figure):
            events.append(("on", node))
        elif isinstance(node, n.Parent):
            events.append(("begin", node))
            group = None
            if isinstance(node, n.ListItem | n.TableCell) and _needs_group(node):
                group = n.Group(node.pos, node.children, NO_PARAMS)
            collect([group] if group else node.children, events)
            events.append(("end", node))
        else:
            events.append(("on", node))


def _needs_group(node: n.ListItem | n.TableCell) -> bool:
    """Tell whether the content must be put in `(((…)))` to stay in its item or cell."""
    found = _standalone(node.children, isinstance(node, n.TableCell))
    return bool(found) and not (len(found) == 1 and isinstance(found[0], n.Group))


def _standalone(nodes: Iterable[Node], in_cell: bool) -> list[Node]:
    found: list[Node] = []
    for node in nodes:
        if isinstance(node, _STANDALONE) or (isinstance(node, n.Verbatim) and not node.inline):
            found.append(node)
        elif isinstance(node, n.List | n.DefinitionList):
            if in_cell:
                found.append(node)
        elif isinstance(node, n.Parent):
            found += _standalone(node.children, in_cell)
    return found


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


class XwikiWriter:
    """What is printed so far, and where: the state that all functions of the printer share."""

    def __init__(
        self, syntax: str, events: list[Event], print_blocks: Callable[[list[Node], str], str]
    ) -> None:
        self.syntax = syntax
        self.print_blocks = print_blocks
        """Gives the source of blocks in a syntax, for captions."""
        self.events = events
        self.at = 0
        self.source = SourceBuffer()
        self.sources: list[SourceBuffer] = []
        self.state = PrinterState()
        self.states: list[PrinterState] = []
        self.brackets: list[bool] = []
        """Of each open link: whether it is written in brackets."""

    def next(self, ahead: int = 1) -> Event | None:
        """Return the event `ahead` of this one."""
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
        """Return what was printed since `push`."""
        self.source.flush(self.state.where)
        text = self.source.text()
        self.source = self.sources.pop()
        return text
