"""What a macro is to the tree: a name, a function, when it runs; and what stands in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from kb.markup.parser import parse_within
from kb.markup.render.xhtml.links import WikiModel
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node

ERROR = "xwikirenderingerror"
DETAILS = "xwikirenderingerrordescription hidden"


def opened_up(nodes: list[Node]) -> list[Node]:
    """Return what is in a paragraph that is all there is, else the nodes."""
    first = nodes[0] if len(nodes) == 1 else None
    return first.children if isinstance(first, n.Paragraph) else nodes


def placed(macro: n.Macro, line: list[Node]) -> list[Node]:
    """Return a line's nodes as they are for an inline macro, else as a paragraph."""
    return line if macro.inline else [n.Paragraph(macro.pos, line, n.NO_PARAMS)]


def anchor_link(pos: int, label: list[Node], anchor: str, params: n.Params = n.NO_PARAMS) -> n.Link:
    """Return a link to a place of the same page."""
    reference = n.ResourceReference("doc", "", True, {"anchor": anchor})
    return n.Link(pos, label, params, reference, False)


def to_inline(nodes: list[Node]) -> list[Node]:
    """Open up a paragraph that is all there is; make a macro at the beginning inline."""
    nodes = opened_up(nodes)
    if nodes and isinstance(nodes[0], n.Macro):
        nodes[0].inline = True
    return nodes


def plain_nodes(text: str, pos: int) -> list[Node]:
    """Return plain text as nodes: lines parted by line breaks."""
    nodes: list[Node] = []
    for number, line in enumerate(text.replace("\r", "").split("\n")):
        if number:
            nodes.append(n.LineBreak(pos))
            pos += 1
        if line:
            nodes.append(n.Text(pos, line))
        pos += len(line)
    return nodes


def box(macro: n.Macro, children: list[Node], params: n.Params) -> Node:
    """Return a group, or a span if the macro is inline."""
    if macro.inline:
        return n.FormatSpan(macro.pos, children, params, n.STYLE_NONE)
    return n.Group(macro.pos, children, params)


def error(macro: n.Macro, message: str, details: str) -> list[Node]:
    """Return what is shown in place of a macro that cannot run."""
    pos = macro.pos
    text = f"{message} Click on this message for details." if details else message
    nodes: list[Node] = [box(macro, [n.MacroPhrase(pos, text)], {"class": ERROR})]
    if details:
        verbatim = n.Verbatim(pos, details, macro.inline, n.NO_PARAMS)
        nodes.append(box(macro, [verbatim], {"class": DETAILS}))
    return nodes


def failed(result: n.MacroResult) -> bool:
    """Tell whether the macro is unknown or could not do what it was asked."""
    first = result.children[0] if result.children else None
    return isinstance(first, n.Group | n.FormatSpan) and first.params.get("class") == ERROR


def call_source(macro: n.Macro) -> str:
    """Return the call in wiki syntax, its parameters in normal form."""
    parts = ["{{", macro.name]
    for key, value in macro.params.items():
        parts.append(f" {key}" if value is None else f' {key}="{_escape(value)}"')
    if macro.content is None:
        return "".join([*parts, "/}}"])
    newline = "\n" if "\n" in macro.content or not macro.inline else ""
    return "".join([*parts, "}}", newline, macro.content, newline, "{{/", macro.name, "}}"])


def _escape(value: str) -> str:
    return value.replace("~", "~~").replace('"', '~"')


NORMAL = 1000
"""Macros of a lower priority number run before others of the page, of a higher one after."""


class MacroError(Exception):
    """A macro cannot do what it is asked; its message is shown in the macro's place."""


@dataclass(eq=False, slots=True)
class MacroContext:
    """Where a macro stands while it runs.

    `ancestors` are the nodes around it, outermost first; the first is the document. `expand`
    runs the macros below a node at once. `links` gives URLs where a macro prints links itself.
    """

    document: n.Document
    ancestors: tuple[n.Parent, ...]
    waiting: dict[str, int]
    expand: Callable[[n.Parent], None]
    links: WikiModel | None
    late: list[n.Macro] = field(default_factory=list)

    @property
    def depth(self) -> int:
        """Return how many nodes will be around what the macro makes."""
        return len(self.ancestors) + 4

    def parse(self, content: str, pos: int, inline: bool, syntax: str | None = None) -> list[Node]:
        """Return the tree of wiki content that begins at `pos` of the page's source.

        With `inline` a lone paragraph is opened up. Macros in the content are expanded
        afterwards, whether by the caller's return or not.
        """
        document = self.document
        nodes = parse_within(document, content, pos, self.depth, syntax or document.syntax)
        return to_inline(nodes) if inline else nodes

    def is_waiting(self, name: str) -> bool:
        """Tell whether a macro called `name`, one that runs late, has still to run."""
        return self.waiting.get(name, 0) > 0

    def append(self, macro: n.Macro) -> None:
        """Add a macro to the end of the page; it will run in its turn."""
        self.late.append(macro)


Run = Callable[[n.Macro, MacroContext], list[Node]]


class MacroDefinition(NamedTuple):
    """What to do for a macro's name."""

    run: Run
    inline: bool = True
    priority: int = NORMAL


class MacroRegistry:
    """Macros by name. A copy can be changed without changing the original.

    >>> registry = builtin_registry()
    >>> registry.add("hello", lambda macro, context: [Text(macro.pos, "Hello")])
    """

    def __init__(self) -> None:
        self._macros: dict[str, MacroDefinition] = {}

    def add(self, name: str, run: Run, *, inline: bool = True, priority: int = NORMAL) -> None:
        """Let `run` answer for `name`, from now on.

        Args:
            name: as written between the braces.
            run: gives the nodes that take the macro's place; raises MacroError.
            inline: whether the macro may stand within text; else an error is shown there.
            priority: see NORMAL.
        """
        self._macros[name] = MacroDefinition(run, inline, priority)

    def update(self, macros: Mapping[str, Run | MacroDefinition]) -> None:
        """Add macros by name; a function alone may stand within text, and runs in its turn."""
        for name, given in macros.items():
            macro = given if isinstance(given, MacroDefinition) else MacroDefinition(given)
            self._macros[name] = macro

    def get(self, name: str) -> MacroDefinition | None:
        """Return the macro called `name`."""
        return self._macros.get(name)

    def names(self) -> list[str]:
        """Return all names, sorted."""
        return sorted(self._macros)

    def copy(self) -> MacroRegistry:
        """Return another registry with the same macros."""
        other = MacroRegistry()
        other._macros.update(self._macros)
        return other
